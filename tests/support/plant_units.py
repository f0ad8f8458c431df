"""Steps of ``plant_life`` with cases, pallets and counts."""

from dataclasses import replace

import sqlalchemy as sa
from plant_life import Life, Step

from lotmark.trace.db import Session
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.building import close_unit, dissolve_unit, open_unit
from lotmark.trace.stock.counts import (
    book_count,
    give_reasons,
    note_count,
    open_count,
    submit_count,
)
from lotmark.trace.stock.packing import pack_count, pack_items, take_out
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.tables import (
    LogisticUnit,
    Stock,
    StockCount,
    StockCountLine,
)
from lotmark.trace.stock.units import Contents


def _unit(session: Session, life: Life) -> None:
    level = life.random.choice(("case", "case", "case", "pallet"))
    sscc = Sscc.build("9506000", life.number())
    place = life.place(session, "warehouse", "line")
    open_unit(session, sscc, level, place.id, life.someone(), life.now)


def _pack(session: Session, life: Life) -> None:
    unit = life.one_of(session, LogisticUnit)
    assert isinstance(unit, LogisticUnit)
    lot = life.lot(session)
    if lot.next_item and life.random.randrange(3):
        items = life.some_items(lot)
        pack_items(session, unit.sscc, lot.id, items, life.someone(), life.now)
    else:
        pack_count(session, unit.sscc, lot.id, 3, life.someone(), life.now)


def _unpack(session: Session, life: Life) -> None:
    unit = life.one_of(session, LogisticUnit)
    assert isinstance(unit, LogisticUnit)
    who, how = life.someone(), life.random.randrange(4)
    if how == 0:
        close_unit(session, unit.sscc, who, life.now)
    elif how == 1:
        _pallet(session, life)
    elif how == 2 and not life.random.randrange(3):
        dissolve_unit(session, unit.sscc, who, life.now)
    else:
        lot = life.lot(session)
        items = life.some_items(lot) if lot.next_item else ItemSet()
        goods = Contents(items, life.random.randrange(2))
        take_out(session, unit.sscc, lot.id, goods, who, life.now)


def _pallet(session: Session, life: Life) -> None:
    """A case that stands beside an open pallet is put on it, or one comes off."""
    case = life.one_of(session, LogisticUnit, level="case")
    assert isinstance(case, LogisticUnit)
    if case.parent_id is not None:
        take_off_pallet(session, [case.sscc], life.someone(), life.now)
        return
    beside = {"level": "pallet", "state": "open", "location_id": case.location_id}
    pallet = life.one_of(session, LogisticUnit, **beside)
    assert isinstance(pallet, LogisticUnit)
    put_on_pallet(session, pallet.sscc, [case.sscc], life.someone(), life.now)


def _count(session: Session, life: Life) -> None:
    """A count is opened, or comes one step further."""
    who, now = life.someone(), life.now
    counts = session.scalars(sa.select(StockCount).order_by(StockCount.id)).all()
    count = life.random.choice([*counts, None])
    if count is None:
        place = life.place(session, "warehouse")
        count = open_count(session, place.id, now.date(), who, now)
        for stock in session.scalars(sa.select(Stock).filter_by(location_id=place.id)):
            if stock.quantity > 0:
                found = max(stock.quantity - life.random.choice((0, 0, 1)), 0)
                note_count(session, count.number, stock.lot_id, found, who, now)
    elif count.state == "open" and count.counted_by:
        counter = replace(who, login=count.counted_by)
        submit_count(session, count.number, counter, now)
    elif count.state == "counted":
        lines = session.scalars(sa.select(StockCountLine).filter_by(count_id=count.id))
        reasons = {line.lot_id: life.words() for line in lines}
        give_reasons(session, count.number, reasons, who, now)
        book_count(session, count.number, who, now)


UNIT_STEPS: dict[str, tuple[int, Step]] = {
    "unit": (5, _unit),
    "pack": (14, _pack),
    "unpack": (8, _unpack),
    "pallet": (10, _pallet),
    "count": (3, _count),
}
"""By name, with how often each is taken."""
