"""`python -m tracking.benchmarks`, or `make bench`: all that there are, or those that are named."""

import argparse
import os
from importlib import import_module
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")
django.setup()

from tracking.benchmarks.report import Report  # noqa: E402 - needs the settings above

IN_A_DATABASE = ("act", "act_over_http", "acts_at_once", "lists", "admin", "rendering", "stream", "simulation")
BENCHMARKS = (*IN_A_DATABASE, "audit_log", "forgetting")

parser = argparse.ArgumentParser(prog="python -m tracking.benchmarks", description=__doc__)
parser.add_argument("name", nargs="*", choices=["all", *BENCHMARKS], default="all", help="Which ones.")
parser.add_argument("--database", action="store_true", help="Only those that use the database.")
parser.add_argument("--json", type=Path, help="The file that keeps what was measured.")
arguments = parser.parse_args()

report = Report(arguments.json)
for name in IN_A_DATABASE if arguments.database else BENCHMARKS:
    if "all" in arguments.name or name in arguments.name:
        import_module(f"tracking.benchmarks.{name}").run(report)
