"""Applying runs, cleanings and checks."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..bulk import plain_moment, read_moment
from ..errors import N_, Conflict
from ..parties.tables import Line
from ..production.tables import (
    Cleaning,
    LineRun,
    ProcessCheck,
)
from .book import already_there
from .job import Job
from .known_lots import found_among
from .rows import Row, WrongCell

FOREVER = plain_moment(datetime.max.replace(tzinfo=UTC))
"""The end of a run that goes on."""
RUN = ("lot_id", "line_id", "started_at", "ended_at", "team")
SPAN = ("line_id", "started_at", "ended_at")
CLEANING = ("line_id", "started_at", "ended_at", "kind", "result", "verified_by")
CHECK = ("lot_id", "line_id", "at", "kind", "value", "limits", "result")
PLANNED = (*CHECK, "_entry")
CHECK_KEY = CHECK[:5]
"""What no two checks share, but for the place in the record that files tell."""


def add_runs(job: Job, rows: list[Row]) -> None:
    """Runs of batches on lines."""

    def add(row: Row) -> None:
        line, lot = job.book.line(row), job.book.own_lot(row)
        start, end = job.span(row, _zone(job, line))
        span = line.id, start.text, None if end is None else end.text
        job.plan.add("line_run", RUN, (lot.id, *span, row.get("team", "")), row)
        job.plan.add("span", SPAN, (*span[:2], span[2] or FOREVER), row)
        first, last = job.runs.get(lot.id, (start.at, start.at))
        job.runs[lot.id] = min(first, start.at), max(last, end.at if end else job.now)

    job.each("runs", rows, add)


def check_runs(job: Job) -> None:
    """Two runs on one line never overlap (domain.md §2.2)."""
    lines = {line_id for (line_id,) in job.plan.read("span", ("line_id",))}
    columns = LineRun.line_id, LineRun.started_at, LineRun.ended_at
    recorded = found_among(job.session, sa.select(*columns), LineRun.line_id, lines)
    spans = (
        (line_id, plain_moment(start), FOREVER if end is None else plain_moment(end))
        for line_id, start, end in recorded
    )
    job.plan.add_all("span", SPAN, spans)
    columns_read = (*SPAN, "file_no", "line_no")
    on_line, busy_until, before = 0, "", (None, None)
    for line_id, start, end, *place in job.plan.read(
        "span", columns_read, "line_id, started_at, seq"
    ):
        if line_id != on_line:
            on_line, busy_until, before = line_id, "", (None, None)
        # recorded ones do not overlap among themselves
        file, line = before if place[0] is None else place
        if start < busy_until and file is not None and line is not None:
            error = Conflict(
                "runs_overlap",
                N_("Another run is on the line at that time: correct one of them."),
            )
            job.bad.note(job.plan.row(file, line), "start", error)
        busy_until, before = max(busy_until, end), tuple(place)


def add_cleanings(job: Job, rows: list[Row]) -> None:
    def add(row: Row) -> None:
        line = job.book.line(row)
        start, end = job.span(row, _zone(job, line))
        key = line.id, start.text, row.get("entry")
        if key in job.cleanings or (*key[:2], 0) in job.cleanings:
            told = start.at.astimezone(_zone(job, line)).isoformat()
            raise WrongCell("start", already_there("cleaning", told))
        job.cleanings.add(key)
        ended = None if end is None else end.text
        said = row["kind"], row["result"], row.get("verified_by", "")
        job.plan.add("cleaning", CLEANING, (*key[:2], ended, *said), row)

    if not job.cleanings:
        select = sa.select(Cleaning.line_id, Cleaning.started_at)
        recorded = job.session.execute(select)
        job.cleanings.update((line, plain_moment(at), 0) for line, at in recorded)
    job.each("cleanings", rows, add)


def add_checks(job: Job, rows: list[Row]) -> None:
    """Measurements on the lines."""
    read: list[tuple[Row, tuple[Any, ...]]] = []

    def add(row: Row) -> None:
        line, lot = job.book.line(row), job.book.own_lot(row)
        at = job.moment(row, "at", _zone(job, line)).text
        said = row.values
        values = (
            *(lot.id, line.id, at, said["kind"], said.get("value", "")),
            *(said.get("limits", ""), said["result"]),
        )
        entry = said.get("entry")
        job.plan.add("process_check", PLANNED, (*values, entry), row)
        job.plan.mark("process_check", (*values[:5], entry))
        read.append((row, values[:5]))

    job.each("checks", rows, add)
    taken = _recorded_checks(job, [key for _, key in read])
    for row, key in read:
        if key in taken:
            job.bad.note(row, "at", _check_there(key))


def check_checks(job: Job) -> None:
    """No check stands twice in the files of one import."""
    for _, row, key in job.plan.repeated("process_check", (*CHECK_KEY, "_entry")):
        job.bad.note(row, "at", _check_there(key))


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


def _zone(job: Job, line: Line) -> ZoneInfo:
    return job.book.zone(line.site_id)
