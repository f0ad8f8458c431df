"""What became of single items: printed, applied, voided, sampled or missing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..identity.items import ItemSet
from ..identity.tables import ItemSegment
from ..people import Actor


def mark_items(
    session: Session,
    lot_id: int,
    items: ItemSet,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    since: datetime | None = None,
    reason: str = "",
) -> None:
    """Note that items were printed, applied, voided, sampled or are missing."""
    session.add_all(
        ItemSegment(
            lot_id=lot_id,
            lo=lo,
            hi=hi,
            kind=kind,
            t0=since or now,
            t1=now,
            reason=reason,
            actor=actor.login,
        )
        for lo, hi in items.intervals
    )
    session.flush()


def marks_of(session: Session, lot_id: int) -> dict[str, ItemSet]:
    """What was noted of a lot's items, by kind."""
    rows = session.execute(
        sa.select(ItemSegment.kind, ItemSegment.lo, ItemSegment.hi).where(
            ItemSegment.lot_id == lot_id
        )
    )
    spans: dict[str, list[tuple[int, int]]] = {}
    for kind, lo, hi in rows:
        spans.setdefault(kind, []).append((lo, hi))
    return {kind: ItemSet.from_intervals(pairs) for kind, pairs in spans.items()}


def marked_items(session: Session, lot_id: int, *kinds: str) -> ItemSet:
    """Items of a lot of which any of ``kinds`` was noted, e.g. ``"voided"``."""
    rows = session.execute(
        sa.select(ItemSegment.lo, ItemSegment.hi).where(
            ItemSegment.lot_id == lot_id, ItemSegment.kind.in_(kinds)
        )
    )
    return ItemSet.from_intervals((row.lo, row.hi) for row in rows)
