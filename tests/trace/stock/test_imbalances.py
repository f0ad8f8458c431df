"""Figures that contradict each other are found, at the place where they do."""

from datetime import datetime

import sqlalchemy as sa
from crowd import unguard
from stockroom import WANG, Plant, add_lot

from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.imbalances import Imbalance, find_imbalances
from lotmark.trace.stock.service import Move, move_many


def stock_up(database: Database, plant: Plant, now: datetime) -> str:
    """A lot of 60, 40 of them known, 10 moved on; its batch number."""
    made, store, second = (plant.places[code] for code in ("made", "W1", "W2"))
    with database.writing() as session:
        lot = add_lot(session, plant, items=60)
        moves = [
            Move(lot.id, made, store, now, "D-0", items=ItemSet.range(0, 40)),
            Move(lot.id, made, store, now, "D-1", quantity=20),
            Move(lot.id, store, second, now, "D-2", items=ItemSet.range(0, 10)),
        ]
        move_many(session, moves, actor=WANG, now=now)
        return lot.code


def found(database: Database) -> list[Imbalance]:
    with database.reading() as session:
        return find_imbalances(session)


def damage(database: Database, statement: str) -> None:
    with database.writing() as session:
        for table in ("stock", "movement"):
            unguard(session, table)
        session.execute(sa.text(statement))


def test_what_was_booked_agrees(
    database: Database, plant: Plant, now: datetime
) -> None:
    assert found(database) == []
    stock_up(database, plant, now)
    assert found(database) == []


def test_a_changed_balance_is_found(
    database: Database, plant: Plant, now: datetime
) -> None:
    code = stock_up(database, plant, now)
    damage(database, "UPDATE stock SET quantity = 49 WHERE quantity = 50")
    assert found(database) == [Imbalance("movements", f"P1/{code}", "W1", 49, 50)]


def test_a_missing_movement_is_found_at_both_ends(
    database: Database, plant: Plant, now: datetime
) -> None:
    code = stock_up(database, plant, now)
    damage(database, "DELETE FROM movement WHERE document = 'D-2'")
    assert sorted((one.place, one.balance, one.counted) for one in found(database)) == [
        ("W1", 50, 60),
        ("W2", 10, 0),
    ]
    assert {one.lot for one in found(database)} == {f"P1/{code}"}


def test_more_known_items_than_goods_are_found(
    database: Database, plant: Plant, now: datetime
) -> None:
    code = stock_up(database, plant, now)
    damage(database, "UPDATE stock_item SET hi = 15 WHERE hi = 10")
    assert found(database) == [Imbalance("items", f"P1/{code}", "W2", 10, 15)]


def test_a_missing_balance_is_found(
    database: Database, plant: Plant, now: datetime
) -> None:
    code = stock_up(database, plant, now)
    damage(database, "DELETE FROM stock WHERE quantity = 10")
    assert found(database) == [
        Imbalance("movements", f"P1/{code}", "W2", 0, 10),
        Imbalance("items", f"P1/{code}", "W2", 0, 10),
    ]
