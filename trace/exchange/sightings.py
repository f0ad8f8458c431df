"""Applying sightings: which items were seen at a place, between which movements."""

from collections.abc import Iterator
from typing import Any

from ..bulk import plain_moment
from ..errors import N_, Conflict, LotmarkError
from ..identity.items import ItemSet
from ..stock.desk import Desk
from ..stock.tables import Sighting
from .contents import check_items
from .job import Job
from .records import add_records
from .rows import Row, WrongCell

SEEN = ("lot_id", "location_id", "items", "recorded_at")


def add_sightings(job: Job, rows: list[Row]) -> None:
    """Items of new batches at places, as another installation learnt of them."""

    def add(row: Row) -> Iterator[dict[str, Any]]:
        lot, place = job.book.own_lot(row), job.book.place(row)
        if lot.id > 0:
            raise WrongCell("lot", _only_new(lot.code))
        items: ItemSet = row["items"]
        check_items(lot, items)
        at = job.moment(row, "at", job.book.zone(place.site_id or lot.site_id)).at
        seen = lot.id, place.id, str(items), plain_moment(at)
        job.plan.add("_seen", SEEN, seen, row)
        for lo, hi in items.intervals:
            yield {
                "lot_id": lot.id,
                "location_id": place.id,
                "lo": lo,
                "hi": hi,
                "recorded_at": at,
                "reason": row.get("reason", ""),
                "actor": row.get("actor", job.actor.login),
            }

    key = ("lot_id", "location_id", "lo", "hi", "recorded_at")
    add_records(job, "sightings", rows, Sighting, key, add)


class Sightings:
    """What was seen, to be told to the ledger between movements."""

    def __init__(self, job: Job, desk: Desk) -> None:
        self._job, self._desk = job, desk
        self._waiting: dict[int, list[tuple[Any, ...]]] = {}
        columns = (*SEEN, "file_no", "line_no")
        order = "lot_id, recorded_at DESC, seq DESC"  # the next stands last
        for seen in job.plan.read("_seen", columns, order):
            self._waiting.setdefault(seen[0], []).append(seen)

    def __contains__(self, lot_id: int) -> bool:
        return lot_id in self._waiting

    def tell(self, lot_id: int, before: str = "9") -> None:
        """Tell what was seen of a lot before a moment, or all of it."""
        waiting = self._waiting.get(lot_id, [])
        while waiting and waiting[-1][3] < before:
            self._tell(*waiting.pop())

    def tell_all(self) -> None:
        for lot_id in self._waiting:
            self.tell(lot_id)

    def _tell(
        self, lot_id: int, place_id: int, items: str, at: str, file: int, line: int
    ) -> None:
        desk, job = self._desk, self._job
        try:
            if lot_id not in desk.lots:
                raise _nowhere(job.book.code_of(lot_id))
            ledger, place = desk.ledger(lot_id), desk.places[place_id]
            desk.replace(lot_id, ledger.identify(place, ItemSet.parse(items)))
        except LotmarkError as error:
            job.bad.note(job.plan.row(file, line), "items", error)


def _only_new(lot: str) -> Conflict:
    return Conflict(
        "sighting_recorded",
        N_(
            "Sightings are told of batches that come with the same import, but %(lot)s "
            "is recorded already: scan its packs instead."
        ),
        lot=lot,
    )


def _nowhere(lot: str) -> Conflict:
    return Conflict(
        "sighting_nowhere",
        N_("Nothing of %(lot)s was moved anywhere, so none of it can have been seen."),
        lot=lot,
    )
