"""Reading the list of the trail in a tab."""

import csv
import json
from typing import Any

TRAIL = "/admin/tracking/trackingevent/"


def cells(tab: Any, name: str) -> list[str]:
    """What a column of the list shows, from top to bottom."""
    texts: list[str] = tab.locator(f"#result_list tbody .field-{name}").all_inner_texts()
    return texts


def changes(tab: Any) -> list[int]:
    return [int(text.split()[0]) for text in cells(tab, "change")]


def follow(tab: Any, link: str) -> None:
    """Click, and return once the page behind it is there."""
    with tab.expect_navigation():
        tab.click(link)


def narrow(tab: Any, **values: str) -> None:
    """Fill in fields of one form of the filter, and send it."""
    for name, value in values.items():
        tab.fill(f"#changelist-filter [name={name}]", value)
    follow(tab, f"#changelist-filter form:has([name={name}]) [type=submit]")


def choose(tab: Any, title: str, choice: str) -> None:
    follow(tab, f"#changelist-filter details[data-filter-title={title}] >> text={choice}")


def sums(tab: Any, within: str = ".trail-panel") -> list[int]:
    """What the acts come to, as the page tells it: how many, good, not good, spent; and the points at the end, of one child."""
    return [_number(text) for text in tab.locator(f"{within} .trail-sums dd").all_inner_texts()]


def numbers(tab: Any, within: str = ".trail-panel") -> list[int]:
    """The last column of the table below a chart."""
    return [_number(text) for text in tab.locator(f"{within} .chart-numbers tbody td").all_text_contents()]


def exported(tab: Any, link: str) -> list[dict[str, Any]]:
    """Download what the list shows, and return its rows."""
    with tab.expect_download() as download:
        tab.click(f"text={link}")
    with download.value.path().open(newline="") as lines:
        is_csv = download.value.suggested_filename.endswith(".csv")
        return list(csv.DictReader(lines)) if is_csv else [json.loads(line) for line in lines]


def _number(text: str) -> int:
    return int(text.replace(",", ""))
