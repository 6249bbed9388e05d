"""A hundred thousand families for a year: sizes, rates, and what they take, predicted from costs that the same run measures.

Measured: the bytes, the CPU and the memory, of the product. Assumed: all of `habits`, and that no core is to be busier than `needs.FULL`.
Not counted: logins, exports, the admin site, checkpoints, autovacuum, the proxy, Redis's own CPU.
"""

from tracking.benchmarks.report import Report
from tracking.benchmarks.simulation.costs import of_requests
from tracking.benchmarks.simulation.listening import of_streams
from tracking.benchmarks.simulation.stage import stage
from tracking.benchmarks.simulation.telling import Told, tell


def run(report: Report) -> None:
    with stage() as measured:
        requests = of_requests(measured)
        streams, memory = of_streams(measured, requests)
        told = Told(requests | streams, measured.bytes, memory, measured.bytes_of_a_line(), measured.is_one_process)
    tell(report, told)
