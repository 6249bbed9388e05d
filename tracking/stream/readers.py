"""The threads that read for all streams. Nobody else's: an export that is read in one of them would delay a message."""

from tracking.threads import Readers

THREADS = 4  # one that the database keeps waiting holds nobody else up

read = Readers("stream", THREADS).read
