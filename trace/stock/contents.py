"""Putting goods into units and taking them out: rows are closed, never deleted."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict
from ..identity.items import EMPTY, ItemSet
from ..parties.tables import Lot
from .tables import LogisticUnit, UnitContent
from .units import INSIDE, NOTHING, Contents, contents_of

Run = tuple[int | None, int | None, int]
"""What one row says: (lo, hi, quantity), without numbers for goods only counted."""


def put_in(
    session: Session, unit_id: int, lot_id: int, goods: Contents, now: datetime
) -> None:
    """Write that goods of a lot are in a unit from now on."""
    session.add_all(
        UnitContent(
            unit_id=unit_id,
            lot_id=lot_id,
            quantity=quantity,
            lo=lo,
            hi=hi,
            packed_at=now,
        )
        for lo, hi, quantity in _runs(goods)
    )
    session.flush()


def take_from(
    session: Session, unit: LogisticUnit, lot: Lot, goods: Contents, now: datetime
) -> None:
    """Write that goods of a lot are no longer in a unit, which is locked.

    A row of which some stays is split: what left keeps the time it was packed at, and
    so does what stays. Raises Conflict ``not_in_unit``.
    """
    inside = contents_of(session, [unit.id]).get(unit.id, {}).get(lot.id, NOTHING)
    _check_inside(unit, lot, inside, goods)
    left = goods.unscanned
    rows = session.scalars(
        sa.select(UnitContent)
        .where(INSIDE, UnitContent.unit_id == unit.id, UnitContent.lot_id == lot.id)
        .order_by(UnitContent.id.desc())
    ).all()
    for row in rows:
        if row.lo is None or row.hi is None:
            gone = Contents(EMPTY, min(left, row.quantity))
            rest = Contents(EMPTY, row.quantity - gone.unscanned)
            left -= gone.unscanned
        else:
            some = ItemSet.range(row.lo, row.hi)
            gone = Contents(some & goods.items, 0)
            rest = Contents(some - goods.items, 0)
        if gone.quantity:
            _split(session, row, gone, rest, now)
    session.flush()


def _check_inside(
    unit: LogisticUnit, lot: Lot, inside: Contents, goods: Contents
) -> None:
    if strange := goods.items - inside.items:
        raise Conflict(
            "not_in_unit",
            N_(
                "Items %(items)s of lot %(lot)s are not in %(sscc)s by their numbers. "
                "Scan the case they came from, or take out a count."
            ),
            items=str(strange)[:80],
            lot=lot.code,
            sscc=unit.sscc,
        )
    if goods.unscanned > inside.unscanned:
        raise Conflict(
            "not_in_unit",
            N_(
                "%(sscc)s holds %(found)s of lot %(lot)s that were only counted, but "
                "%(wanted)s were to be taken out. Scan the others."
            ),
            sscc=unit.sscc,
            lot=lot.code,
            found=inside.unscanned,
            wanted=goods.unscanned,
        )


def _split(
    session: Session, row: UnitContent, gone: Contents, rest: Contents, now: datetime
) -> None:
    first, *others = _runs(gone)
    row.lo, row.hi, row.quantity = first
    row.removed_at = now
    whole = {
        "unit_id": row.unit_id,
        "lot_id": row.lot_id,
        "packed_at": row.packed_at,
    }
    for runs, removed_at in ((others, now), (list(_runs(rest)), None)):
        session.add_all(
            UnitContent(**whole, lo=lo, hi=hi, quantity=quantity, removed_at=removed_at)
            for lo, hi, quantity in runs
        )


def _runs(goods: Contents) -> Iterator[Run]:
    for lo, hi in goods.items.intervals:
        yield lo, hi, hi - lo
    if goods.unscanned:
        yield None, None, goods.unscanned
