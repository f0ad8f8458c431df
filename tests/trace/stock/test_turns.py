"""Nothing past its date is sold, and what expires first goes first, or says why not."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from loads import DRIVER, at, stored
from stockroom import QIAN, WANG, Plant

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict
from lotmark.trace.parties.tables import Lot, Partner
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.shipping import ship_goods
from lotmark.trace.stock.tables import Movement, Shipment
from lotmark.trace.stock.transfers import take_away

TODAY = date(2026, 11, 24)


def ship(
    session: Session,
    plant: Plant,
    site: int,
    now: datetime,
    goods: dict[Lot, int],
    why: str = "",
) -> Shipment:
    store = plant.places["W1"]
    loose = tuple(Loose(lot.id, store, much) for lot, much in goods.items())
    shop = session.scalars(sa.select(Partner.id).filter_by(code="C01")).one()
    cargo = Cargo(loose)
    return ship_goods(session, shop, site, cargo, DRIVER, WANG, now, out_of_turn=why)


@pytest.mark.parametrize("days", [-1, 0])
def test_food_past_its_date_is_neither_sold_nor_given_away(
    database: Database, plant: Plant, site: int, now: datetime, days: int
) -> None:
    with database.writing() as session:
        lot = stored(session, plant, now, 20, TODAY + timedelta(days=days))
        gift = Cargo((Loose(lot.id, plant.places["W1"], 1),))
        if days == 0:
            ship(session, plant, site, now, {lot: 5})
            take_away(session, "donation", gift, "福利院", WANG, now)
            return
        with pytest.raises(Conflict, match=r"article\s34\(10\)") as sold:
            ship(session, plant, site, now, {lot: 5})
        with pytest.raises(Conflict) as given:
            take_away(session, "donation", gift, "福利院", WANG, now)
        assert {sold.value.code, given.value.code} == {"past_its_date"}
        take_away(session, "lost", gift, "过期报废", WANG, now)
        take_away(session, "sample", gift, "", WANG, now)
        assert at(session, plant, lot, "W1") == 18


def test_what_expires_first_goes_first_or_a_reason_is_kept(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        soon = stored(session, plant, now, 30, date(2027, 1, 1))
        late = stored(session, plant, now, 30, date(2027, 5, 1))
        stored(session, plant, now, 30, None)
    with (
        pytest.raises(Conflict, match=soon.code) as refused,
        database.writing() as session,
    ):
        ship(session, plant, site, now, {late: 5})
    assert refused.value.code == "older_stock_first"
    with database.writing() as session:
        ship(session, plant, site, now, {soon: 30, late: 5})  # all of the older too
        more = stored(session, plant, now, 9, date(2027, 2, 1))
    with (
        pytest.raises(Conflict, match=more.code),
        database.writing() as session,
    ):
        ship(session, plant, site, now, {more: 8, late: 1})
    with database.writing() as session:
        sent = ship(session, plant, site, now, {late: 1}, "客户要求新日期")
        reasons = session.scalars(
            sa.select(Movement.reason).filter_by(shipment_id=sent.id)
        ).all()
        assert reasons == ["shipped: 客户要求新日期"]
    with database.reading() as session:
        told = session.scalars(
            sa.select(AuditRow.data).filter_by(action="shipment.send")
        ).all()
        assert "客户要求新日期" in told[-1]


def test_only_goods_that_may_leave_have_a_turn(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        held, fresh, old = (
            stored(session, plant, now, 30, date(2027, 1, day)) for day in (1, 2, 3)
        )
        late = stored(session, plant, now, 30, date(2027, 5, 1))
        place_hold(session, [held.id], reason="x", actor=QIAN, now=now)
        fresh.status, old.expires_on = "testing", TODAY - timedelta(days=1)
        session.flush()
        ship(session, plant, site, now, {late: 5})
        assert at(session, plant, late, "C01/T") == 5
