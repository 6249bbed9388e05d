"""A whole installation in one file, and back; and its database copied into one of the other kind."""
