"""Whatever something is called, a spreadsheet that opens the table finds no formula, wherever it begins another cell."""

import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.exports.cells import harmless
from tracking.tests.exporting import FORMULA, cells_of, is_formula

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\u200b=1+1", "'\u200b=1+1"),
        ("\ufeff\u202e \x00=1+1", "'\ufeff\u202e \x00=1+1"),
        ("a;\u00ad=1+1", "a;'\u00ad=1+1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("a;=1+1", "a;'=1+1"),
        ("a\n=1+1", "a\n'=1+1"),
        ("a\t -1", "a\t' -1"),
        ('a;"=1+1"', 'a;\'"=1+1"'),
    ],
)
def test_what_begins_like_a_formula_becomes_a_text(text, cell):
    assert harmless(text) == cell


UNSEEN = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA1), 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F))),
    *map(chr, (*range(0x2060, 0x2065), 0xFEFF)),
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_so_does_what_only_begins_with_something_unseen(unseen):
    cell = harmless(f"{unseen}{unseen}=1+1")

    assert cell.replace("'", "") == f"{unseen}{unseen}=1+1"
    assert not is_formula(cell)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dishes",
        "a=b",
        "3-4",
        "mail@example.org",
        "Küche; Bad",
        "'quoted'",
        '"x"',
        "👍",
        "\u200fDishes",
        "\ufeffx",
        "a\u200b=b",
    ],
)
def test_anything_else_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@settings(deadline=None)
@given(
    text=st.text(
        alphabet=FORMULA + ";,\t\r\n \"'a\x00\x85\u00a0\u00ad\u200b\u200f\u2028\u202e\u2060\ufeff", max_size=12
    )
)
def test_no_cell_begins_like_one_wherever_a_spreadsheet_splits(delimiter, text):
    file = StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerow([1, harmless(text), "x"])

    assert not [cell for cell in cells_of(file.getvalue(), delimiter) if is_formula(cell)]
