"""Whether goods can be packed, or taken loose: labels on packs, and what is booked."""

from collections.abc import Mapping

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
from .units import INSIDE, Contents, units_holding

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


def check_loose(
    session: Session,
    lots: Mapping[int, Lot],
    wanted: Mapping[tuple[int, int], Contents],
) -> None:
    """Goods of ours that go uncounted by number come from those that stand loose.

    A pack in a case would else be gone by the book of the place and still there by that
    of its case. ``wanted`` is what goes loose, by lot and place; the lots are locked.

    Raises Conflict ``goods_packed``.
    """
    ledgers = balances(session, {lot_id for lot_id, _ in wanted})
    for (lot_id, place_id), goods in wanted.items():
        here = ledgers[lot_id].balances.get(place_id)
        if here is None or here.place.rank < 1 or not goods.unscanned:
            continue
        packed = packed_at(session, lot_id, place_id)
        inside = units_holding(session, lot_id, goods.items) if goods.items else {}
        alone = goods.items.count - sum(some.count for some in inside.values())
        loose = max(0, here.quantity - packed - alone)
        if packed and loose < goods.unscanned <= here.quantity:
            raise Conflict(
                "goods_packed",
                N_(
                    "Of lot %(lot)s at %(place)s only %(loose)s stand loose, the other "
                    "%(packed)s are in cases with numbers: scan the cases that go, or "
                    "take the packs out of them first."
                ),
                lot=lots[lot_id].code,
                place=here.place.code,
                loose=loose,
                packed=packed,
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
