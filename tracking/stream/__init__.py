"""The live stream: a published event only rings the bell, what is sent is read from the trail."""
