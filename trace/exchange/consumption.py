"""Applying what went into batches: an edge of the genealogy and a movement each."""

from datetime import datetime

import sqlalchemy as sa

from ..bulk import plain_moment
from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..parties.tables import Location
from ..production.consumption import check_facts
from ..production.tables import LotInput
from ..stock.tables import Stock
from .book import OURS, already_there
from .contents import check_items, quantity_contradicts
from .job import Job, Moment, cell
from .known_lots import KnownLot, found_among
from .past import status_at
from .rows import Row, WrongCell

KEY = ("input_id", "output_id", "kind", "quantity", "at")
"""The columns of an edge; two that are the same in all are one brought in twice, but
for the place in the record that files tell."""
EDGE = (*KEY, "reason", "approved_by", "_entry")

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
        if row.values.get("booked"):
            _note_booked(job, row, used, quantity)
        else:
            _post(job, row, used, output, kind, quantity, items, at)
        key = used.id, output.id, kind, quantity, at.text
        entry = row.get("entry")
        said = row.get("reason", ""), row.get("approved_by", ""), entry
        job.plan.add("lot_input", EDGE, (*key, *said), row)
        job.plan.mark("lot_input", (*key, entry))
        read.append((row, key))
        times.append(at.at)

    job.each("consumption", rows, add)
    taken = _recorded(job, {key[1] for _, key in read}, times)
    for row, key in read if taken else ():
        if key in taken:
            job.bad.note(row, "at", already_there("consumption", row["input_lot"]))


def check_consumption(job: Job) -> None:
    """No edge stands twice in the files of one import."""
    for _, row, key in job.plan.repeated("lot_input", (*KEY, "_entry")):
        code = job.book.code_of(key[0])
        job.bad.note(row, "at", already_there("consumption", code))


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


def _amount(job: Job, row: Row, used: KnownLot) -> tuple[int, ItemSet | None]:
    quantity = job.quantity(row, used.article)
    items: ItemSet | None = row.get("items")
    if items is not None:
        check_items(used, items)
        if items.count != quantity:
            raise WrongCell("quantity", quantity_contradicts(quantity, items.count))
    return quantity, items


def _post(
    job: Job,
    row: Row,
    used: KnownLot,
    output: KnownLot,
    kind: str,
    quantity: int,
    items: ItemSet | None,
    at: Moment,
) -> None:
    source = _source(job, row, used)
    _check_usable(job, row, used, output, kind, at.at)
    consumed = job.book.places["consumed"].id
    job.post(
        *(row, "quantity", used.id, source.id, consumed, quantity, items, at),
        *(row.values["output_lot"], kind),
    )


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


def _check_usable(
    job: Job, row: Row, used: KnownLot, output: KnownLot, kind: str, at: datetime
) -> None:
    """As ``production.consumption.check_usable`` asks, of lots recorded and new."""
    told = job.inspected
    failed = told.has_failed(job.session, job.book.recorded, used.id, at)
    status = status_at(used, at) if used.id < 0 else used.status
    zone = job.book.zone(output.site_id)
    with cell("kind" if kind == "rework" and not used.own else "input_lot"):
        check_facts(used, status, failed, kind, at, zone)


def _into_itself(lot: KnownLot) -> InvalidInput:
    return InvalidInput(
        "lot_into_itself",
        N_("Lot %(lot)s cannot go into itself."),
        lot=lot.code,
    )
