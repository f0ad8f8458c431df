"""Working days: weekends, holidays and the Saturdays worked in exchange (调休).

A year whose calendar is missing or not confirmed refuses to compute: a deadline that is
a guess is worse than a sentence that says so (DESIGN §3, domain.md §5.5).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from . import rules
from .errors import N_, Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one country and year that differ from the plain week."""

    holidays: frozenset[date]
    workdays: frozenset[date]


def is_working_day(day: date, country: str = "CN") -> bool:
    """Whether offices work on ``day``.

    >>> is_working_day(date(2026, 10, 1)), is_working_day(date(2026, 10, 10))
    (False, True)

    Raises Conflict when that year's calendar is missing or not confirmed.
    """
    year = _year(country, day.year)
    if day in year.workdays:
        return True
    return day.weekday() < 5 and day not in year.holidays


def end_of_working_days(
    start: datetime, count: int, zone: str = "Asia/Shanghai", country: str = "CN"
) -> datetime:
    """The end of the ``count``-th working day after ``start``'s own day.

    The day of the event is not counted (civil law; domain.md Appendix B 3); the result
    is the midnight that ends the last day, in ``zone``. Raises InvalidInput for a count
    below one and Conflict for a year without a confirmed calendar.
    """
    if count < 1:
        raise InvalidInput(
            "working_days_invalid",
            N_("Expected at least one working day, got %(count)s."),
            count=count,
        )
    place = ZoneInfo(zone)
    day = start.astimezone(place).date()
    left = count
    while left:
        day += timedelta(days=1)
        if is_working_day(day, country):
            left -= 1
    return datetime.combine(day + timedelta(days=1), time(), place)


@cache
def _year(country: str, year: int) -> Year:
    name = f"calendar-{country.lower()}-{year}"
    if not rules.exists(name):
        raise Conflict(
            "calendar_missing",
            N_(
                "No calendar of %(country)s for %(year)s: add %(name)s.toml to "
                "trace/rules."
            ),
            country=country,
            year=year,
            name=name,
        )
    data = rules.read(name)
    if not data["confirmed"]:
        raise Conflict(
            "calendar_unconfirmed",
            N_(
                "The calendar of %(country)s for %(year)s is not confirmed: check its "
                "make-up days against the official notice, then set confirmed = true."
            ),
            country=country,
            year=year,
        )
    return Year(frozenset(data["holidays"]), frozenset(data["workdays"]))
