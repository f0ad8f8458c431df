"""The sample plant comes in through the importer and adds up."""

import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from plant_files import bring

from lotmark.trace import audit, people
from lotmark.trace.db import Base, Database, Session
from lotmark.trace.parties.lots import find_lot
from lotmark.trace.parties.tables import Article, Line, Location, Lot, Partner, Site
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    LotInput,
    ProcessCheck,
)
from lotmark.trace.stock.tables import Movement, Shipment, Stock, UnitContent
from lotmark.web.sample import PEOPLE, sample_files

TODAY = date(2026, 11, 24)
HELD = "L2-261112-01"


@pytest.fixture
def sample(database: Database, now: datetime) -> Database:
    bring(database, sample_files(TODAY), now)
    return database


def count(session: Session, table: type[Base], *where: Any) -> int:
    return (
        session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
    )


def test_the_sample_has_what_it_promises(sample: Database) -> None:
    with sample.reading() as session:
        assert count(session, Site) == 2
        assert count(session, Line) == 5
        assert count(session, Article, Article.kind == "product") == 12
        no_gtin = sa.and_(Article.kind == "product", Article.gtin.is_(None))
        assert count(session, Article, no_gtin) == 1
        assert count(session, Lot, Lot.origin != "") == 40
        assert count(session, Lot, Lot.origin == "") == 30
        assert count(session, Partner, Partner.kind == "consignee") == 15
        assert count(session, Partner, Partner.kind == "supplier") == 8
        assert count(session, LotInput, LotInput.kind == "rework") == 2
        assert count(session, Cleaning, Cleaning.result == "fail") == 1
        assert count(session, Shipment) == 60
        assert count(session, Shipment, Shipment.delivered_at.is_(None)) == 3
        assert audit.verify(session)[1] is None


def test_half_ships_by_quantity_a_quarter_by_case_a_quarter_by_item(
    sample: Database,
) -> None:
    with sample.reading() as session:
        spans = sa.select(UnitContent.lot_id, UnitContent.lo, UnitContent.hi)
        cases = {tuple(row) for row in session.execute(spans)}
        moves = session.scalars(
            sa.select(Movement).where(Movement.shipment_id.is_not(None))
        ).all()
        packed = {lot_id for lot_id, _, _ in cases}
        ways = {
            move.shipment_id: "quantity"
            if move.lo is None
            else "case"
            if move.lot_id in packed
            else "item"
            for move in moves
        }
    assert Counter(ways.values()) == {"quantity": 30, "case": 15, "item": 15}


def test_everything_adds_up(sample: Database) -> None:
    with sample.reading() as session:
        rows = session.execute(
            sa.select(Stock.lot_id, Location.kind, Stock.quantity).join(
                Location, Location.id == Stock.location_id
            )
        ).all()
        moved: Counter[tuple[int, int]] = Counter()
        for move in session.scalars(sa.select(Movement)):
            moved[move.lot_id, move.from_id] -= move.quantity
            moved[move.lot_id, move.to_id] += move.quantity
        stock = sa.select(Stock.lot_id, Stock.location_id, Stock.quantity)
        for lot_id, place_id, quantity in session.execute(stock):
            assert moved[lot_id, place_id] == quantity
    sums: Counter[int] = Counter()
    for lot_id, kind, quantity in rows:
        sums[lot_id] += quantity
        assert quantity >= 0 or kind in ("made", "supplied")
    assert len(sums) == 69  # all but the batch in production
    assert set(sums.values()) == {0}


def test_the_open_batch_and_the_one_that_will_be_held(sample: Database) -> None:
    with sample.reading() as session:
        running = session.scalars(
            sa.select(LineRun).where(LineRun.ended_at.is_(None))
        ).one()
        lot = find_lot(session, "L2-261124-01")
        assert (running.lot_id, lot.status) == (lot.id, "in_production")
        assert (lot.planned, lot.next_item) == (12000, 0)
        held = find_lot(session, HELD)
        assert (held.grade, held.status) == ("item", "released")
        assert (held.next_item, held.article.gtin) == (12000, "09506000134352")
        where = sa.select(Location.kind, Location.partner_id).join(
            Stock, Stock.location_id == Location.id
        )
        stock = where.where(Stock.lot_id == held.id, Stock.quantity > 0)
        kinds = Counter(row.kind for row in session.execute(stock))
        assert kinds == {"consignee": 5, "transit": 1, "warehouse": 1, "sample": 1}
        [load] = session.scalars(
            sa.select(EquipmentCycle).filter_by(number="R1-0461")
        ).all()
        inside = sa.select(CycleLoad.lot_id).filter_by(cycle_id=load.id)
        neighbour = find_lot(session, "L2-261112-02")
        assert set(session.scalars(inside)) == {held.id, neighbour.id}
        assert load.result == "missing"
        marginal = ProcessCheck.value.startswith("F0 4.0")
        check = session.scalars(sa.select(ProcessCheck).where(marginal)).one()
        assert check.lot_id == held.id


def test_only_released_lots_were_shipped(sample: Database) -> None:
    with sample.reading() as session:
        shipped = sa.select(Lot.status).join(Movement, Movement.lot_id == Lot.id)
        of_shipments = shipped.where(Movement.shipment_id.is_not(None)).distinct()
        assert session.scalars(of_shipments).all() == ["released"]
        pictures = sa.select(Article.picture).where(Article.kind == "product")
        assert "" not in session.scalars(pictures).all()


@pytest.mark.parametrize("days", [0, 37, 98, 400])
def test_it_is_always_of_these_days_and_fast(
    database: Database, now: datetime, days: int
) -> None:
    start = time.perf_counter()
    bring(database, sample_files(TODAY + timedelta(days)), now + timedelta(days))
    assert time.perf_counter() - start < 5


def test_no_placeholder_is_left_and_files_are_plain() -> None:
    for name, content in sample_files(TODAY):
        text = content.decode()
        assert "{" not in text, name
        assert "\r" not in text, name
        assert text.endswith("\n"), name


def test_the_cast_can_be_hired(database: Database, now: datetime) -> None:
    with database.writing() as session:
        for person in PEOPLE:
            people.add_user(
                session, person.login, person.name, person.password, person.roles, now
            )
        dong = people.find_user(session, "dong")
        assert dong is not None
        assert people.password_fits(dong, "sample-dong")
        assert people.actor_for(session, dong).may("data.import")
