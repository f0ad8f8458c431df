"""Pallets, and cases and packs that move with them or alone."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from packed import book, code_of, items, move_unit, new_unit, stocked
from stockroom import WANG, Plant, add_lot, move

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.building import (
    close_unit,
    dissolve_unit,
)
from lotmark.trace.stock.cargo import Cargo, Paper
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.packing import (
    pack_count,
    pack_items,
)
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.tables import LogisticUnit, UnitContent
from lotmark.trace.stock.units import items_of_units


def test_a_pallet_takes_cases_and_gives_them_back(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        pallet, other = (new_unit(session, plant, now, "pallet") for _ in range(2))
        cases = [new_unit(session, plant, now) for _ in range(2)]
        for n, case in enumerate(cases):
            pack_items(
                session, case, lot.id, ItemSet.range(n * 9, n * 9 + 9), WANG, now
            )
        put_on_pallet(session, pallet, cases, WANG, now)
        for again in (pallet, other):
            with pytest.raises(Conflict, match="is on a pallet already"):
                put_on_pallet(session, again, cases[:1], WANG, now)
        with pytest.raises(Conflict) as wrong:
            put_on_pallet(session, cases[0], [cases[1]], WANG, now)
        assert code_of(wrong) == "not_a_pallet"
        with pytest.raises(Conflict) as nested:
            put_on_pallet(session, pallet, [other], WANG, now)
        assert code_of(nested) == "not_a_case"
        take_off_pallet(session, cases[:1], WANG, now)
        put_on_pallet(session, other, cases[:1], WANG, now)
        assert items_of_units(session, [other])[lot.id].items == items("0-8")
        dissolve_unit(session, pallet, WANG, now)
        left = session.scalars(sa.select(LogisticUnit).filter_by(sscc=cases[1])).one()
        assert left.parent_id is None
        told = session.scalars(
            sa.select(AuditRow.action).where(AuditRow.action == "unit.take_off")
        ).all()
    assert told == []  # rows are chained at the commit
    with database.reading() as session:
        chain = sa.select(AuditRow.action).where(AuditRow.action.startswith("unit."))
        assert session.scalars(chain).all().count("unit.take_off") == 1


def test_moving_a_pallet_moves_what_is_inside(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        other = add_lot(session, plant)
        move(session, plant, other, "made > W1", 30, at=now)
        pallet = new_unit(session, plant, now, "pallet")
        one, two, loose = (new_unit(session, plant, now) for _ in range(3))
        pack_items(session, one, lot.id, items("0-9"), WANG, now)
        pack_count(session, two, other.id, 12, WANG, now)
        pack_items(session, loose, lot.id, items("20-29"), WANG, now)
        put_on_pallet(session, pallet, [one, two], WANG, now)
        move_unit(session, plant, pallet, "W2", Paper("DB-1", now), now)
        w2 = plant.places["W2"]
        ledgers = balances(session, [lot.id, other.id])
        assert ledgers[lot.id].balances[w2].known == items("0-9")
        assert ledgers[other.id].balances[w2].quantity == 12
        where = session.execute(sa.select(LogisticUnit.sscc, LogisticUnit.location_id))
        assert {sscc for sscc, place in where if place == w2} == {pallet, one, two}
        move_unit(session, plant, one, "W1", Paper("DB-2", now), now)
        alone = session.scalars(sa.select(LogisticUnit).filter_by(sscc=one)).one()
        assert alone.parent_id is None
        empty = new_unit(session, plant, now)
        with pytest.raises(Conflict) as nothing:
            move_unit(session, plant, empty, "W2", Paper("DB-3", now), now)
        assert code_of(nothing) == "unit_empty"


def test_an_item_that_leaves_alone_comes_out_of_its_case(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        case = new_unit(session, plant, now)
        pack_items(session, case, lot.id, items("0-9"), WANG, now)
        close_unit(session, case, WANG, now)
        one = Loose(lot.id, plant.places["W1"], items=items("3"))
        sample = plant.places["sample"]
        book(session, Cargo((one,)), sample, Paper("Y-1", now), now)
        assert items_of_units(session, [case])[lot.id].items == items("0-2,4-9")
        unit = session.scalars(sa.select(LogisticUnit).filter_by(sscc=case)).one()
        assert unit.state == "open"


def test_a_unit_without_a_place_moves_from_where_its_items_are(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = stocked(session, plant, now)
        session.add_all(
            [LogisticUnit(sscc=Sscc.build("123456", n).digits) for n in (1, 2)]
        )
        session.flush()
        known, counted = session.scalars(
            sa.select(LogisticUnit).order_by(LogisticUnit.id)
        ).all()
        span = {"unit_id": known.id, "lot_id": lot.id, "quantity": 5, "lo": 0, "hi": 5}
        session.add(UnitContent(**span))
        session.add(UnitContent(unit_id=counted.id, lot_id=lot.id, quantity=5))
        session.flush()
        move_unit(session, plant, known.sscc, "W2", Paper("DB-1", now), now)
        with pytest.raises(Conflict) as unknown:
            move_unit(session, plant, counted.sscc, "W2", Paper("DB-2", now), now)
        assert code_of(unknown) == "unit_place_unknown"
        told = {"unit_place_id": plant.places["W1"]}
        move_unit(session, plant, counted.sscc, "W2", Paper("DB-2", now), now, **told)
        assert counted.location_id == plant.places["W2"]
