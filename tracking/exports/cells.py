"""Texts that no spreadsheet takes for a formula. Whoever names a task must not have the reader's spreadsheet do something."""

import re

# What a spreadsheet may not show before a formula, or drop: blanks, controls, marks of direction, what has no width.
UNSEEN = '\\s"\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff'

# What a cell may begin with, also where a spreadsheet splits at semicolons, tabs and lines instead of commas. The last four are
# full-width: it reads them as the first four.
FORMULA = re.compile(f"(^|[;\t\r\n])(?=[{UNSEEN}]*[=+\\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")


def harmless(text: str) -> str:
    """Return it with an apostrophe, which makes it a text, before each beginning of a formula."""
    return FORMULA.sub(r"\1'", text)
