"""Every link that the admin's list of a large trail shows, what people type in, and the same list as Django's admin comes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from tracking.benchmarks.admin_links import SITE, links_of
from tracking.benchmarks.big.asking import Asked, asking
from tracking.benchmarks.big.trail import large_trail
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import interleave
from tracking.benchmarks.sizes import EVENTS

ROUNDS, SHOWN = 5, 40
BOUND = Bound(60, of_ratio=False)  # milliseconds
LIST = f"{SITE}tracking/trackingevent/"
PLAIN = f"/plain{LIST}"


def run(report: Report) -> None:
    with asking(large_trail()) as site:
        rows = sorted(_rows(site, _addresses(site)), key=lambda row: -median(row.sample))
        title = f"The admin's pages, the slowest of {len(rows)}"
        report.add(title, rows[:SHOWN], events=EVENTS)
        report.add("The list as Django's admin comes", _plain_rows(site), beside="Chore's", events=EVENTS)


def _addresses(site: Asked) -> list[str]:
    """All that the list shows, what the lists among these show of that kind, and what is typed in: each once. One child stands for all."""
    shown = _shown(site, LIST)
    lists = [link for link in shown if _is_list(link) and "child=" not in link]
    one_child = next(link for link in shown if "child=" in link)
    further = [link for each in (*lists, one_child) for link in _shown(site, each) if _is_list(link)]
    about_it = [link for link in further if "child=" not in link or f"{one_child}&" in f"{link}&"]
    return [*dict.fromkeys([LIST, *shown, *about_it, *(f"{LIST}?{typed}" for typed in _typed())])]


def _is_list(link: str) -> bool:
    return link.startswith(f"{LIST}?")


def _shown(site: Asked, page: str) -> list[str]:
    return links_of(page, site.get(page).body)


def _typed() -> Iterable[str]:
    today = datetime.now(UTC).date()
    day, month, year = (f"from={today - timedelta(days=days)}&to={today}" for days in (1, 30, 365))
    who = ("child=1", "child=Ada+1", "child=ada", "family=1", "family=Ada+family+12", "family=ada", "child=1&family=1")
    kinds = ("entity_type=task", "action=cancelled", "entity_type=reward&action=redeemed", "anonymized=true")
    yield from (day, month, year, *who, "to=2000-01-01", "child=999999", "q=Ada")
    yield from (f"{each}&{days}" for each in (*who, *kinds) for days in (month, year))
    yield from (f"{each}&{kind}" for each in who for kind in kinds)


def _rows(site: Asked, addresses: Iterable[str]) -> list[Row]:
    candidates = {_named(site, address): partial(_took, site, address) for address in addresses}
    took = interleave(candidates, rounds=ROUNDS)
    return [Row(name, sample, bound=BOUND) for name, sample in took.items()]


def _took(site: Asked, address: str) -> float:
    return site.get(address).took


def _named(site: Asked, address: str) -> str:
    queries = len(site.get(address, is_explained=True).statements)
    return f"{address}, {queries} queries"


def _plain_rows(site: Asked) -> list[Row]:
    """Once each: some take half a minute."""
    year = datetime.now(UTC).year
    same = {
        "the list": ("", ""),
        "of a year": (f"?occurred_at__year={year}", f"?from={year}-01-01&to={year}-12-31"),
        "of a type": ("?entity_type__exact=task", "?entity_type=task"),
        "of an action": ("?action__exact=cancelled", "?action=cancelled"),
    }
    return [Row(name, [_took(site, PLAIN + plain)], [_took(site, LIST + ours)]) for name, (plain, ours) in same.items()]
