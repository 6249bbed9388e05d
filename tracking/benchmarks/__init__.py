"""What Chore costs, beside what it is compared with, in one run on one machine. `make bench` prints it."""
