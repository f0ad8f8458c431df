"""From last good to next good: half-open, and safe at every edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plants import Ids, Plan, at, build
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import (
    CheckFailed,
    Criteria,
    LineWindow,
    LotCriterion,
)
from lotmark.recall.scope.engine import decide
from lotmark.recall.scope.graph import Cleaned, Run, Stop
from lotmark.recall.scope.reach import load_graph
from lotmark.recall.scope.service import compute_scope
from lotmark.recall.scope.windows import Window, widen
from lotmark.trace.db import Database

PLANT = "Asia/Shanghai"


def clean(start: int, end: int) -> Cleaned:
    return Cleaned(start, 1, at(start), at(end), "wet", True)


def test_cleanings_that_touch_the_suspect_time_bound_it() -> None:
    breaks = [clean(1, 2), clean(8, 10), clean(20, 22), clean(30, 31)]
    window = widen(1, at(10), at(20), breaks, PLANT)
    assert window == Window(1, at(10), at(20), bounded=True, until="cleaning")


def test_a_cleaning_that_overlaps_the_suspect_time_bounds_nothing() -> None:
    breaks = [clean(1, 2), clean(9, 11), clean(19, 21), clean(30, 31)]
    window = widen(1, at(10), at(20), breaks, PLANT)
    assert window == Window(1, at(2), at(30), bounded=True, until="cleaning")


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


@pytest.fixture
def repaired() -> Plan:
    """Lot 0 fails its metal check at 12, which is put right at 18; lot 1 passes seal
    at 20 and metal at 24; lot 2 comes after that. Line 0 is cleaned until 2."""
    return Plan(
        lots=["product"] * 4,
        runs=[(0, 0, 3, 15), (1, 0, 16, 26), (2, 0, 27, 30)],
        cleanings=[(0, 1, 2, "wet", "pass")],
        checks=[
            (0, 12, "metal", "fail", 18),
            (0, 16, "metal", "pass", None),
            (0, 20, "seal", "pass", None),
            (0, 24, "metal", "pass", None),
        ],
    )


def test_the_first_good_check_after_a_correction_ends_it(
    database: Database, repaired: Plan
) -> None:
    """A check passed before the correction (16), or of something else, does not."""
    with database.writing() as session:
        ids = build(session, repaired)
        bad = CheckFailed(ids.checks[0])
        line = Criteria((bad,), origin="logistics")
        found = decide(load_graph(session, line), line)
        assert set(found) == {ids.lots[0], ids.lots[1]}
        codes = [reason.code for reason in found[ids.lots[1]].why]
        assert codes == ["ran_in_window", "until_good_check"]
        distrusted = Criteria((bad, CheckFailed(ids.checks[3])), origin="logistics")
        assert set(affected(session, ids, distrusted)) == {0, 1, 2}
        allergen = Criteria((bad,), origin="logistics", hazard="allergen")
        assert set(affected(session, ids, allergen)) == {0, 1, 2}
        session.rollback()


@pytest.mark.parametrize(
    ("stop", "reached", "why"),
    [
        ((0, 15, 16, 1), {0}, "until_stop"),  # put right, passed, ran again
        ((0, 30, None, None), {0, 1, 2}, "until_standstill"),
        ((0, 15, 26, 3), {0, 1, 2}, ""),  # it ran before the re-sample
        ((0, 15, None, None), {0, 1, 2}, ""),  # it ran, whatever its status says
        ((0, 15, 16, None), {0, 1, 2}, ""),  # a mere pause
    ],
)
def test_a_line_stop_ends_it_unless_it_was_a_pause_or_the_line_ran(
    database: Database,
    repaired: Plan,
    stop: tuple[int, int, int | None, int | None],
    reached: set[int],
    why: str,
) -> None:
    with database.writing() as session:
        plan = replace(repaired, stops=[stop])
        ids = build(session, plan)
        window = LineWindow(ids.lines[0], at(10), at(11))
        asked = Criteria((window,), origin="logistics")
        found = decide(load_graph(session, asked), asked)
        assert {ids.lots.index(lot) for lot in found} == reached
        codes = {reason.code for one in found.values() for reason in one.why}
        assert codes - {"ran_in_window", "ran_in_open_window"} == ({why} - {""})
        session.rollback()


def test_a_standstill_is_no_clean_break() -> None:
    still = Stop(1, at(12), None, None, "")
    window = widen(1, at(10), at(11), [clean(1, 2)], PLANT, [still])
    assert window.end == at(12)
    assert not window.has_both_breaks


def test_a_suspect_time_within_a_stop_ends_there() -> None:
    stop = Stop(1, at(9), at(14), 7, "metal")
    window = widen(1, at(10), at(11), [clean(1, 2)], PLANT, [stop])
    assert (window.end, window.until) == (at(11), "stop")
    assert window.has_both_breaks


def test_what_all_suspects_share_and_others_lack_ranks_first(
    database: Database,
) -> None:
    """Lot 0 is salt, in every batch; lot 1 in both suspects alone; lot 2 in one."""
    plan = Plan(
        lots=["ingredient"] * 3 + ["product"] * 4,
        edges=[(0, batch, "consumption") for batch in (3, 4, 5, 6)]
        + [(1, 3, "consumption"), (1, 4, "consumption"), (2, 4, "consumption")],
    )
    with database.writing() as session:
        ids = build(session, plan)
        suspects = tuple(LotCriterion(ids.lots[n]) for n in (3, 4))
        scope = compute_scope(session, Criteria(suspects), at(0))
        ranked = [
            (ids.lots.index(one.lot.lot_id), one.used, one.of, one.others)
            for one in scope.common
        ]
        session.rollback()
    assert ranked == [(1, 2, 2, 0), (0, 2, 2, 2), (2, 1, 2, 0)]
