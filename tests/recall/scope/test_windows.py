"""From last good to next good: half-open, and safe at every edge."""

from datetime import UTC, datetime, timedelta

import pytest
from plants import Ids, Plan, at, build
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import Criteria, LineWindow, LotCriterion
from lotmark.recall.scope.engine import decide
from lotmark.recall.scope.graph import Cleaned, Run
from lotmark.recall.scope.reach import load_graph
from lotmark.recall.scope.windows import Window, widen
from lotmark.trace.db import Database

PLANT = "Asia/Shanghai"


def clean(start: int, end: int) -> Cleaned:
    return Cleaned(start, 1, at(start), at(end), "wet", True)


def test_cleanings_that_touch_the_suspect_time_bound_it() -> None:
    breaks = [clean(1, 2), clean(8, 10), clean(20, 22), clean(30, 31)]
    window = widen(1, at(10), at(20), breaks, PLANT)
    assert window == Window(1, at(10), at(20), bounded=True)


def test_a_cleaning_that_overlaps_the_suspect_time_bounds_nothing() -> None:
    breaks = [clean(1, 2), clean(9, 11), clean(19, 21), clean(30, 31)]
    window = widen(1, at(10), at(20), breaks, PLANT)
    assert window == Window(1, at(2), at(30), bounded=True)


def test_without_a_cleaning_before_the_day_before_is_taken() -> None:
    window = widen(1, at(50), None, [clean(60, 61)], PLANT)
    assert window == Window(1, at(24), None, bounded=False)


def test_the_day_before_is_the_plants_day_also_when_clocks_change() -> None:
    moment = datetime(2026, 3, 29, 20, tzinfo=UTC)  # 22:00, a day of 23 hours
    window = widen(1, moment, moment, [], "Europe/Berlin")
    assert window.start == datetime(2026, 3, 27, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        (5, 10, False),
        (5, 11, True),
        (19, 25, True),
        (20, 25, False),
        (5, 25, True),
        (5, None, True),
        (20, None, False),
    ],
)
def test_windows_and_runs_are_half_open(
    start: int, end: int | None, meets: bool
) -> None:
    window = Window(1, at(10), at(20), bounded=True)
    run = Run(7, 1, at(start), None if end is None else at(end))
    assert window.meets(run) is meets


def affected(session: Session, ids: Ids, criteria: Criteria) -> dict[int, int]:
    """Tier by number of the lot."""
    found = decide(load_graph(session, criteria), criteria)
    return {ids.lots.index(lot): one.tier for lot, one in found.items()}


@pytest.fixture
def day() -> Plan:
    """Lots 0 to 4 on a line; it is cleaned at 10, in vain at 20, and at 30."""
    return Plan(
        lots=["product"] * 5,
        runs=[
            (0, 0, 5, 10),
            (1, 0, 11, 14),
            (2, 0, 15, 20),
            (3, 0, 21, 30),
            (4, 0, 31, None),
        ],
        cleanings=[
            (0, 10, 11, "wet", "pass"),
            (0, 20, 21, "wet", "fail"),
            (0, 30, 31, "wet", "pass"),
        ],
    )


def test_neighbours_between_two_clean_breaks_are_probable(
    database: Database, day: Plan
) -> None:
    with database.writing() as session:
        ids = build(session, day)
        found = affected(session, ids, Criteria((LotCriterion(ids.lots[2]),)))
    assert found == {2: 1, 1: 2, 3: 2}


def test_what_ran_in_a_suspect_time_is_confirmed(database: Database, day: Plan) -> None:
    with database.writing() as session:
        ids = build(session, day)
        moment = LineWindow(ids.lines[0], at(13), at(13))
        before = LineWindow(ids.lines[0], at(7), at(8))
        late = LineWindow(ids.lines[0], at(31), at(31) + timedelta(hours=1))
        assert affected(session, ids, Criteria((moment,))) == {1: 1, 2: 1, 3: 1}
        assert affected(session, ids, Criteria((before,))) == {0: 1}
        assert affected(session, ids, Criteria((late,))) == {4: 1}


def test_an_early_and_a_running_batch_are_searched_together(
    database: Database, day: Plan
) -> None:
    with database.writing() as session:
        ids = build(session, day)
        facts = tuple(LotCriterion(ids.lots[lot]) for lot in (4, 1))
        assert affected(session, ids, Criteria(facts)) == {1: 1, 4: 1, 2: 2, 3: 2}
