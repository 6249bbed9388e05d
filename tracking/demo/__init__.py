"""Two made-up families and three weeks of their life, acted through the services like anybody's."""
