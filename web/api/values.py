"""The values that requests and answers are made of: bounded, so that none can hurt."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from ...trace.parties.lots import YEARS

EXACT = 2**53
"""Whole numbers below it are exact in every JSON reader (RFC 8259, section 6)."""
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Text of one line: a NUL is refused by PostgreSQL, the rest by readers' eyes."""


def _iso(value: Any) -> Any:
    """Times as ISO 8601 text only: a bare number could be seconds or milliseconds."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("expected ISO 8601, such as 2026-11-24T10:02:00+08:00")
    if not isinstance(value, str | date):
        raise ValueError("expected ISO 8601 text")
    return value


def _in_our_time(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS[0]} to {YEARS[-1]}")
    return value


def _day_in_our_time(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS[0]} to {YEARS[-1]}")
    return value


def _no_overflow(value: datetime) -> datetime:
    """Within what can be turned into UTC: a device's clock may say anything."""
    if not 2 <= value.year <= 9998:
        raise ValueError("expected a year from 2 to 9998")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_iso), AfterValidator(_in_our_time)]
"""A time with its zone."""
DeviceTime = Annotated[
    AwareDatetime, BeforeValidator(_iso), AfterValidator(_no_overflow)
]
"""A time by a device's clock, which may be wrong."""
Day = Annotated[date, BeforeValidator(_iso), AfterValidator(_day_in_our_time)]

Id = Annotated[int, Field(strict=True, ge=1, lt=EXACT)]
AskedId = Annotated[int, Field(ge=1, lt=EXACT)]
"""An id in an address, where everything is text."""
Quantity = Annotated[int, Field(strict=True, ge=1, lt=EXACT)]
"""Whole base units: pieces, milligrams or microlitres."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PLAIN)]
Line = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PLAIN)]
Items = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=1_000_000,
        pattern=r"^[0-9]{1,16}(-[0-9]{1,16})?"
        r"(,[0-9]{1,16}(-[0-9]{1,16})?)*$",
    ),
]
"""Items of a lot, counted from 0: numbers and ranges whose last item is included."""


class Told(BaseModel):
    """What a request says: a name that is not known is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Asked(BaseModel):
    """What an address asks for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Shown(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def stamp(value: datetime) -> str:
    """A time as answers write it: UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
