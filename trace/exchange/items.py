"""Applying what is on record of single items: notes, marks, and holds."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..identity.tables import ItemMark, ItemSegment
from ..production.batches import NOT_ON_PACKS
from ..production.marks import marked_items
from ..stock.tables import Hold
from .book import already_there
from .contents import check_items
from .job import Job
from .known_lots import KnownLot, found_among
from .past import Stop
from .records import add_records, lot_of, time_of
from .rows import Row, WrongCell

SIGNED = ("requested_by", "requested_at", "released_by", "released_at")

UNLIKE = {"applied": NOT_ON_PACKS, "voided": ("applied",), "missing": ("applied",)}
"""Kinds of notes that a label on record as one of others cannot have."""


def add_items(job: Job, rows: list[Row]) -> None:
    """Items that were printed, applied, voided, sampled or are missing."""

    def add(row: Row) -> Iterator[dict[str, Any]]:
        lot = job.book.own_lot(row)
        start, end = job.span(row, job.book.zone(lot.site_id), empty=True)
        job.noted.add(lot.id)
        items = _items(row, lot)
        _check_noted(job, row, lot, items)
        for lo, hi in items.intervals:
            yield {
                "lot_id": lot.id,
                "lo": lo,
                "hi": hi,
                "kind": row["kind"],
                "t0": start.at,
                "t1": (end or start).at,
                "reason": row.get("reason", ""),
                "actor": row.get("actor", job.actor.login),
            }

    key = ("lot_id", "lo", "hi", "kind", "t0", "t1")
    add_records(job, "items", rows, ItemSegment, key, add)


def add_marks(job: Job, rows: list[Row]) -> None:
    """Items that the scan page must warn of."""

    def add(row: Row) -> Iterator[dict[str, Any]]:
        lot = job.book.own_lot(row)
        at = job.moment(row, "at", job.book.zone(lot.site_id)).at
        for lo, hi in _items(row, lot).intervals:
            yield {
                "lot_id": lot.id,
                "lo": lo,
                "hi": hi,
                "kind": row["kind"],
                "at": at,
                **row.only(("public_no", "url")),
            }

    key = ("lot_id", "lo", "hi", "kind", "at", "public_no")
    add_records(job, "marks", rows, ItemMark, key, add)


def add_holds(job: Job, rows: list[Row]) -> None:
    """Holds, lifted ones too: what moved meanwhile is checked against them."""

    numbers = {row["number"] for row in rows}
    same = sa.select(Hold.number)
    recorded = {one for (one,) in found_among(job.session, same, Hold.number, numbers)}

    def add(row: Row) -> Iterator[dict[str, Any]]:
        if row["number"] in recorded:  # or who lifts one would lift the other
            raise WrongCell("number", already_there("hold", row["number"]))
        lot, zone = lot_of(job, row)
        items = _items(row, lot) if "items" in row.values else None
        signed = {name: time_of(job, row, name, zone) for name in SIGNED[1::2]}
        values = {
            **row.only(("number", "reason", "state", "placed_by", "request_reason")),
            **row.only(SIGNED[::2]),
            **signed,
            "hazard": row.get("hazard", "other"),
            "placed_at": job.moment(row, "placed_at", zone).at,
            "lot_id": lot.id,
            "version": 1,
        }
        _check_signed(row)
        until = signed["released_at"] if row["state"] == "released" else None
        stop = Stop(row["number"], items, values["placed_at"], until)
        job.stops.setdefault(lot.id, []).append(stop)
        for lo, hi in items.intervals if items else [(None, None)]:
            yield values | {"lo": lo, "hi": hi}

    key = ("lot_id", "number", "lo", "hi", "placed_at")
    add_records(job, "holds", rows, Hold, key, add)


def _check_noted(job: Job, row: Row, lot: KnownLot, items: ItemSet) -> None:
    """What is recorded of labels is not contradicted: a label on a pack was not voided,
    and one that was voided is on none."""
    against = UNLIKE.get(row["kind"])
    if lot.id < 0 or against is None:
        return
    if wrong := items & marked_items(job.session, lot.id, *against):
        raise WrongCell(
            "items",
            Conflict(
                "item_accounted",
                N_(
                    "Items %(items)s of batch %(lot)s are on record as %(kinds)s: they "
                    "cannot be %(kind)s."
                ),
                items=str(wrong)[:80],
                lot=row["lot"],
                kinds=", ".join(against),
                kind=row["kind"],
            ),
        )


def _items(row: Row, lot: KnownLot) -> ItemSet:
    items: ItemSet = row["items"]
    check_items(lot, items)
    return items


def _check_signed(row: Row) -> None:
    """Who asks and who lifts are two persons (domain.md §3.5 Q2)."""
    needed = {"release_requested": SIGNED[:2], "released": SIGNED}
    for column in needed.get(row["state"], ()):
        if column not in row.values:
            raise WrongCell(
                column,
                InvalidInput(
                    "cell_missing",
                    N_("Expected a value for %(column)s."),
                    column=column,
                ),
            )
    lifted = row.get("released_by") if row["state"] == "released" else None
    if lifted is not None and lifted in (row["requested_by"], row["placed_by"]):
        raise WrongCell(
            "released_by",
            InvalidInput(
                "second_person_missing",
                N_("%(name)s signed an earlier step: a second person lifts a hold."),
                name=lifted,
            ),
        )
