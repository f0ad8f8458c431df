"""Goods shipped: cases, items and counts on one paper."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from loads import DRIVER, at, cased, send_cargo, stored
from stockroom import QIAN, WANG, Plant

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.building import open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.shipping import (
    deliver_goods,
    on_the_way,
)
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit, Shipment


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def test_a_shipment_carries_cases_items_and_counts(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 100, None)
        (number,) = issue_ssccs(session, "9506000")
        pallet = open_unit(session, number, "pallet", plant.places["W1"], WANG, now)
        cases = [
            cased(session, plant, lot, now, "0-9"),
            cased(session, plant, lot, now),
        ]
        put_on_pallet(session, pallet.sscc, cases, WANG, now)
        there = plant.places["W1"]
        loose = (Loose(lot.id, there, 7), Loose(lot.id, there, items=items("50-52")))
        shipment = send_cargo(session, site, Cargo(loose, (pallet.sscc,)), now)
        assert at(session, plant, lot, "C01/T") == 30
        assert shipment.driver_phone == DRIVER.driver_phone
        rest = on_the_way(session, shipment)[lot.id]
        assert (rest.items, rest.unscanned) == (items("0-9,50-52"), 17)
        deliver_goods(session, shipment, WANG, now, {lot.id: 12})
        assert (at(session, plant, lot, "C01"), shipment.delivered_at) == (12, None)
        with pytest.raises(Conflict) as more:
            deliver_goods(session, shipment, WANG, now, {lot.id: 19})
        assert code_of(more) == "delivered_too_much"
        deliver_goods(session, shipment, WANG, now)
        assert at(session, plant, lot, "C01") == 30
        assert shipment.delivered_at == now
        where = session.scalars(sa.select(LogisticUnit.location_id)).all()
        assert set(where) == {plant.places["C01"]}
        with pytest.raises(Conflict) as nothing:
            deliver_goods(session, shipment, WANG, now)
        assert code_of(nothing) == "nothing_on_the_way"


def test_goods_on_hold_are_not_shipped(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        case = cased(session, plant, lot, now, "0-9")
        place_hold(session, [lot.id], reason="胀袋", actor=QIAN, now=now)
    with pytest.raises(Conflict) as refused, database.writing() as session:
        send_cargo(session, site, Cargo((), (case,)), now)
    assert code_of(refused) == "lot_on_hold"
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Shipment.id))) == 0
