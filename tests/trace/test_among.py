"""Long lists of ids in one statement, on both engines."""

import pytest
import sqlalchemy as sa
import stockroom

from lotmark.trace.among import among, among_found, plain_rows, rows
from lotmark.trace.db import Database
from lotmark.trace.errors import NotFound
from lotmark.trace.parties.lots import lock_lots
from lotmark.trace.parties.tables import Location, Lot
from lotmark.trace.stock.books import load_places

MANY = range(10**9, 10**9 + 70_000)
"""Ids of nothing; more than either engine takes as parameters of one statement."""
CODES = sa.select(Location.code).where(among(Location.id, "places"))


@pytest.fixture
def places(database: Database) -> dict[str, int]:
    with database.writing() as session:
        return stockroom.build(session).places


def test_a_list_may_be_longer_than_engines_take_parameters(
    database: Database, places: dict[str, int]
) -> None:
    wanted = [*MANY, places["W1"], places["C02"], places["W1"]]
    with database.reading() as session:
        assert sorted(plain_rows(session, CODES, places=wanted)) == [("C02",), ("W1",)]
        assert rows(session, CODES, places=wanted[:-1]) != []
        assert set(load_places(session, wanted)) == {places["W1"], places["C02"]}


def test_an_empty_list_finds_nothing(
    database: Database, places: dict[str, int]
) -> None:
    with database.reading() as session:
        assert plain_rows(session, CODES, places=[]) == []
        assert load_places(session, []) == {}
        others = sa.select(Location.id).where(sa.not_(among(Location.id, ())))
        assert {*places.values()} <= {*session.scalars(others)}


def test_what_a_query_finds_is_looked_up(
    database: Database, places: dict[str, int]
) -> None:
    stores = sa.select(Location.id).where(Location.kind == "warehouse")
    with database.reading() as session:
        found = sa.select(Location.code).where(among_found(Location.id, stores))
        assert sorted(plain_rows(session, found)) == [("W1",), ("W2",)]


def test_any_number_of_lots_is_locked(database: Database) -> None:
    with database.writing() as session:
        plant = stockroom.build(session)
        lot = stockroom.add_lot(session, plant)
        assert lock_lots(session, [lot.id]) == {lot.id: lot}
        with pytest.raises(NotFound, match=str(MANY[0])):
            lock_lots(session, [*MANY, lot.id])
        assert session.get(Lot, lot.id) is lot
