"""Fifty events as JSON, beside ModelSerializer and JSONRenderer on instances."""

from tracking.benchmarks.big.trail import small_trail
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report

BOUND = Bound(0.35)
SCRIPT = "from tracking.benchmarks.rendering_views import measure; measure()"


def run(report: Report) -> None:
    took = small_trail().tell(SCRIPT)
    rows = [
        Row("read and rendered", took["ours, read"], took["plain, read"], BOUND),
        Row("rendered", took["ours"], took["plain"]),
    ]
    report.add("Fifty events to bytes", rows, beside="ModelSerializer, JSONRenderer")
