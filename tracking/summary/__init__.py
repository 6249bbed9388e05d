"""What events come to: how many, how many points, day by day, and a child's balance at any moment."""
