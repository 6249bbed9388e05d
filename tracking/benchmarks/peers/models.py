"""What the peer makes of the models that it watches."""

from tracking.benchmarks.peers import chosen

chosen.load().watch()
