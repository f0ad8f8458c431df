"""Runs of items of lots: which of them a request or a hold means."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..identity.tables import ItemMark
from .books import by_ids
from .tables import Hold

Span = tuple[int, int | None, int | None]


class Numbered(Protocol):
    """A lot, as far as its items go."""

    @property
    def code(self) -> str: ...

    @property
    def next_item(self) -> int: ...


def spans_of(lots: Mapping[int, Numbered], items: Mapping[int, ItemSet]) -> list[Span]:
    """The rows of a hold: (lot, lo, hi), without numbers for a whole lot."""
    spans: list[Span] = []
    for lot_id, lot in lots.items():
        some = items.get(lot_id)
        if some is None:
            spans.append((lot_id, None, None))
            continue
        check_items(lot, some)
        if not some:
            raise _nothing_named()
        spans += [(lot_id, lo, hi) for lo, hi in some.intervals]
    if not spans:
        raise _nothing_named()
    return spans


def _nothing_named() -> InvalidInput:
    return InvalidInput("hold_empty", N_("Name at least one lot or item to hold."))


def check_items(lot: Numbered, items: ItemSet) -> None:
    """Raises InvalidInput ``item_unknown`` unless all are items of the lot."""
    if beyond := items - ItemSet.range(0, lot.next_item):
        raise InvalidInput(
            "item_unknown",
            N_(
                "Lot %(lot)s has %(count)s numbered items, counted from 0: %(items)s "
                "are not among them."
            ),
            lot=lot.code,
            count=lot.next_item,
            items=str(beyond),
        )


def check_not_recalled(session: Session, holds: Sequence[Hold]) -> None:
    """domain.md §3.5 Q2: no open recall on what is released."""
    marks = by_ids(
        session,
        sa.select(ItemMark.lot_id, ItemMark.lo, ItemMark.hi, ItemMark.public_no).where(
            ItemMark.kind == "recalled"
        ),
        ItemMark.lot_id,
        (hold.lot_id for hold in holds),
    )
    recalled = [tuple(mark) for mark in marks]
    for hold in holds:
        for lot_id, lo, hi, public_no in recalled:
            if lot_id == hold.lot_id and (
                hold.lo is None or hold.hi is None or (lo < hold.hi and hold.lo < hi)
            ):
                raise Conflict(
                    "lot_recalled",
                    N_(
                        "Hold %(number)s cannot be lifted: items of lot %(lot)s are "
                        "recalled (%(recall)s). They stay in quarantine."
                    ),
                    number=hold.number,
                    lot=hold.lot.code,
                    recall=public_no,
                )
