"""What the trail is worth when something breaks: each fault is a real one, made to real servers, disks, databases and threads.

`make test` runs a short form, on SQLite and on PostgreSQL. `make test-faults` runs the long one, in which `kill -9` strikes 200
times instead of 8, and shows how many acts, kills, retries and replays there were. By hand, with any number of kills:

    CHORE_TEST_KILLS=200 pytest tracking/tests/faults -rP

A test that is random prints its seed; `CHORE_TEST_SEED` repeats its choices, though not how the processes interleave.
"""
