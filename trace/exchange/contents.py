"""What rows say is inside cases, and what is."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..errors import N_, InvalidInput, NotFound
from ..identity.items import ItemSet
from ..stock.tables import LogisticUnit, UnitContent
from .job import Job
from .known_lots import KnownLot, found_among
from .rows import AlreadyBad, Row, WrongCell


@dataclass(frozen=True, slots=True)
class Content:
    """What a case, or a pallet with its cases, holds of one lot."""

    lot_id: int
    quantity: int
    items: ItemSet | None
    """None where they were not scanned."""


def recorded_contents(job: Job, names: dict[int, str]) -> dict[str, list[Content]]:
    """What recorded units and the cases on them hold, by SSCC, in two queries."""
    found: dict[str, list[Content]] = {sscc: [] for sscc in names.values()}
    columns = (UnitContent.lot_id, UnitContent.quantity, UnitContent.lo, UnitContent.hi)
    inside = UnitContent.removed_at.is_(None)
    own = sa.select(UnitContent.unit_id, *columns).where(inside)
    below = (
        sa.select(LogisticUnit.parent_id, *columns)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(inside)
    )
    for select, column in ((own, UnitContent.unit_id), (below, LogisticUnit.parent_id)):
        for unit_id, lot_id, quantity, lo, hi in found_among(
            job.session, select, column, names
        ):
            items = None if lo is None else ItemSet.range(lo, hi)
            found[names[unit_id]].append(Content(lot_id, quantity, items))
    return found


def contents_of_row(
    job: Job, row: Row, known: dict[str, tuple[Content, ...]]
) -> list[Content]:
    """What the cases of a row hold together: per lot, scanned and unscanned apart."""
    items: dict[int, ItemSet] = {}
    counts: dict[int, int] = {}
    for sscc in row["sscc"]:
        if ("unit", sscc) in job.book.bad:
            raise AlreadyBad
        if not known.get(sscc):
            raise WrongCell(
                "sscc",
                NotFound(
                    "unit_unknown",
                    N_("No case or pallet %(sscc)s is recorded."),
                    sscc=sscc,
                ),
            )
        for content in known[sscc]:
            lot_id = content.lot_id
            if content.items is None:
                counts[lot_id] = counts.get(lot_id, 0) + content.quantity
            else:
                items[lot_id] = items.get(lot_id, ItemSet()) | content.items
    scanned = [Content(lot_id, some.count, some) for lot_id, some in items.items()]
    return scanned + [Content(lot_id, count, None) for lot_id, count in counts.items()]


def check_items(lot: KnownLot, items: ItemSet, column: str = "items") -> None:
    """Raises WrongCell for items whose numbers were never given out."""
    if beyond := items - ItemSet.range(0, lot.next_item):
        raise WrongCell(
            column,
            InvalidInput(
                "item_unknown",
                N_("Lot %(lot)s has %(count)s items from 0, so not %(items)s."),
                lot=lot.code,
                count=lot.next_item,
                items=str(beyond)[:80],
            ),
        )


def quantity_contradicts(quantity: int, count: int) -> InvalidInput:
    return InvalidInput(
        "quantity_contradicts",
        N_("The quantity is %(quantity)s, but %(count)s items are named."),
        quantity=quantity,
        count=count,
    )
