"""A trail of any size, made by the database itself in minutes: what the benchmarks of lists and of the admin read."""
