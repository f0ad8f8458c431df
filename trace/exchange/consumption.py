"""Applying what went into batches: an edge of the genealogy and a movement each."""

from datetime import datetime

import sqlalchemy as sa

from ..bulk import plain_moment
from ..errors import N_, InvalidInput
from ..identity.items import ItemSet
from ..production.tables import LotInput
from .book import already_there, cell_missing
from .contents import check_items, quantity_contradicts
from .job import Job, Moment
from .known_lots import KnownLot, found_among
from .rows import Row, WrongCell
from .using import Use, take_used

KEY = ("input_id", "output_id", "kind", "quantity", "at")
"""The columns of an edge; two that are the same in all are one brought in twice, but
for the place in the record that files tell."""
EDGE = (*KEY, "reason", "approved_by", "old_items", "new_items", "_entry")

Key = tuple[int, int, str, int, str]


def add_consumption(job: Job, rows: list[Row]) -> None:
    """Consumption, rework, repacking: the input's stock goes to ``consumed``.

    Of what is ``booked``, the movements stand in their own file.
    """
    read: list[tuple[Row, Key]] = []
    times: list[datetime] = []

    def add(row: Row) -> None:
        used, output, at = _read(job, row)
        kind = row.values.get("kind", "consumption")
        quantity, items = _amount(job, row, used)
        use = Use("input_lot", used, kind, quantity, items, at, output.site_id)
        take_used(job, row, use, row.values["output_lot"])
        key = used.id, output.id, kind, quantity, at.text
        entry = row.get("entry")
        said = row.get("reason", ""), row.get("approved_by", "")
        packs = _repacked(job, row, used, output, kind)
        job.plan.add("lot_input", EDGE, (*key, *said, *packs, entry), row)
        job.plan.mark("lot_input", (*key, entry))
        read.append((row, key))
        times.append(at.at)

    job.each("consumption", rows, add)
    taken = _recorded(job, {key[1] for _, key in read}, times)
    for row, key in read if taken else ():
        if key in taken:
            job.bad.note(row, "at", already_there("consumption", row["input_lot"]))


def _repacked(
    job: Job, row: Row, used: KnownLot, output: KnownLot, kind: str
) -> tuple[str, str]:
    """Which packs became which, as the edge keeps them."""
    old, new = row.get("old_items"), row.get("new_items")
    if old is None and new is None:
        return "", ""
    for column, other in (("old_items", new), ("new_items", old)):
        if row.get(column) is None and other is not None:
            raise WrongCell(column, cell_missing(column))
    if kind != "repack":
        raise WrongCell("old_items", _not_repacked())
    check_items(used, old, "old_items")
    check_items(output, new, "new_items")
    return str(old), str(new)


def _not_repacked() -> InvalidInput:
    return InvalidInput(
        "repack_items",
        N_("Old and new packs are told of repacking only: correct kind, or empty it."),
    )


def check_consumption(job: Job) -> None:
    """No edge stands twice in the files of one import."""
    for _, row, key in job.plan.repeated("lot_input", (*KEY, "_entry")):
        code = job.book.code_of(key[0])
        job.bad.note(row, "at", already_there("consumption", code))


def _amount(job: Job, row: Row, used: KnownLot) -> tuple[int, ItemSet | None]:
    quantity = job.quantity(row, used.article)
    items: ItemSet | None = row.get("items")
    if items is not None:
        check_items(used, items)
        if items.count != quantity:
            raise WrongCell("quantity", quantity_contradicts(quantity, items.count))
    return quantity, items


def _recorded(job: Job, outputs: set[int], times: list[datetime]) -> set[Key]:
    """The keys of recorded edges into those lots, at about those times."""
    if not times:
        return set()
    select = sa.select(*(getattr(LotInput, name) for name in KEY)).where(
        LotInput.at.between(min(times), max(times))
    )
    recorded = {lot_id for lot_id in outputs if lot_id > 0}
    found = found_among(job.session, select, LotInput.output_id, recorded)
    return {(*row[:4], plain_moment(row.at)) for row in found}


def _read(job: Job, row: Row) -> tuple[KnownLot, KnownLot, Moment]:
    """What was used, for what, and when."""
    book = job.book
    output = book.own_lot(row, "output_lot", "output_article")
    used = book.lot(row, "input_lot", "input_article", "supplier")
    if used.id == output.id:
        raise WrongCell("input_lot", _into_itself(used))
    return used, output, job.moment(row, "at", book.zone(output.site_id))


def _into_itself(lot: KnownLot) -> InvalidInput:
    return InvalidInput(
        "lot_into_itself",
        N_("Lot %(lot)s cannot go into itself."),
        lot=lot.code,
    )
