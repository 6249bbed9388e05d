"""Query parameters, strictly: what a view does not know, gets twice or gets blank is refused, and named."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

Default = TypeVar("Default", int, None)

MAX_INTEGER = 2**63 - 1
INTEGER = re.compile(r"-?[0-9]{1,19}")


def parse_integer(text: str, *, minimum: int = -MAX_INTEGER - 1) -> int:
    """Return the integer, at least `minimum` and within 64 bits. Raises ValueError."""
    if not INTEGER.fullmatch(text):
        raise ValueError(_("A valid integer is required."))
    value = int(text)
    if not minimum <= value <= MAX_INTEGER:
        raise ValueError(_("Out of range."))
    return value


def integer_parameter(
    parameters: QueryDict | Mapping[str, str], name: str, *, minimum: int, default: Default
) -> int | Default:
    """Return the integer parameter, or header, `name`. Raises ValidationError naming it."""
    if name not in parameters:
        return default
    try:
        return parse_integer(str(parameters[name]), minimum=minimum)
    except ValueError as error:
        raise ValidationError({name: [ErrorDetail(str(error), "invalid")]}) from error


def refuse_malformed(parameters: QueryDict, known: set[str]) -> None:
    """Raises ValidationError naming every parameter that is not in `known`, stands there twice, or is blank."""
    wrong: dict[str, Any] = {}
    for name, values in parameters.lists():
        if name not in known:
            wrong[name] = [ErrorDetail(_("Unknown parameter."), "unknown_parameter")]
        elif len(values) > 1:
            wrong[name] = [ErrorDetail(_("Given more than once."), "repeated_parameter")]
        elif not values[0].strip():
            wrong[name] = [ErrorDetail(_("This parameter may not be blank."), "blank")]
    if wrong:
        raise ValidationError(wrong)
