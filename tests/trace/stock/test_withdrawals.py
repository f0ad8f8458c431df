"""Goods taken away for other uses, and losses."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from loads import at, stored
from stockroom import DONG, QIAN, WANG, Plant

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, LotmarkError
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.tables import Movement
from lotmark.trace.stock.transfers import move_between, take_away


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


@pytest.mark.parametrize(
    ("use", "place"),
    [
        ("sample", "sample"),
        ("staff_sale", "consumer"),
        ("donation", "consumer"),
        ("lost", "lost"),
    ],
)
def test_goods_leave_for_other_uses(
    database: Database, plant: Plant, site: int, now: datetime, use: str, place: str
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        take_away(session, use, cargo, "福利院", WANG, now)
        assert at(session, plant, lot, place) == 3
        told = session.scalars(sa.select(Movement.reason)).all()
        assert told[-1] == f"{use}: 福利院"
        place_hold(session, [lot.id], reason="x", actor=QIAN, now=now)
        if use != "sample":
            with pytest.raises(Conflict):
                take_away(session, use, cargo, "again", WANG, now)


def test_a_loss_needs_words_and_a_keeper(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        with pytest.raises(InvalidInput) as silent:
            take_away(session, "lost", cargo, " ", WANG, now)
        assert code_of(silent) == "reason_missing"
        with pytest.raises(Forbidden):
            take_away(session, "lost", cargo, "rats", DONG, now)
        with pytest.raises(InvalidInput) as nothing:
            take_away(session, "lost", Cargo(), "rats", WANG, now)
        assert code_of(nothing) == "cargo_empty"


def test_unknown_units_and_places_are_named(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        ghost = Sscc.build("123456", 5).digits
        with pytest.raises(LotmarkError, match=ghost):
            move_between(session, Cargo((), (ghost,)), plant.places["W2"], WANG, now)
        lot = stored(session, plant, now, 4, None)
        cargo = Cargo((Loose(lot.id, plant.places["W1"], 3),))
        with pytest.raises(InvalidInput) as elsewhere:
            move_between(session, cargo, plant.places["C01"], WANG, now)
        assert code_of(elsewhere) == "place_not_ours"
