"""What time it is at the server, when the clock of the PC shows anything at all."""

from datetime import UTC, datetime, timedelta

import pytest

from lotmark.web.station.events import seal
from lotmark.web.station.tables import Event
from lotmark.web.station.times import Anchor, Tick

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
YEAR_1970 = datetime(1970, 1, 1, tzinfo=UTC)
WRONG = [timedelta(0), timedelta(hours=-8), timedelta(hours=8), YEAR_1970 - NOON]
IDS = ["right", "8 h behind", "8 h ahead", "1970"]


@pytest.mark.parametrize("wrong", WRONG, ids=IDS)
def test_time_goes_on_from_what_the_server_said(wrong: timedelta) -> None:
    anchor = Anchor.told(NOON, Tick(NOON + wrong, 1000.0, "a"))
    later = Tick(NOON + wrong + timedelta(hours=3), 1000.0 + 3 * 3600, "a")
    assert anchor.server_time(later) == NOON + timedelta(hours=3)
    assert Anchor.read(anchor.write()) == anchor


def test_setting_the_clock_in_a_shift_changes_nothing() -> None:
    anchor = Anchor.told(NOON, Tick(NOON - timedelta(hours=8), 0.0, "a"))
    set_right = Tick(NOON + timedelta(hours=1), 3600.0, "a")
    assert anchor.server_time(set_right) == NOON + timedelta(hours=1)


@pytest.mark.parametrize("wrong", WRONG, ids=IDS)
def test_after_a_restart_time_does_not_go_back(wrong: timedelta) -> None:
    """The battery is empty: the clock shows 1970, or what it likes."""
    anchor = Anchor.told(NOON, Tick(NOON, 5000.0, "a"))
    kept = anchor.moved(Tick(NOON, 5000.0 + 7200, "a"))
    restarted = Tick(NOON + wrong + timedelta(hours=2, minutes=5), 30.0, "b")
    assert kept.server_time(restarted) >= NOON + timedelta(hours=2)


def event(at: datetime, mono: float, boot: str) -> Event:
    return Event(
        id="e",
        block_id=1,
        kind="printed",
        places="0",
        since=at,
        until=at + timedelta(minutes=1),
        wall=at,
        since_mono=mono,
        until_mono=mono + 60,
        boot=boot,
    )


@pytest.mark.parametrize("wrong", WRONG, ids=IDS)
def test_an_event_is_told_by_how_long_ago_it_was(wrong: timedelta) -> None:
    """What the server reckons, now - (clock - since), is right whatever the clock."""
    anchor = Anchor.told(NOON, Tick(NOON + wrong, 0.0, "a"))
    happened = event(NOON, 0.0, "a")
    hours = timedelta(hours=5)
    at = Tick(NOON + wrong + hours, hours.total_seconds(), "a")
    shown = seal(happened, anchor, at)
    assert happened.told_since is not None
    assert happened.told_until is not None
    assert shown - happened.told_since == hours
    assert shown - happened.told_until == hours - timedelta(minutes=1)


def test_an_event_says_the_same_after_the_clock_was_set() -> None:
    anchor = Anchor.told(NOON, Tick(YEAR_1970, 0.0, "a"))
    happened = event(NOON, 0.0, "a")
    seal(happened, anchor, Tick(YEAR_1970 + timedelta(hours=1), 3600.0, "a"))
    first = happened.told_since
    shown = seal(happened, anchor, Tick(NOON + timedelta(hours=2), 7200.0, "a"))
    assert happened.told_since == first
    assert first is not None
    assert shown - first == timedelta(hours=2)


def test_an_event_of_before_a_restart() -> None:
    happened = event(NOON, 100.0, "a")
    anchor = Anchor.told(NOON + timedelta(hours=9), Tick(YEAR_1970, 50.0, "b"))
    shown = seal(happened, anchor, Tick(YEAR_1970, 50.0, "b"))
    assert happened.told_since is not None
    assert shown - happened.told_since == timedelta(hours=9)
