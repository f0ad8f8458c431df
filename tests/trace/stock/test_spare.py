"""Spare stock: 10 % of what a month sells, of goods that are free to go."""

from datetime import UTC, date, datetime

import pytest
from stockroom import DONG, QIAN, WANG, Plant, add_lot, move

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Forbidden, InvalidInput, NotFound
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.spare import SpareLine, set_policy, spare_lines

ZONE = "Asia/Shanghai"


def line(session: Session, now: datetime) -> SpareLine:
    (found,) = spare_lines(session, now, ZONE)
    return found


def test_the_last_three_full_months_are_averaged(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        early = datetime(2026, 6, 1, tzinfo=UTC)
        move(session, plant, lot, "made > W1", 10_000, at=early)
        for at, quantity in (
            (datetime(2026, 7, 31, 15, 59, tzinfo=UTC), 5000),  # July at the plant
            (datetime(2026, 7, 31, 16, 1, tzinfo=UTC), 300),  # August
            (datetime(2026, 9, 15, tzinfo=UTC), 300),
            (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 401),  # October
            (datetime(2026, 10, 31, 16, 1, tzinfo=UTC), 2000),  # November
        ):
            move(session, plant, lot, "W1 > C01/T", quantity, at=at)
            move(session, plant, lot, "C01/T > C01", quantity, at=at)
        found = line(session, now)
        assert (found.sold, found.base, found.wanted) == (1001, 334, 34)
        assert (found.free, found.state) == (1999, "above")


def test_what_is_not_free_does_not_count(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lots = [add_lot(session, plant, items=100) for _ in range(5)]
        for lot in lots:
            move(session, plant, lot, "made > W1", 100, at=now)
        good, held, part, fresh, old = lots
        fresh.status, old.expires_on = "testing", date(2026, 11, 23)
        place_hold(session, [held.id], reason="x", actor=QIAN, now=now)
        some = {part.id: ItemSet.range(0, 30)}
        place_hold(session, [part.id], items=some, reason="x", actor=QIAN, now=now)
        move(session, plant, good, "W1 > R1", 10, at=now)
        assert line(session, now).free == 90 + 70
        assert line(session, now).state == "none"


@pytest.mark.parametrize(
    ("left", "state"), [(99, "below"), (100, "right"), (2000, "right"), (2001, "above")]
)
def test_below_and_above(
    database: Database, plant: Plant, now: datetime, left: int, state: str
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        at = datetime(2026, 9, 15, tzinfo=UTC)
        move(session, plant, lot, "made > W1", 3000 + left, at=at)
        move(session, plant, lot, "W1 > consumer", 3000, at=at)
        assert line(session, now).state == state


def test_the_policy_is_set_with_the_right(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        for permille in (200, 50):
            set_policy(session, plant.article_id, permille, QIAN, now)
            assert line(session, now).permille == permille
        with pytest.raises(Forbidden):
            set_policy(session, plant.article_id, 10, WANG, now)
        with pytest.raises(InvalidInput):
            set_policy(session, plant.article_id, 1001, QIAN, now)
        with pytest.raises(NotFound):
            set_policy(session, 999, 10, QIAN, now)
        assert not DONG.may("master.edit")
