"""What rows of shipments and movements move: told in one of three ways."""

from collections.abc import Iterable
from typing import NamedTuple

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from .book import cell_missing
from .contents import Content, contents_of_row, quantity_contradicts
from .job import Job
from .rows import Row, WrongCell

Contents = dict[str, tuple[Content, ...]]
"""What cases and pallets hold, by SSCC."""


class Load(NamedTuple):
    """What one row moves of one lot."""

    lot_id: int
    quantity: int
    items: ItemSet | None
    column: str
    """The column that says how much."""


def loads_of(job: Job, row: Row, known: Contents) -> list[Load]:
    """What a row moves: by cases, by items or by quantity."""
    said = row.values
    if "sscc" in said:
        return _by_case(job, row, known)
    if "lot" not in said:
        raise WrongCell("lot", cell_missing("lot"))
    lot = job.book.lot(row, supplier="supplier")
    items: ItemSet | None = said.get("items")
    quantity: int | None = None
    if "quantity" in said:
        quantity = job.quantity(row, lot.article)
    if items is None:
        if quantity is None:
            raise WrongCell("quantity", cell_missing("quantity"))
        return [Load(lot.id, quantity, None, "quantity")]
    if quantity not in (None, items.count):
        raise WrongCell("quantity", quantity_contradicts(quantity or 0, items.count))
    return [Load(lot.id, items.count, items, "items")]


def _by_case(job: Job, row: Row, known: Contents) -> list[Load]:
    if "items" in row.values:
        raise WrongCell(
            "items",
            InvalidInput(
                "items_and_cases",
                N_("Expected items or cases, found both: the cases say which items."),
            ),
        )
    contents = contents_of_row(job, row, known)
    total = sum(content.quantity for content in contents)
    if "lot" in row.values:
        lot = job.book.lot(row, supplier="supplier")
        if {content.lot_id for content in contents} != {lot.id}:
            raise WrongCell(
                "lot",
                Conflict(
                    "case_of_other_lot",
                    N_("The cases do not hold lot %(lot)s alone."),
                    lot=lot.code,
                ),
            )
        if "quantity" in row.values:
            quantity = job.quantity(row, lot.article)
            if quantity != total:
                raise WrongCell("quantity", quantity_contradicts(quantity, total))
    return [
        Load(content.lot_id, content.quantity, content.items, "sscc")
        for content in contents
    ]


def ssccs_of(rows: Iterable[Row]) -> set[str]:
    return {sscc for row in rows for sscc in row.get("sscc", ())}
