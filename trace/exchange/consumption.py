"""Applying what went into batches: an edge of the genealogy and a movement each."""

from datetime import date, datetime

import sqlalchemy as sa

from ..bulk import plain_moment
from ..errors import N_, Conflict, InvalidInput
from ..parties.tables import Location
from ..production.tables import LotInput
from ..stock.tables import Stock
from .book import OURS, already_there
from .job import Job, Moment
from .known_lots import KnownLot, found_among
from .rows import Row, WrongCell

KEY = ("input_id", "output_id", "kind", "quantity", "at")
"""The columns of an edge; two that are the same in all are one brought in twice."""


Key = tuple[int, int, str, int, str]


def add_consumption(job: Job, rows: list[Row]) -> None:
    """Consumption, rework, repacking: the input's stock goes to ``consumed``."""
    consumed = job.book.places["consumed"].id
    read: list[tuple[Row, Key]] = []
    times: list[datetime] = []

    def add(row: Row) -> None:
        used, output, kind, source, at = _read(job, row)
        quantity = job.quantity(row, used.article)
        key = used.id, output.id, kind, quantity, at.text
        job.plan.add("lot_input", KEY, key, row)
        job.plan.mark("lot_input", key)
        job.post(
            *(row, "quantity", used.id, source.id, consumed, quantity, None, at),
            *(row.values["output_lot"], kind),
        )
        read.append((row, key))
        times.append(at.at)

    job.each("consumption", rows, add)
    taken = _recorded(job, {key[1] for _, key in read}, times)
    for row, key in read if taken else ():
        if key in taken:
            job.bad.note(row, "at", already_there("consumption", row["input_lot"]))


def check_consumption(job: Job) -> None:
    """No edge stands twice in the files of one import."""
    for _, row, key in job.plan.repeated("lot_input", KEY):
        code = job.book.code_of(key[0])
        job.bad.note(row, "at", already_there("consumption", code))


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


def _read(job: Job, row: Row) -> tuple[KnownLot, KnownLot, str, Location, Moment]:
    """What was used, for what, how, from where and when."""
    book = job.book
    output = book.own_lot(row, "output_lot", "output_article")
    used = book.lot(row, "input_lot", "input_article", "supplier")
    kind = row.values.get("kind", "consumption")
    if used.id == output.id:
        raise WrongCell("input_lot", _into_itself(used))
    source = _source(job, row, used)
    zone = book.zone(source.site_id)
    at = job.moment(row, "at", zone)
    if used.expires_on is not None:
        _check_not_expired(row, used, at.at.astimezone(zone).date())
    _check_usable(row, used, kind)
    return used, output, kind, source, at


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


def _check_not_expired(row: Row, used: KnownLot, used_on: date) -> None:
    if used.expires_on is not None and used_on > used.expires_on:
        # domain.md §2.2 IngredientLot: expired or failed lots are not consumed
        raise WrongCell(
            "input_lot",
            Conflict(
                "lot_expired",
                N_("Lot %(lot)s expired on %(day)s, before it was used."),
                lot=used.code,
                day=used.expires_on,
            ),
        )


def _check_usable(row: Row, used: KnownLot, kind: str) -> None:
    if used.status in ("rejected", "recalled"):
        # Food Safety Law art. 34(1): recalled food is no raw material (domain.md §2.2)
        raise WrongCell(
            "input_lot",
            Conflict(
                "lot_unusable",
                N_("Lot %(lot)s is %(status)s: it may not go into food."),
                lot=used.code,
                status=used.status,
            ),
        )
    if kind == "rework" and not used.own:
        raise WrongCell(
            "kind",
            InvalidInput(
                "rework_not_own",
                N_("Only goods of our own are reworked, but %(lot)s was received."),
                lot=used.code,
            ),
        )


def _into_itself(lot: KnownLot) -> InvalidInput:
    return InvalidInput(
        "lot_into_itself",
        N_("Lot %(lot)s cannot go into itself."),
        lot=lot.code,
    )
