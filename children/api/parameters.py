"""Query parameters, strictly: what a view does not know, gets twice or gets blank is refused, and named."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from children.api.refusals import Refusal

Default = TypeVar("Default", int, None)

MAX_INTEGER = 2**63 - 1
INTEGER = re.compile(r"-?[0-9]{1,19}")

NO_INTEGER = Refusal("invalid", _("A valid integer is required."))
UNKNOWN = Refusal("unknown_parameter", _("Unknown parameter."))
REPEATED = Refusal("repeated_parameter", _("Given more than once."))
BLANK = Refusal("blank", _("This parameter may not be blank."))


def parse_integer(text: str, *, minimum: int = -MAX_INTEGER - 1) -> int:
    """Return the integer, at least `minimum` and within 64 bits. Raises ValueError."""
    if not INTEGER.fullmatch(text):
        raise ValueError(NO_INTEGER.detail)
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
            wrong[name] = [UNKNOWN.as_detail]
        elif len(values) > 1:
            wrong[name] = [REPEATED.as_detail]
        elif not values[0].strip():
            wrong[name] = [BLANK.as_detail]
    if wrong:
        raise ValidationError(wrong)
