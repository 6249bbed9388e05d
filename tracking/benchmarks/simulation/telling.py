"""The tables of the simulation."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings

from tracking.benchmarks.measured import Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.simulation.costs import Costs, usual
from tracking.benchmarks.simulation.habits import ONE_COUNTRY, WORLD
from tracking.benchmarks.simulation.needs import FULL, RINGS, Product, families_until_full, of_compose, of_one_process
from tracking.benchmarks.simulation.year import Load, Year

FAMILIES = 100_000
BESIDE = "one country"
GIB = 2**30
UNITS = {"streams": "open"}


class Told(NamedTuple):
    """What was measured; `bytes` of a row by its table and each of its indexes, `line` those of one of the audit log."""

    costs: Costs
    bytes: Mapping[str, Mapping[str, float]]
    memory: float
    line: float
    is_one_process: bool

    @property
    def product(self) -> Product:
        event = self.line + sum(sum(parts.values()) for parts in self.bytes.values())
        return Product({what: usual(costs) for what, costs in self.costs.items()}, event, self.memory)


def tell(report: Report, told: Told) -> None:
    world, country = (Year.lived(FAMILIES, zones) for zones in (WORLD, ONE_COUNTRY))
    report.add("What one of each costs", _costs(told))
    report.add("What one event takes on the disk, and a stream of memory", _bytes(told))
    report.add("A year's growth", _growth(told, world.events), families=FAMILIES)
    report.add("Load, around the world", _loads(world, country), beside=BESIDE, families=FAMILIES)
    if not told.is_one_process:
        report.add("What that takes at its peak", _needs(told, world, country), beside=BESIDE, families=FAMILIES)
    report.add("Families until it is full, on two cores", _limits(told, world, country), beside=BESIDE)


def _costs(told: Told) -> Iterable[Row]:
    for what, costs in told.costs.items():
        yield Row(f"{what}: CPU of the server", [1000 * cost.server for cost in costs])
        if any(cost.database for cost in costs):
            yield Row(f"{what}: CPU of the database", [1000 * cost.database for cost in costs])


def _bytes(told: Told) -> Iterable[Row]:
    for parts in told.bytes.values():
        for name, size in parts.items():
            yield Row(name, [size], unit="bytes")
    yield Row("line of the audit log", [told.line], unit="bytes")
    yield Row("stream", [told.memory], unit="KiB")


def _growth(told: Told, events: float) -> Iterable[Row]:
    """Each event has a row of activations, or one of requests that is as large."""
    yield Row("events, a month", [events / 12 / 1e6], unit="million")
    yield Row("events, a year", [events / 1e6], unit="million")
    for table, parts in told.bytes.items():
        yield Row(table, [events * parts[table] / GIB], unit="GiB")
        yield Row(f"its {len(parts) - 1} indexes", [events * (sum(parts.values()) - parts[table]) / GIB], unit="GiB")
    yield Row("audit log", [events * told.line / GIB], unit="GiB")
    yield Row("all of it", [events * told.product.event / GIB], unit="GiB")


def _loads(world: Year, country: Year) -> Iterable[Row]:
    for name in Load._fields:
        for when in ("mean", "busy_hour", "peak_minute"):
            here, there = (getattr(getattr(year, when), name) for year in (world, country))
            yield Row(f"{name}, {when}".replace("_", " "), [here], [there], unit=UNITS.get(name, "/s"))


def _needs(told: Told, world: Year, country: Year) -> Iterable[Row]:
    needs = [told.product.at_peak(year) for year in (world, country)]
    connections = [need.workers / FULL + need.stream_processes * settings.DB_POOL_SIZE + 1 for need in needs]
    rings = [RINGS * year.peak_minute.acts for year in (world, country)]
    rows: dict[str, list[float]] = {
        "cores for requests": [need.requests / FULL for need in needs],
        "WSGI workers": [need.workers / FULL for need in needs],
        "stream processes, a core each": [need.stream_processes for need in needs],
        "cores of the database": [need.database / FULL for need in needs],
        "connections to the database, at most": connections,
        "messages to Redis a second": rings,
    }
    return (Row(name, [here], [there], unit="") for name, (here, there) in rows.items())


def _limits(told: Told, world: Year, country: Year) -> Iterable[Row]:
    uses = of_one_process(told.product) if told.is_one_process else of_compose(told.product)
    limits = {name: [families_until_full(use, year) for year in (world, country)] for name, use in uses.items()}
    for name, (here, there) in sorted(limits.items(), key=lambda limit: limit[1]):
        yield Row(name, [here], [there], unit="families")
