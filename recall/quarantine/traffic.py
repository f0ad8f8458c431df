"""What of a recall's batches went to whom, and what came back: from the movements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Location
from ...trace.stock.places import OUTSIDE
from ...trace.stock.tables import Movement

CONSUMERS = 0
"""Stands for nobody's partner: what went to consumers without a customer between."""
Key = tuple[int, int]
"""Lot and partner."""


@dataclass(slots=True)
class Traffic:
    """Units of a batch at one consignee, by our books."""

    shipped: int = 0
    """Sent there, less what had come back before the recall or went on from there."""
    recovered: int = 0
    """Come back since."""
    destroyed: int = 0
    """Destroyed out there, as we booked it."""


def traffic_of(
    session: Session,
    lots: Mapping[int, ItemSet | None],
    since: datetime,
    partners: Collection[int] | None = None,
) -> dict[Key, Traffic]:
    """The traffic of lots by lot and partner; ``since`` is when the recall began.

    ``partners`` asks for the goods of these alone.

    Of lots with items only these count; a movement without item numbers may have been
    any and counts whole.
    """
    source, target = sa.orm.aliased(Location), sa.orm.aliased(Location)
    theirs = (
        sa.true()
        if partners is None
        else sa.or_(
            among(source.partner_id, partners), among(target.partner_id, partners)
        )
    )
    rows = session.execute(
        sa.select(
            Movement.lot_id,
            Movement.quantity,
            Movement.lo,
            Movement.hi,
            Movement.at,
            source.kind,
            source.partner_id,
            target.kind,
            target.partner_id,
        )
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .where(
            among(Movement.lot_id, lots),
            theirs,
            sa.or_(source.kind.in_(sorted(OUTSIDE)), target.kind.in_(sorted(OUTSIDE))),
        )
        .order_by(Movement.id)
    )
    found: dict[Key, Traffic] = {}
    for lot, quantity, lo, hi, at, from_kind, seller, to_kind, buyer in rows:
        much = _counted(quantity, lo, hi, lots[lot])
        if not much:
            continue
        if from_kind in OUTSIDE:
            _left(found, (lot, seller or CONSUMERS), to_kind, buyer, much, at >= since)
        if to_kind in OUTSIDE and not _stays(from_kind, seller, to_kind, buyer):
            found.setdefault((lot, buyer or CONSUMERS), Traffic()).shipped += much
    return found


def destroyed_by_us(
    session: Session, lots: Mapping[int, ItemSet | None], since: datetime
) -> dict[int, int]:
    """Units of lots that were destroyed out of our own hands since then."""
    source, target = sa.orm.aliased(Location), sa.orm.aliased(Location)
    rows = session.execute(
        sa.select(Movement.lot_id, Movement.quantity, Movement.lo, Movement.hi)
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .where(
            among(Movement.lot_id, lots),
            target.kind == "destroyed",
            source.kind.not_in(sorted(OUTSIDE)),
            Movement.at >= since,
        )
    )
    found: dict[int, int] = {}
    for lot, quantity, lo, hi in rows:
        much = _counted(quantity, lo, hi, lots[lot])
        found[lot] = found.get(lot, 0) + much
    return found


def _left(
    found: dict[Key, Traffic],
    key: Key,
    kind: str,
    buyer: int | None,
    much: int,
    recalled: bool,
) -> None:
    here = found.setdefault(key, Traffic())
    if kind in OUTSIDE:
        if not _stays("consignee", key[1] or None, kind, buyer):
            here.shipped -= much
    elif kind == "destroyed":
        here.destroyed += much
    elif kind in ("lost", "consumed"):
        return  # still to be explained: nothing came back
    elif recalled:
        here.recovered += much
    else:
        here.shipped -= much


def _stays(from_kind: str, seller: int | None, to_kind: str, buyer: int | None) -> bool:
    """Goods that reach the same customer's door, or that it sells to a consumer, are
    still those it was sent."""
    if from_kind not in OUTSIDE:
        return False
    return seller == buyer or to_kind == "consumer"


def _counted(
    quantity: int, lo: int | None, hi: int | None, items: ItemSet | None
) -> int:
    if items is None or lo is None or hi is None:
        return quantity
    return (ItemSet.range(lo, hi) & items).count
