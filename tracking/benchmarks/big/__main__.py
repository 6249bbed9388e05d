"""`python -m tracking.benchmarks.big EVENTS` migrates the database of the environment, which is to be empty, and fills it."""

import argparse
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs the settings above, as what follows

from tracking.benchmarks.big.fill import fill  # noqa: E402

parser = argparse.ArgumentParser(prog="python -m tracking.benchmarks.big", description=__doc__)
parser.add_argument("events", type=int)
events = parser.parse_args().events

call_command("migrate", verbosity=0)
for step, seconds in fill(events).items():
    print(f"{step}: {seconds:.1f} s")
