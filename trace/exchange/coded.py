"""Applying codes of another installation: blocks given out, and the packs they became.

They can be read here only with the same secret keys, so each block names its key by a
check value. Numbers of series are kept: they are inside the codes.
"""

from datetime import datetime

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.tables import CodeBinding, CodeBlock, CodeSeries, KnownKey
from ..production.codes import SERIES_ITEMS
from .book import already_there
from .job import Job
from .rows import AlreadyBad, Row, WrongCell

SPAN = ("series_id", "first", "count")
WHERE = ("file_no", "line_no")
BOUND = ("lot_id", "lot_lo", "lo", "hi")


class CodeFiles:
    """Blocks and bindings of the files."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._ends: dict[int, tuple[int, datetime]] = {}
        """Series of the files to the end of what was issued, and since when."""
        self._keys: dict[int, str] | None = None
        self._recorded: set[int] | None = None

    def add_codes(self, rows: list[Row]) -> None:
        """Blocks of codes, under keys that are here too."""
        self._job.each("codes", rows, self._add_block)

    def _add_block(self, row: Row) -> None:
        job, series, first = self._job, row["series"], row["first"]
        end = first + row["count"]
        if series >= 1 << 28:
            raise WrongCell("series", _beyond(series, (1 << 28) - 1))
        if end > SERIES_ITEMS:
            raise WrongCell("count", _beyond(end, SERIES_ITEMS))
        if self._recorded is None:
            self._recorded = set(job.session.scalars(sa.select(CodeSeries.id)))
        if series in self._recorded:
            raise WrongCell("series", already_there("series", str(series)))
        self._check_key(row)
        at = job.moment(row, "issued_at", job.book.zone(None)).at
        known, since = self._ends.get(series, (0, at))
        self._ends[series] = max(known, end), min(since, at)
        values = {
            "series_id": series,
            "first": first,
            "count": row["count"],
            "key_version": row["key_version"],
            "issued_at": at,
            "issued_by": row.get("issued_by", job.actor.login),
            "device": row.get("device", ""),
        }
        job.plan.record(CodeBlock, values, row)

    def _check_key(self, row: Row) -> None:
        if self._keys is None:
            found = self._job.session.execute(
                sa.select(KnownKey.version, KnownKey.check_value)
            )
            self._keys = {version: check for version, check in found}
        if self._keys.get(row["key_version"]) != row["key_check"]:
            raise WrongCell(
                "key_check",
                Conflict(
                    "code_key_other",
                    N_(
                        "The codes were made with another key than version "
                        "%(version)s here, so they cannot be read. Give this "
                        "installation the key file or LOTMARK_CODE_KEYS of the one "
                        "they come from; or leave out codes and bindings: then all "
                        "packs get new codes."
                    ),
                    version=row["key_version"],
                ),
            )

    def finish_codes(self) -> None:
        """Series from their blocks; no two blocks overlap."""
        job, plan = self._job, self._job.plan
        before, end = 0, 0
        columns = (*SPAN, *WHERE)
        for series, first, count, *where in plan.read(
            "code_block", columns, "series_id, first, seq"
        ):
            if series == before and first < end:
                error = already_there("block", f"{series}/{first}")
                job.bad.note(plan.row(*where), "first", error)
            before, end = series, first + count
        for series, (issued, since) in self._ends.items():
            values = {"id": series, "issued": issued, "created_at": since}
            plan.record(CodeSeries, values, Row("", 0, {}))

    def add_bindings(self, rows: list[Row]) -> None:
        """Which items of a series are which items of a new batch."""
        self._job.each("bindings", rows, self._add_binding)

    def _add_binding(self, row: Row) -> None:
        job, series = self._job, row["series"]
        lot = job.book.own_lot(row)
        if lot.id not in job.coded:
            raise WrongCell(
                "lot",
                InvalidInput(
                    "binding_needs_labels",
                    N_(
                        "Codes are bound to new batches whose row in lots has labels, "
                        "but %(lot)s has none."
                    ),
                    lot=lot.code,
                ),
            )
        lo, hi = row["first"], row["first"] + row["count"]
        if series not in self._ends:
            if job.bad:
                raise AlreadyBad
            raise WrongCell(
                "series",
                NotFound(
                    "series_unknown",
                    N_("No block of series %(series)s stands in the files."),
                    series=series,
                ),
            )
        if hi > self._ends[series][0]:
            raise WrongCell("count", _beyond(hi, self._ends[series][0]))
        values = {
            "series_id": series,
            "lo": lo,
            "hi": hi,
            "lot_id": lot.id,
            "lot_lo": row["item"],
            "bound_at": job.moment(row, "bound_at", job.book.zone(lot.site_id)).at,
            "bound_by": row.get("bound_by", job.actor.login),
        }
        job.bound.add(lot.id)
        job.plan.record(CodeBinding, values, row)

    def finish_bindings(self) -> None:
        """Each code is on one pack, and each item number has one code."""
        job, plan = self._job, self._job.plan
        before, end = 0, 0
        bound = ("series_id", "lo", "hi", *WHERE)
        for series, lo, hi, *where in plan.read(
            "code_binding", bound, "series_id, lo, seq"
        ):
            if series == before and lo < end:
                error = already_there("code", f"{series}/{lo}")
                job.bad.note(plan.row(*where), "first", error)
            before, end = series, hi
        ends: dict[int, int] = {}
        columns = (*BOUND, *WHERE)
        for lot_id, item, lo, hi, *where in plan.read(
            "code_binding", columns, "lot_id, lot_lo, seq"
        ):
            if item != ends.get(lot_id, 0):
                self._gap(plan.row(*where), lot_id, ends.get(lot_id, 0), item)
            ends[lot_id] = max(ends.get(lot_id, 0), item + hi - lo)
            last = where
            if ends[lot_id] > job.coded[lot_id].count:
                count = job.coded[lot_id].count
                job.bad.note(plan.row(*last), "count", _beyond(ends[lot_id], count))
        for lot_id, end in ends.items():
            if end < job.coded[lot_id].count and not job.bad:
                [(file, line), *_] = plan.look_up(
                    "code_binding", WHERE, "lot_id", lot_id
                )
                self._gap(plan.row(file, line), lot_id, end, job.coded[lot_id].count)

    def _gap(self, row: Row, lot_id: int, expected: int, found: int) -> None:
        error = InvalidInput(
            "binding_gap",
            N_(
                "Every item number of %(lot)s has one code: expected a row that goes "
                "on at item %(expected)s, found %(found)s."
            ),
            lot=self._job.book.code_of(lot_id),
            expected=expected,
            found=found,
        )
        self._job.bad.note(row, "item", error)


def _beyond(found: int, most: int) -> InvalidInput:
    return InvalidInput(
        "code_beyond",
        N_("Expected at most %(most)s, found %(found)s."),
        most=most,
        found=found,
    )
