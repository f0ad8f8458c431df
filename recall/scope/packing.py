"""Fetches when the packs of lots got their labels."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.identity.items import ItemSet
from ...trace.identity.tables import ItemSegment
from ...trace.parties.tables import Line, Location, Lot
from ...trace.stock.places import SOURCES
from ...trace.stock.tables import Stock
from .graph import PackTimes

Segments = dict[tuple[int, str], list[tuple[int, int]]]


def load_times(session: Session, lots: Collection[int]) -> tuple[PackTimes, ...]:
    """The label times of lots; in three statements, none without lots."""
    if not lots:
        return ()
    applied, noted = defaultdict(list), defaultdict(list)
    rows = session.execute(
        sa.select(
            ItemSegment.lot_id,
            ItemSegment.kind,
            ItemSegment.lo,
            ItemSegment.hi,
            ItemSegment.t0,
            ItemSegment.t1,
        ).where(among(ItemSegment.lot_id, lots))
    )
    for lot, kind, lo, hi, t0, t1 in rows:
        noted[lot, kind].append((lo, hi))
        if kind == "applied":
            applied[lot].append((lo, hi, t0, t1))
    made = _made(session, lots)
    found = session.execute(
        sa.select(Lot.id, Lot.line_id, Line.labels_at_packing, Lot.next_item)
        .outerjoin(Line, Line.id == Lot.line_id)
        .where(among(Lot.id, lots))
    )
    return tuple(
        PackTimes(
            lot,
            line,
            bool(at_packing),
            made.get(lot, 0),
            _packs(noted, lot, count),
            tuple(sorted(applied[lot])),
        )
        for lot, line, at_packing, count in found
    )


def _packs(noted: Segments, lot: int, count: int) -> ItemSet:
    """Items on packs, as far as anybody can say.

    A label that was voided, or taken as a sample before it was on a pack, is on none.
    One that is missing may be (domain.md §3.9 L5).
    """
    gone = ItemSet.from_intervals(noted[lot, "voided"] + noted[lot, "sampled"])
    applied = ItemSet.from_intervals(noted[lot, "applied"])
    return ItemSet.range(0, count) - (gone - applied)


def _made(session: Session, lots: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        sa.select(Stock.lot_id, sa.cast(-sa.func.sum(Stock.quantity), sa.BigInteger))
        .join(Location, Location.id == Stock.location_id)
        .where(among(Stock.lot_id, lots), Location.kind.in_(SOURCES))
        .group_by(Stock.lot_id)
    )
    return {lot: made for lot, made in rows}
