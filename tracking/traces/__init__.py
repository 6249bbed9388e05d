"""Where a user can be named, and the proof that one is named nowhere any more."""
