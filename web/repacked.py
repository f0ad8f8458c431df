"""The packs that a repacked pack became, and those it was before (domain.md §4.5)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..trace.errors import NotFound
from ..trace.identity.items import ItemSet
from ..trace.identity.keys import KeyRing
from ..trace.parties.tables import Lot
from ..trace.production.codes import serials_of
from ..trace.production.repacked import repacked_from, repacked_into
from ..trace.stock.item_status import ItemStatus

MOST_CODES = 50
"""Codes of a set of repacked packs that are told."""


@dataclass(frozen=True, slots=True)
class Other:
    """Packs of another batch that a repacked pack became, or was."""

    lot: Lot
    items: ItemSet
    serials: tuple[str, ...]
    """Their codes, at most ``MOST_CODES``; none where they were never given any."""

    def document(self) -> dict[str, object]:
        return {
            "lot": self.lot.code,
            "items": str(self.items),
            "serials": list(self.serials),
        }


def others_of(
    session: Session, keys: KeyRing, item: ItemStatus
) -> tuple[tuple[Other, ...], tuple[Other, ...]]:
    """What a pack became when it was repacked, and what it was before."""
    if item.lot is None or item.lot_item is None:
        return (), ()
    became = [
        _other(session, keys, link.new_lot, link.new)
        for link in repacked_from(session, [item.lot.id])
        if item.lot_item in link.old
    ]
    was = [
        _other(session, keys, link.old_lot, link.old)
        for link in repacked_into(session, [item.lot.id])
        if item.lot_item in link.new
    ]
    return tuple(became), tuple(was)


def _other(session: Session, keys: KeyRing, lot_id: int, items: ItemSet) -> Other:
    lot = session.get_one(Lot, lot_id)
    try:
        some = items.take(min(items.count, MOST_CODES))
        codes = [text for _, text in serials_of(session, keys, lot_id, some)]
    except NotFound:  # numbered, and never given a code
        codes = []
    return Other(lot, items, tuple(codes))
