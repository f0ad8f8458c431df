"""Goods that come back: to their cases, to quarantine, never into new food."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from loads import at, cased, send_cargo, stored
from stockroom import QIAN, WANG, Plant, move

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.building import open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.returns import Returned, bring_back, take_back
from lotmark.trace.stock.shipping import (
    deliver_goods,
    on_the_way,
)
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit
from lotmark.trace.stock.transfers import move_between


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def returned(
    session: Session, plant: Plant, lot: Lot, site: int, now: datetime
) -> Returned:
    loose = Loose(lot.id, plant.places["C01"], 8)
    return take_back(session, Cargo((loose,)), site, WANG, now)


def test_what_is_refused_at_the_door_comes_back_in_its_cases(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 100, None)
        case = cased(session, plant, lot, now, "0-9")
        loose = Loose(lot.id, plant.places["W1"], 5)
        shipment = send_cargo(session, site, Cargo((loose,), (case,)), now)
        bring_back(session, shipment, WANG, now, "拒收")
        assert on_the_way(session, shipment) == {}
        assert at(session, plant, lot, "R1") == 15
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=case)).one()
        assert unit.location_id == plant.places["R1"]


@pytest.mark.parametrize(
    ("danger", "place"),
    [
        ("", "R1"),
        ("quality", "R1"),
        ("health", "Q1"),
        ("marked", "Q1"),
        ("recalled", "Q1"),
    ],
)
def test_feared_goods_come_straight_to_quarantine(
    database: Database,
    plant: Plant,
    site: int,
    now: datetime,
    danger: str,
    place: str,
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        move(session, plant, lot, "W1 > C01", 20, at=now)
        if danger in ("quality", "health"):
            place_hold(
                session, [lot.id], hazard=danger, reason="x", actor=QIAN, now=now
            )
        if danger == "marked":
            mark = {"lo": 0, "hi": 9, "kind": "recalled", "at": now}
            session.add(ItemMark(lot_id=lot.id, **mark))
        if danger == "recalled":
            lot.status = "recalled"
        session.flush()
        back = returned(session, plant, lot, site, now)
        assert at(session, plant, lot, place) == 8
        assert (lot.id in back.endangered) == (place == "Q1")


def test_more_than_a_customer_had_does_not_come_back(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        move(session, plant, lot, "W1 > C01", 7, at=now)
        with pytest.raises(Conflict) as refused:
            returned(session, plant, lot, site, now)
        assert code_of(refused) == "stock_short"


def test_a_mixed_pallet_with_one_feared_lot_goes_to_quarantine_whole(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        good, bad = (stored(session, plant, now, 40, None) for _ in range(2))
        (number,) = issue_ssccs(session, "9506000")
        pallet = open_unit(session, number, "pallet", plant.places["W1"], WANG, now)
        cases = [cased(session, plant, lot, now) for lot in (good, bad)]
        put_on_pallet(session, pallet.sscc, cases, WANG, now)
        shipment = send_cargo(session, site, Cargo((), (pallet.sscc,)), now)
        deliver_goods(session, shipment, WANG, now)
        place_hold(session, [bad.id], hazard="health", reason="x", actor=QIAN, now=now)
        take_back(session, Cargo((), (pallet.sscc,)), site, WANG, now)
        assert at(session, plant, good, "Q1") == 10
        assert at(session, plant, bad, "Q1") == 10


@pytest.mark.parametrize("grade", ["quantity", "case", "item"])
def test_sold_food_never_becomes_an_ingredient(
    database: Database, plant: Plant, site: int, now: datetime, grade: str
) -> None:
    """domain.md §3.5 Q9, followed by count, by case and by pack."""
    with database.writing() as session:
        lot = stored(session, plant, now, 40, None)
        lot.grade = grade
        some = items("0-9")
        if grade == "item":
            going = Cargo((Loose(lot.id, plant.places["W1"], items=some),))
            back = Cargo((Loose(lot.id, plant.places["C01"], items=some),))
        elif grade == "case":
            case = cased(session, plant, lot, now)
            going = back = Cargo((), (case,))
        else:
            going = Cargo((Loose(lot.id, plant.places["W1"], 10),))
            back = Cargo((Loose(lot.id, plant.places["C01"], 10),))
        deliver_goods(session, send_cargo(session, site, going, now), WANG, now)
        take_back(session, back, site, WANG, now)
        one = {"items": "3"} if grade == "item" else {"quantity": 1}
        for way in ("R1 > consumed", "W1 > consumed"):
            if way.startswith("W1"):
                inside = Cargo((Loose(lot.id, plant.places["R1"], 10),))
                if grade == "item":
                    inside = Cargo((Loose(lot.id, plant.places["R1"], items=some),))
                if grade == "case":
                    inside = Cargo((), (case,))
                move_between(
                    session,
                    inside,
                    plant.places["W1"],
                    WANG,
                    now,
                    reason="开箱看过, 钱宁",
                )
            with pytest.raises(
                Conflict, match=r"Food Safety Law, article\s34\(1\)"
            ) as no:
                move(session, plant, lot, way, at=now, **one)
            assert code_of(no) == "sold_goods"
