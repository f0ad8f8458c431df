"""Applying stock counts (盘点): a row for each lot that was counted."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ..errors import N_, InvalidInput
from ..stock.tables import StockCount, StockCountLine
from .amounts import to_base
from .book import already_there, cell_missing
from .cycles import rows_disagree
from .job import Job, cell
from .known_lots import KnownLot, found_among
from .records import time_of
from .rows import Row, WrongCell


class Counts:
    """Counts of the files; what they booked stands in movements."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._known: dict[str, tuple[int, dict[str, Any]]] = {}
        self._lines: set[tuple[int, int]] = set()

    def add(self, rows: list[Row]) -> None:
        numbers = {row["number"] for row in rows} - self._known.keys()
        select = sa.select(StockCount.number)
        found = found_among(self._job.session, select, StockCount.number, numbers)
        taken = {row.number for row in found}
        self._job.each("counts", rows, lambda row: self._add(row, taken))

    def _add(self, row: Row, taken: set[str]) -> None:
        job, number = self._job, row["number"]
        if number in taken:
            raise WrongCell("number", already_there("count", number))
        said = self._head(row)
        known, values = self._known.get(number, (0, said))
        if values != said:
            raise WrongCell("number", rows_disagree(number))
        lot, found = self._line(row) if "lot" in row.values else (None, {})
        job.counted.add(number)
        if not known:
            known = job.plan.new_id(StockCount)
            self._known[number] = known, said
            job.plan.record(StockCount, said | {"id": known, "version": 1}, row)
        if lot is None:
            return
        if (known, lot.id) in self._lines:
            raise WrongCell("lot", already_there("count", number))
        self._lines.add((known, lot.id))
        inside = {"count_id": known, "lot_id": lot.id}
        job.plan.record(StockCountLine, inside | found, row)

    def _head(self, row: Row) -> dict[str, Any]:
        job, place = self._job, self._job.book.our_place(row)
        zone = job.book.zone(place.site_id)
        if row["state"] == "booked" and row.get("booked_by") in (
            None,
            row.get("counted_by"),
        ):
            raise WrongCell(
                "booked_by",
                InvalidInput(
                    "second_person_missing_count",
                    N_("Expected a second person, who did not count, to book a count."),
                ),
            )
        times = {
            name: time_of(job, row, name, zone)
            for name in ("opened_at", "counted_at", "booked_at")
        }
        persons = ("opened_by", "counted_by", "booked_by")
        told = {name: row.get(name) for name in ("number", "state", "due_on", *persons)}
        return told | times | {"location_id": place.id}

    def _line(self, row: Row) -> tuple[KnownLot, dict[str, Any]]:
        lot = self._job.book.lot(row, supplier="supplier")
        if "counted" not in row.values:
            raise WrongCell("counted", cell_missing("counted"))
        amounts = {name: _amount(row, name, lot) for name in ("counted", "booked")}
        return lot, amounts | {"reason": row.get("reason", "")}


def _amount(row: Row, column: str, lot: KnownLot) -> int:
    amount: Decimal = row.get(column, Decimal(0))
    with cell(column):
        return to_base(lot.article, amount, row.get("unit"))
