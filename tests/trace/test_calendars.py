"""Working days, with the scenarios of domain.md Appendix B 3."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lotmark.trace.calendars import end_of_working_days, is_working_day
from lotmark.trace.errors import Conflict, InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
PUBLISHED = datetime(2026, 11, 2, 15, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (10, date(2026, 11, 16)),
        (20, date(2026, 11, 30)),
        (30, date(2026, 12, 14)),
    ],
)
def test_completion_of_a_recall(count: int, last: date) -> None:
    end = end_of_working_days(PUBLISHED.astimezone(UTC), count)
    assert end == datetime(
        last.year, last.month, last.day, tzinfo=SHANGHAI
    ) + timedelta(days=1)


def test_golden_week_and_its_make_up_saturday() -> None:
    worked = [day for day in range(1, 12) if is_working_day(date(2026, 10, day))]
    assert worked == [8, 9, 10]


def test_the_sunday_worked_before_golden_week_counts() -> None:
    assert is_working_day(date(2026, 9, 20))


def test_a_day_late_in_the_evening_is_the_plants_day_not_utc() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=SHANGHAI).astimezone(UTC)
    assert end_of_working_days(late, 1) == datetime(2026, 11, 4, tzinfo=SHANGHAI)


def test_an_unconfirmed_year_refuses() -> None:
    with pytest.raises(Conflict, match="2027 is not confirmed"):
        end_of_working_days(datetime(2026, 12, 30, tzinfo=SHANGHAI), 5)


def test_a_missing_year_refuses() -> None:
    with pytest.raises(Conflict, match="No calendar of CN for 2031"):
        is_working_day(date(2031, 1, 6))


def test_zero_working_days_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one working day, got 0"):
        end_of_working_days(PUBLISHED, 0)
