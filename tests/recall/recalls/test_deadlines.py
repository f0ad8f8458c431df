"""Deadlines to the minute (domain.md Appendix B 3, 4), and what moves them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recalling
from recalling import Plant

from lotmark.recall.recalls.cases import (
    add_jurisdiction,
    agree_other_aware_time,
    ask_other_aware_time,
)
from lotmark.recall.recalls.clocks import clocks_of, places_of
from lotmark.recall.recalls.levels import (
    ask_lower_level,
    raise_level,
    sign_lower_level,
)
from lotmark.recall.recalls.rulesets import (
    every_set,
    jurisdictions,
    rule_set,
    set_in_force,
)
from lotmark.recall.recalls.steps import decide
from lotmark.recall.recalls.tables import LEVELS, Recall
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")


def here(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


T0 = here(2026, 11, 2, 9, 10)
PUBLISHED = here(2026, 11, 2, 15, 0)


@pytest.fixture
def plant(database: Database, now: datetime) -> Plant:
    with database.writing() as session:
        return recalling.build(session, now)


@pytest.mark.parametrize(
    ("level", "start", "completion"),
    [
        ("I", here(2026, 11, 3, 9, 10), here(2026, 11, 17)),
        ("II", here(2026, 11, 3, 21, 10), here(2026, 12, 1)),
        ("III", here(2026, 11, 4, 9, 10), here(2026, 12, 15)),
        (None, here(2026, 11, 3, 9, 10), here(2026, 11, 17)),
    ],
)
def test_appendix_b_3(level: str, start: datetime, completion: datetime) -> None:
    """Completion is the midnight that ends the day: 24:00 of the day before."""
    chosen = set_in_force("cn_food", T0)
    assert chosen.id == "CN-FOOD-DEFAULT"
    assert chosen.start_due(T0, level) == start
    assert chosen.completion_due(PUBLISHED, level) == completion


def test_appendix_b_4() -> None:
    old = rule_set("CN-FOOD-2015")
    assert old.start_due(T0, "I") == here(2026, 11, 3, 9, 10)
    assert old.start_due(T0, "II") == here(2026, 11, 4, 9, 10)
    assert old.start_due(T0, "III") == here(2026, 11, 5, 9, 10)


def test_the_set_of_the_day_of_t0_applies() -> None:
    assert set_in_force("cn_food", here(2026, 2, 10, 23, 59)).id == "CN-FOOD-2015"
    assert set_in_force("cn_food", here(2026, 2, 11)).id == "CN-FOOD-DEFAULT"
    with pytest.raises(Conflict, match="No recall rules for cn_food are in force"):
        set_in_force("cn_food", here(2015, 8, 31))
    with pytest.raises(InvalidInput, match="Expected one of: cn_food"):
        set_in_force("mars_food", T0)


def test_every_place_has_rules_and_goods_count_working_days() -> None:
    assert set(jurisdictions()) == {
        *("cn_food", "cn_goods", "eu_food", "eu_goods", "us_food", "us_meat")
    }
    goods = set_in_force("cn_goods", T0)
    assert goods.start_due(T0, "I") == here(2026, 11, 5)
    assert goods.completion_due(PUBLISHED, "I") is None
    for one in every_set().values():
        assert set(one.effectiveness) == set(LEVELS)


def start_of(session: Session, recall: Recall, now: datetime, place: str) -> datetime:
    (due,) = (
        clock.due_at
        for clock in clocks_of(session, recall, now)
        if (clock.kind, clock.jurisdiction) == ("start", place)
    )
    assert due is not None
    return due


def test_a_clock_runs_from_awareness_and_says_how_it_stands(
    database: Database, plant: Plant, now: datetime
) -> None:
    aware = now - timedelta(hours=3)
    with database.writing() as session:
        recall = recalling.assess(session, plant, now, aware_at=aware)
        (start, scope) = clocks_of(session, recall, now)
        assert (start.kind, start.due_at) == ("start", aware + timedelta(hours=24))
        assert (start.state, start.left, start.statutory) == (
            "running",
            timedelta(hours=21),
            True,
        )
        assert (scope.kind, scope.due_at) == ("scope", now + timedelta(hours=24))
        assert not scope.statutory
        after = clocks_of(session, recall, now + timedelta(hours=22))[0]
        assert (after.state, after.left) == ("late", timedelta(hours=-1))


def test_a_level_raised_and_lowered_keeps_the_earlier_deadline(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now, aware_at=now)
        number = recall.number
        assert start_of(session, recall, now, "cn_food") == now + timedelta(hours=24)
        decide(session, number, recalling.decision("III"), plant.dong, now)
        assert start_of(session, recall, now, "cn_food") == now + timedelta(hours=48)
        raise_level(session, number, "cn_food", "II", "新结果", plant.dong, now)
        assert start_of(session, recall, now, "cn_food") == now + timedelta(hours=36)
        with pytest.raises(Conflict, match="two persons"):
            raise_level(session, number, "cn_food", "III", "误判", plant.dong, now)
        ask_lower_level(session, number, "cn_food", "III", "误判", plant.dong, now)
        with pytest.raises(Conflict, match="second person"):
            sign_lower_level(session, number, plant.dong, now)
        recall.asked_by = "qian"
        sign_lower_level(session, number, plant.dong, now)
        (place,) = places_of(session, recall.id)
        assert place.level == "III"
        assert start_of(session, recall, now, "cn_food") == now + timedelta(hours=36)


def test_two_persons_move_t0(database: Database, plant: Plant, now: datetime) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now, aware_at=now)
        number, earlier = recall.number, now - timedelta(hours=5)
        ask_other_aware_time(session, number, earlier, "电话记录", plant.qian, now)
        with pytest.raises(Conflict, match="second person"):
            agree_other_aware_time(session, number, earlier, plant.qian, now)
        assert recall.aware_at == now
        agree_other_aware_time(session, number, earlier, plant.dong, now)
        assert recall.aware_at == earlier
        assert start_of(session, recall, now, "cn_food") == now + timedelta(hours=19)


def test_a_place_that_joins_has_run_since_t0(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        recall = recalling.assess(session, plant, now, aware_at=now)
        later = now + timedelta(hours=30)
        add_jurisdiction(session, recall.number, "us_food", plant.qian, later)
        assert start_of(session, recall, later, "us_food") == now + timedelta(hours=24)


def test_where_no_calendar_reaches_the_deadline_is_said_to_be_unknown(
    database: Database, plant: Plant
) -> None:
    far = datetime(2031, 5, 5, 1, tzinfo=UTC)
    with database.writing() as session:
        recall = recalling.assess(session, plant, far, aware_at=far)
        add_jurisdiction(session, recall.number, "cn_goods", plant.qian, far)
        states = {
            clock.jurisdiction: clock.state
            for clock in clocks_of(session, recall, far)
            if clock.kind == "start"
        }
        assert states == {"cn_food": "running", "cn_goods": "unknown"}
