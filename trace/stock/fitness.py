"""Whether goods can be packed: labels that are on packs, and room at the place."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..identity.tables import ItemSegment
from ..parties.tables import Location, Lot
from .queries import balances
from .spans import check_items
from .stores import place_value
from .tables import LogisticUnit, UnitContent
from .units import INSIDE

NOT_ON_PACKS = ("voided", "missing")
"""Labels that should be on no pack for sale (domain.md §3.9)."""


def check_packable(session: Session, lot: Lot, items: ItemSet) -> None:
    """Raises InvalidInput ``items_empty``, ``item_unknown``, or Conflict
    ``item_voided``."""
    if not items:
        raise InvalidInput("items_empty", N_("Expected at least one item, got none."))
    check_items(lot, items)
    segment = ItemSegment
    rows = session.execute(
        sa.select(segment.lo, segment.hi).where(
            segment.lot_id == lot.id, segment.kind.in_(NOT_ON_PACKS)
        )
    )
    if gone := items & ItemSet.from_intervals((row.lo, row.hi) for row in rows):
        raise Conflict(
            "item_voided",
            N_(
                "Labels %(items)s of lot %(lot)s were voided or reported missing: put "
                "the pack aside and call QA."
            ),
            items=str(gone)[:80],
            lot=lot.code,
        )


def check_room(session: Session, lot: Lot, place: Location, more: int) -> None:
    """What is packed at a place is never more than is booked there; the lot is locked.

    Raises Conflict ``unit_overfull``.
    """
    booked = balances(session, [lot.id])[lot.id].at(place_value(place)).quantity
    packed = packed_at(session, lot.id, place.id)
    if packed + more > booked:
        raise Conflict(
            "unit_overfull",
            N_(
                "%(place)s has %(booked)s of lot %(lot)s booked, %(packed)s of them "
                "packed already: %(more)s more cannot be there. Book what came in "
                "first, or count again."
            ),
            place=place.code,
            lot=lot.code,
            booked=booked,
            packed=packed,
            more=more,
        )


def packed_at(session: Session, lot_id: int, place_id: int) -> int:
    """How many of a lot are in the units that stand at a place."""
    held = sa.cast(sa.func.sum(UnitContent.quantity), sa.BigInteger)
    found = session.scalar(
        sa.select(held)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(
            INSIDE,
            UnitContent.lot_id == lot_id,
            LogisticUnit.location_id == place_id,
        )
    )
    return found or 0
