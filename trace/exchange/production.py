"""Applying runs and cleanings."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..bulk import plain_moment
from ..errors import N_, Conflict
from ..parties.tables import Line
from ..production.tables import (
    Cleaning,
    LineRun,
)
from .book import already_there, cell_missing
from .job import Job
from .known_lots import found_among
from .rows import Row, WrongCell

FOREVER = plain_moment(datetime.max.replace(tzinfo=UTC))
"""The end of a run that goes on."""
RUN = ("lot_id", "line_id", "started_at", "ended_at", "team")
SPAN = ("line_id", "started_at", "ended_at")
WITHDRAWAL = ("withdrawn_at", "withdrawn_reason", "withdrawn_by")
CLEANING = (*SPAN, "kind", "result", "verified_by", "equipment", *WITHDRAWAL)


def add_runs(job: Job, rows: list[Row]) -> None:
    """Runs of batches on lines."""

    def add(row: Row) -> None:
        line, lot = job.book.line(row), job.book.own_lot(row)
        start, end = job.span(row, zone_of(job, line))
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
        start, end = job.span(row, zone_of(job, line))
        equipment = row.get("equipment", "")
        withdrawn = _withdrawal(job, row, line)
        key = line.id, start.text, equipment, withdrawn[0] or "", row.get("entry")
        if key in job.cleanings or (*key[:4], 0) in job.cleanings:
            told = start.at.astimezone(zone_of(job, line)).isoformat()
            raise WrongCell("start", already_there("cleaning", told))
        job.cleanings.add(key)
        ended = None if end is None else end.text
        said = row["kind"], row["result"], row.get("verified_by", ""), equipment
        job.plan.add("cleaning", CLEANING, (*key[:2], ended, *said, *withdrawn), row)

    if not job.cleanings:
        select = sa.select(
            Cleaning.line_id,
            Cleaning.started_at,
            Cleaning.equipment,
            Cleaning.withdrawn_at,
        )
        recorded = job.session.execute(select)
        job.cleanings.update(
            (line, plain_moment(at), of, plain_moment(gone) if gone else "", 0)
            for line, at, of, gone in recorded
        )
    job.each("cleanings", rows, add)


def _withdrawal(job: Job, row: Row, line: Line) -> tuple[str | None, str, str]:
    """When a cleaning recorded by mistake was withdrawn, why, and by whom."""
    if not any(name in row.values for name in WITHDRAWAL):
        return None, "", ""
    for name in WITHDRAWAL[:2]:
        if name not in row.values:
            raise WrongCell(name, cell_missing(name))
    when = job.moment(row, "withdrawn_at", zone_of(job, line))
    by = row.get("withdrawn_by", job.actor.login)
    return when.text, row["withdrawn_reason"], by


def zone_of(job: Job, line: Line) -> ZoneInfo:
    return job.book.zone(line.site_id)
