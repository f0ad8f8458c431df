"""Packs that were repacked: which old ones became which new ones (domain.md §4.5).

The old packs are a set and so are the new ones: who empties forty bags into ten trays
cannot say which bag is in which.
"""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..among import among, rows
from ..errors import N_, InvalidInput
from ..identity.items import ItemSet
from ..parties.tables import Lot
from ..stock.spans import check_items
from .tables import LotInput


class Repacked(NamedTuple):
    """Packs of one batch became packs of another."""

    old_lot: int
    old: ItemSet
    new_lot: int
    new: ItemSet


_LINKS = sa.select(
    LotInput.input_id, LotInput.old_items, LotInput.output_id, LotInput.new_items
).where(LotInput.kind == "repack", LotInput.old_items != "")


def repacked_from(session: Session, lots: Collection[int]) -> list[Repacked]:
    """What packs of these lots became, where that was noted, in order."""
    return _read(session, among(LotInput.input_id, lots))


def repacked_into(session: Session, lots: Collection[int]) -> list[Repacked]:
    """What packs of these lots were before."""
    return _read(session, among(LotInput.output_id, lots))


def repacked_document(session: Session, lot_id: int) -> list[dict[str, str]]:
    """Which packs of a lot became which, and which they were; plain values."""
    links = [*repacked_into(session, [lot_id]), *repacked_from(session, [lot_id])]
    return [
        {
            "old_lot": session.get_one(Lot, link.old_lot).code,
            "old_items": str(link.old),
            "new_lot": session.get_one(Lot, link.new_lot).code,
            "new_items": str(link.new),
        }
        for link in links
    ]


def check_repacked(
    kind: str,
    used: Lot,
    output: Lot,
    quantity: int,
    old: ItemSet | None,
    new: ItemSet | None,
) -> None:
    """Raises InvalidInput unless old packs can have become these new ones:
    ``repack_items``, ``item_unknown``.
    """
    if old is None and new is None:
        return
    if kind != "repack" or not old or not new or old.count != quantity:
        raise InvalidInput(
            "repack_items",
            N_(
                "Old and new packs are told of repacking only, both of them, and the "
                "old ones are as many as were used up (%(quantity)s). Scan both again."
            ),
            quantity=quantity,
        )
    check_items(used, old)
    check_items(output, new)


def _read(session: Session, which: sa.ColumnElement[bool]) -> list[Repacked]:
    found = rows(session, _LINKS.where(which).order_by(LotInput.id))
    return [
        Repacked(old_lot, ItemSet.parse(old), new_lot, ItemSet.parse(new))
        for old_lot, old, new_lot, new in found
    ]
