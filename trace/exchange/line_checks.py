"""Applying checks on lines, what was put right after them, and stops of lines."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from ..bulk import plain_moment, read_moment
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.tables import Line
from ..production.tables import LineStop, ProcessCheck
from .book import already_there, cell_missing
from .job import Job, Moment, check_order
from .known_lots import found_among
from .production import zone_of
from .rows import AlreadyBad, Row, WrongCell

CHECK = ("lot_id", "line_id", "at", "kind", "value", "limits", "result")
CHECK_KEY = CHECK[:5]
"""What no two checks share, but for the place in the record that files tell."""
CORRECTION = ("corrected_at", "correction", "corrected_by")
PLANNED = ("id", *CHECK, *CORRECTION, "_entry")
STOP_KEY = ("line_id", "started_at")
STOP = (*STOP_KEY, "rectified_at", "ended_at", "check_id", "reason", "_entry")


class _Check(NamedTuple):
    """A check of the files that a stop may name."""

    id: int
    line_id: int
    at: Moment
    result: str


class LineChecks:
    """Measurements on lines, and the stops that ended with one."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._entries: dict[int, _Check] = {}
        self._standing: set[int] = set()
        """Lines with a stop of the files that goes on."""

    def add_checks(self, rows: list[Row]) -> None:
        read: list[tuple[Row, tuple[Any, ...]]] = []
        self._job.each("checks", rows, lambda row: read.append(self._add(row)))
        taken = _recorded_checks(self._job, [key for _, key in read])
        for row, key in read:
            if key in taken:
                self._job.bad.note(row, "at", _check_there(key))

    def _add(self, row: Row) -> tuple[Row, tuple[Any, ...]]:
        job = self._job
        line, lot = job.book.line(row), job.book.own_lot(row)
        at = job.moment(row, "at", zone_of(job, line))
        said = row.values
        values = (
            *(lot.id, line.id, at.text, said["kind"], said.get("value", "")),
            *(said.get("limits", ""), said["result"]),
        )
        correction, entry = _correction(job, row, line, at), said.get("entry")
        new_id = job.plan.new_id(ProcessCheck)
        planned = new_id, *values, *correction, entry
        job.plan.add("process_check", PLANNED, planned, row)
        job.plan.mark("process_check", (*values[:5], entry))
        if entry is not None:
            self._entries[entry] = _Check(new_id, line.id, at, said["result"])
        return row, values[:5]

    def check_checks(self) -> None:
        """No check stands twice in the files of one import."""
        key = (*CHECK_KEY, "_entry")
        for _, row, found in self._job.plan.repeated("process_check", key):
            self._job.bad.note(row, "at", _check_there(found))

    def add_stops(self, rows: list[Row]) -> None:
        """When nothing was made on a line, and what let it run again."""
        columns = LineStop.line_id, LineStop.started_at, LineStop.ended_at
        found = self._job.session.execute(sa.select(*columns)).all()
        taken = {(line_id, plain_moment(at)) for line_id, at, _ in found}
        self._standing |= {line_id for line_id, _, end in found if end is None}
        self._job.each("stops", rows, lambda row: self._add_stop(row, taken))

    def _add_stop(self, row: Row, taken: set[tuple[int, str]]) -> None:
        job, line = self._job, self._job.book.line(row)
        zone = zone_of(job, line)
        start, end = job.span(row, zone)
        rectified = None
        if "rectified_at" in row.values:
            rectified = job.moment(row, "rectified_at", zone)
            if rectified.at != start.at:
                check_order(start, rectified, "rectified_at", zone)
            if end is not None and rectified.at != end.at:
                check_order(rectified, end, "end", zone)
        check = self._restart(row, line, start, end, rectified)
        if (line.id, start.text) in taken:
            raise WrongCell("start", already_there("stop", line.code))
        if end is None:
            self._check_standing(line)
        times = start.text, rectified and rectified.text, end and end.text
        key = line.id, start.text, row.get("entry")
        values = line.id, *times, check and check.id, row["reason"], key[-1]
        job.plan.add("line_stop", STOP, values, row)
        job.plan.mark("line_stop", key)

    def _restart(
        self,
        row: Row,
        line: Line,
        start: Moment,
        end: Moment | None,
        rectified: Moment | None,
    ) -> _Check | None:
        """The check that let a line run again, once it was put right."""
        entry = row.get("check")
        if entry is None:
            if rectified is not None and end is not None:
                raise WrongCell("check", _check_needed())
            return None
        check = self._entries.get(entry)
        if check is None:
            if ("check", entry) in self._job.book.bad:
                raise AlreadyBad
            raise WrongCell("check", _entry_unknown(entry))
        within = end is not None and start.at <= check.at.at <= end.at
        if check.line_id != line.id or check.result != "pass" or not within:
            raise WrongCell("check", _not_that_check(entry))
        return check

    def _check_standing(self, line: Line) -> None:
        """A line stands still once at a time, and does not run meanwhile."""
        if line.id in self._standing:
            raise WrongCell("end", _stops_twice(line.code))
        if line.status == "running" or line.status is None:
            raise WrongCell("end", _runs(line.code))
        self._standing.add(line.id)

    def check_stops(self) -> None:
        """No stop stands twice in the files of one import."""
        key = (*STOP_KEY, "_entry")
        codes = {line.id: line.code for line in self._job.book.lines.values()}
        for _, row, found in self._job.plan.repeated("line_stop", key):
            self._job.bad.note(row, "start", already_there("stop", codes[found[0]]))


def _correction(
    job: Job, row: Row, line: Line, at: Moment
) -> tuple[str | None, str, str]:
    """When what a failed check found was put right, what was done, and by whom."""
    told = [name for name in CORRECTION if name in row.values]
    if not told:
        return None, "", ""
    for name in CORRECTION[:2]:
        if name not in row.values:
            raise WrongCell(name, cell_missing(name))
    when = job.moment(row, "corrected_at", zone_of(job, line))
    if row["result"] != "fail" or when.at < at.at:
        raise WrongCell("corrected_at", _not_corrected())
    return when.text, row["correction"], row.get("corrected_by", job.actor.login)


def _recorded_checks(job: Job, keys: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """The keys of those checks, and maybe of others, that are recorded."""
    if not keys:
        return set()
    times = [read_moment(key[2]) for key in keys]
    columns = (getattr(ProcessCheck, name) for name in CHECK_KEY)
    select = sa.select(*columns).where(ProcessCheck.at.between(min(times), max(times)))
    lots = {key[0] for key in keys if key[0] > 0}
    found = found_among(job.session, select, ProcessCheck.lot_id, lots)
    return {(*row[:2], plain_moment(row.at), *row[3:]) for row in found}


def _check_there(key: tuple[Any, ...]) -> Conflict:
    return already_there("check", f"{read_moment(key[2]):%Y-%m-%d %H:%M:%SZ}")


def _not_corrected() -> InvalidInput:
    return InvalidInput(
        "check_not_failed",
        N_(
            "Only a failed check is corrected, and not before it was made: correct the "
            "result or the time, or empty the cell."
        ),
    )


def _entry_unknown(entry: int) -> NotFound:
    return NotFound(
        "check_unknown",
        N_(
            "No row of checks has entry %(entry)s: a stop names the check of the same "
            "import that let the line run again."
        ),
        entry=entry,
    )


def _not_that_check(entry: int) -> InvalidInput:
    return InvalidInput(
        "check_not_passed",
        N_(
            "Expected the passed check of this line that let it run again, but check "
            "%(entry)s failed, or was of another line or another time."
        ),
        entry=entry,
    )


def _check_needed() -> InvalidInput:
    return InvalidInput(
        "restart_unchecked",
        N_(
            "A line that was put right runs again only after a passed check: name it, "
            "or leave the end empty."
        ),
    )


def _stops_twice(line: str) -> Conflict:
    return Conflict(
        "stops_overlap",
        N_(
            "Line %(line)s stands still once at a time: correct one of the stops "
            "without an end."
        ),
        line=line,
    )


def _runs(line: str) -> Conflict:
    return Conflict(
        "line_running",
        N_(
            "Line %(line)s is running, so its last stop has an end: fill it, or "
            "correct the line's status."
        ),
        line=line,
    )
