"""The trail as a file: read by chunks, written line by line, and sent while it is read."""
