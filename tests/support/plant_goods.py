"""Steps of ``plant_life`` with goods: moved, shipped, taken back, held and let go."""

import sqlalchemy as sa
from plant_life import Life, Step

from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Lot, Site
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.cautions import start_caution
from lotmark.trace.stock.holds import place_hold, release_hold, request_release
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.returns import take_back
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.shipping import Transport, deliver_goods, ship_goods
from lotmark.trace.stock.tables import (
    Hold,
    LogisticUnit,
    Shipment,
    Unbatched,
)
from lotmark.trace.stock.unbatched import Named, name_batches, record_unbatched


def _cargo(session: Session, life: Life) -> Cargo:
    if not life.random.randrange(4):
        unit = life.one_of(session, LogisticUnit)
        assert isinstance(unit, LogisticUnit)
        return Cargo((), (unit.sscc,))
    lot = life.lot(session)
    place = life.where(session, lot)
    if lot.next_item and life.random.randrange(2):
        return Cargo((Loose(lot.id, place, None, life.some_items(lot)),), ())
    return Cargo((Loose(lot.id, place, life.random.randint(1, 20), None),), ())


def _move(session: Session, life: Life) -> None:
    lot = life.lot(session)
    scanned = lot.next_item and life.random.randrange(2)
    move_stock(
        *(session, lot.id, life.where(session, lot)),
        life.place(session).id,
        quantity=None if scanned else life.random.randint(1, 20),
        items=life.some_items(lot) if scanned else None,
        at=life.lately(),
        document=f"DB {life.words()}".split("\n")[0],
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _ship(session: Session, life: Life) -> None:
    site = life.one_of(session, Site)
    assert isinstance(site, Site)
    ship_goods(
        *(session, life.partner(session, "consignee").id, site.id),
        *(_cargo(session, life), Transport("货运", "示A1", ""), life.someone()),
        life.now,
    )


def _deliver(session: Session, life: Life) -> None:
    shipment = life.one_of(session, Shipment)
    assert isinstance(shipment, Shipment)
    lots = {lot.id: life.random.randrange(3) for lot in session.scalars(sa.select(Lot))}
    part = lots if not life.random.randrange(3) else None
    deliver_goods(session, shipment, life.someone(), life.now, part)


def _lose_track(session: Session, life: Life) -> None:
    """Goods leave and nobody writes down of which batch."""
    site = life.one_of(session, Site)
    assert isinstance(site, Site)
    record_unbatched(
        *(session, life.partner(session, "consignee").id, site.id),
        *(life.lot(session).article_id, life.random.randint(1, 20), life.lately()),
        *(Transport(), life.someone(), life.now),
        delivered_at=life.now if life.random.randrange(2) else None,
    )


def _name_batch(session: Session, life: Life) -> None:
    row = life.one_of(session, Unbatched)
    assert isinstance(row, Unbatched)
    lots = sa.select(Lot).where(Lot.article_id == row.article_id)
    lot = life.random.choice(session.scalars(lots).unique().all())
    much = life.random.randint(1, row.quantity)
    named = [Named(lot.id, life.where(session, lot), much)]
    name_batches(session, row.id, named, life.someone(), life.now)


def _take_back(session: Session, life: Life) -> None:
    site = life.one_of(session, Site)
    assert isinstance(site, Site)
    cargo = _cargo(session, life)
    take_back(session, cargo, site.id, life.someone(), life.now, reason=life.words())


def _hold(session: Session, life: Life) -> None:
    lot = life.lot(session)
    part = {lot.id: life.some_items(lot)} if lot.next_item else {}
    place_hold(
        session,
        [lot.id],
        items=part if life.random.randrange(2) else {},
        hazard=life.random.choice(("health", "quality", "label", "other")),
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _lift(session: Session, life: Life) -> None:
    hold = life.one_of(session, Hold)
    assert isinstance(hold, Hold)
    if hold.state == "active":
        request_release(session, hold.number, life.words(), life.someone(), life.now)
    else:
        release_hold(session, hold.number, life.someone(), life.now)


def _caution(session: Session, life: Life) -> None:
    start_caution(session, [life.lot(session).id], life.someone(), life.now)


GOODS_STEPS: dict[str, tuple[int, Step]] = {
    "move": (16, _move),
    "ship": (12, _ship),
    "deliver": (5, _deliver),
    "lose_track": (3, _lose_track),
    "name_batch": (5, _name_batch),
    "take_back": (6, _take_back),
    "hold": (3, _hold),
    "lift": (4, _lift),
    "caution": (1, _caution),
}
"""By name, with how often each is taken."""
