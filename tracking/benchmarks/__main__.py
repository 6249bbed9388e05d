"""`python -m tracking.benchmarks`, or `make bench`."""

import argparse
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")
django.setup()

from tracking.benchmarks import audit_log  # noqa: E402 - needs the settings above

BENCHMARKS = {"audit_log": audit_log.run}

parser = argparse.ArgumentParser(prog="python -m tracking.benchmarks", description=__doc__)
parser.add_argument("name", nargs="*", choices=["all", *BENCHMARKS], default="all", help="Which ones.")
arguments = parser.parse_args()

for name, run in BENCHMARKS.items():
    if "all" in arguments.name or name in arguments.name:
        run()
