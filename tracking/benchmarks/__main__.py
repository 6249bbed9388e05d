"""`python -m tracking.benchmarks`, or `make bench`."""

import argparse
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")
django.setup()

from tracking.benchmarks import audit_log, forgetting, stream  # noqa: E402 - needs the settings above

IN_A_DATABASE = {"stream": stream.run}
BENCHMARKS = {"audit_log": audit_log.run, "forgetting": forgetting.run, **IN_A_DATABASE}

parser = argparse.ArgumentParser(prog="python -m tracking.benchmarks", description=__doc__)
parser.add_argument("name", nargs="*", choices=["all", *BENCHMARKS], default="all", help="Which ones.")
parser.add_argument("--database", action="store_true", help="Only those that use the database.")
arguments = parser.parse_args()

for name, run in (IN_A_DATABASE if arguments.database else BENCHMARKS).items():
    if "all" in arguments.name or name in arguments.name:
        run()
