from datetime import date
from itertools import islice
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext_lazy as _

MOST = 50  # of one name
LARGEST = BigIntegerField.MAX_BIGINT


class DayField(forms.DateField):
    """A day as the browser's own date input sends it, and one that every time zone can be applied to."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            validators=[MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9998, 12, 31))],
        )


class NameOrNumber(forms.CharField):
    """Digits are a number, also of who is gone; anything else is a part of a name. Turns into the ids of those whom that means."""

    default_error_messages = {
        "number": _("There is no such number."),
        "nobody": _("Nobody has that name. Who was removed is found by number."),
        "crowd": _("More than %(most)d have that name: write more of it, or a number."),
    }

    def __init__(self, rows: QuerySet[Any], label: Any) -> None:
        super().__init__(label=label, max_length=100, required=False)
        self.rows = rows

    def clean(self, value: Any) -> list[int] | None:
        text = super().clean(value)
        if not text:
            return None
        return self._number(text) if text.isascii() and text.isdigit() else self._named(text)

    def _number(self, text: str) -> list[int]:
        number = int(text)
        if not 1 <= number <= LARGEST:
            raise forms.ValidationError(self.error_messages["number"], code="number")
        return [number]

    def _named(self, text: str) -> list[int]:
        # Compared here: SQLite knows capitals of ASCII only.
        names = self.rows.filter(removed_at=None).values_list("pk", "name")
        ids = list(islice((pk for pk, name in names if text.casefold() in name.casefold()), MOST + 1))
        if not ids:
            raise forms.ValidationError(self.error_messages["nobody"], code="nobody")
        if len(ids) > MOST:
            raise forms.ValidationError(self.error_messages["crowd"], code="crowd", params={"most": MOST})
        return ids
