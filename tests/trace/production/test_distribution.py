"""Where a batch went: sent, on the way, there, returned."""

from datetime import datetime

from batch_work import QIAN, bring_to_test, inspect, keep

from lotmark.trace.db import Database, Session
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Location, Lot
from lotmark.trace.people import system
from lotmark.trace.production.distribution import sent_to
from lotmark.trace.production.record import record_of, signature
from lotmark.trace.production.release import release_batch
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Shipment


def go(
    session: Session,
    lot: int,
    route: str,
    quantity: int,
    now: datetime,
    shipment: int | None = None,
) -> None:
    source, target = (find_place(session, code).id for code in route.split(" > "))
    move_stock(
        session,
        lot,
        source,
        target,
        quantity=quantity,
        at=now,
        document="FH-1",
        shipment_id=shipment,
        actor=system(),
        now=now,
    )


def test_each_firm_with_what_it_got(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        session.add(Location(code="RT1", kind="returns", name="R", name_en="R"))
        truck = Shipment(number="FH-1", site_id=1, consignee_id=1, shipped_at=now)
        session.add(truck)
        session.flush()
        assert sent_to(session, made) == []
        session.get_one(Lot, made).status = "released"
        go(session, made, "YL1/L2 > K01/T", 60, now, truck.id)
        go(session, made, "K01/T > K01", 40, now, truck.id)
        go(session, made, "K01 > consumer", 15, now)
        go(session, made, "K01 > RT1", 5, now)
        go(session, made, "K01 > destroyed", 2, now)
        (shop,) = sent_to(session, made)
        assert (shop.partner.code, shop.shipped, shop.returned) == ("K01", 60, 5)
        assert (shop.coming, shop.there, shop.shipments) == (20, 18, ["FH-1"])


def test_the_record_says_who_released_and_why(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, made, now)
        bring_to_test(session, made, now)
        inspect(session, made, now)
        release_batch(session, made, "YL-J-1", QIAN, now, reason="looked at twice")
    with plant.reading() as session:
        record = record_of(session, session.get_one(Lot, made), now.date())
        assert record.released is not None
        assert (record.released.by, record.released.at) == ("qian", now)
        assert record.released.reason == "looked at twice"
        assert signature(session, record.lot, "reject") is None
        assert (len(record.inspections), len(record.samples)) == (1, 1)
        assert record.balance.verdict == "even"
