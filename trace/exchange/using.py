"""Taking what was used off the stock: into batches, or into a tank."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..parties.tables import Location
from ..production.consumption import check_facts
from ..stock.tables import Stock
from .book import OURS
from .job import Job, Moment, cell
from .known_lots import KnownLot, found_among
from .past import status_at
from .rows import Row, WrongCell


@dataclass(frozen=True, slots=True)
class Use:
    """What a row says was used."""

    column: str
    """The column that names the lot."""
    lot: KnownLot
    kind: str
    quantity: int
    items: ItemSet | None
    at: Moment
    site_id: int | None
    """The site where it was used."""


def take_used(job: Job, row: Row, use: Use, document: str, reason: str = "") -> None:
    """Move what was used to ``consumed``; if it is booked, a movement does so."""
    if row.values.get("booked"):
        _note_booked(job, row, use.lot, use.quantity)
        return
    source = _source(job, row, use.lot)
    _check_usable(job, use)
    consumed = job.book.places["consumed"].id
    job.post(
        *(row, "quantity", use.lot.id, source.id, consumed, use.quantity, use.items),
        *(use.at, document, reason or use.kind),
    )


def check_booked(job: Job) -> None:
    """What is said to be booked is booked: movements take as much to ``consumed``."""
    if not job.used:
        return
    consumed = job.book.places["consumed"].id
    moved = job.plan.sums("post", "lot_id", "quantity", f"to_id = {consumed}")
    for lot_id, (used, row) in job.used.items():
        if used > moved.get(lot_id, 0) and not job.bad:
            error = Conflict(
                "use_unbooked",
                N_(
                    "%(used)s of lot %(lot)s are said to be booked as used, but the "
                    "movements take only %(moved)s to consumed (in base units)."
                ),
                lot=job.book.code_of(lot_id),
                used=used,
                moved=moved.get(lot_id, 0),
            )
            job.bad.note(row, "booked", error)


def _note_booked(job: Job, row: Row, used: KnownLot, quantity: int) -> None:
    if used.id > 0:
        raise WrongCell(
            "booked",
            InvalidInput(
                "booked_elsewhere",
                N_(
                    "Only of lots that come with the same import can use be booked "
                    "already, but %(lot)s is recorded here: leave the column empty."
                ),
                lot=used.code,
            ),
        )
    before, first = job.used.get(used.id, (0, Row(row.file, row.line, {})))
    job.used[used.id] = before + quantity, first


def _source(job: Job, row: Row, used: KnownLot) -> Location:
    """The place a row names, or the only one of ours where the lot is."""
    if row.values.get("place") is not None:
        return job.book.our_place(row)
    found = _stocked(job).get(used.id, set())
    if len(found) != 1:
        raise WrongCell(
            "place",
            InvalidInput(
                "place_missing",
                N_(
                    "Lot %(lot)s is at several of our places or at none (%(places)s): "
                    "say where it was taken from."
                ),
                lot=used.code,
                places=", ".join(sorted(found)) or "–",
            ),
        )
    return job.book.places[next(iter(found))]


def _stocked(job: Job) -> dict[int, set[str]]:
    """Where lots are in our hands, recorded or about to be; asked for once."""
    if job.stocked is None:
        job.stocked = {lot_id: {code} for lot_id, code in job.openings.items()}
        names = {place.id: place for place in job.book.places.values()}
        columns = Stock.lot_id, Stock.location_id
        select = sa.select(*columns).where(Stock.quantity > 0)
        recorded = job.book.recorded
        for lot_id, place_id in found_among(
            job.session, select, Stock.lot_id, recorded
        ):
            if names[place_id].kind in OURS:
                job.stocked.setdefault(lot_id, set()).add(names[place_id].code)
    return job.stocked


def _check_usable(job: Job, use: Use) -> None:
    """As ``production.consumption.check_usable`` asks, of lots recorded and new."""
    told, used, at = job.inspected, use.lot, use.at.at
    failed = told.has_failed(job.session, job.book, used.id, at)
    status = status_at(used, at) if used.id < 0 else used.status
    zone = job.book.zone(use.site_id)
    with cell("kind" if use.kind == "rework" and not used.own else use.column):
        check_facts(used, status, failed, use.kind, at, zone)
