"""Applying runs, equipment cycles, cleanings and checks."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..bulk import plain_moment, read_moment
from ..errors import N_, Conflict, InvalidInput
from ..parties.tables import Line
from ..production.tables import (
    Cleaning,
    EquipmentCycle,
    LineRun,
    ProcessCheck,
)
from .book import already_there, cell_missing
from .job import Job
from .known_lots import found_among
from .rows import Row, WrongCell

FOREVER = plain_moment(datetime.max.replace(tzinfo=UTC))
"""The end of a run that goes on."""
RUN = ("lot_id", "line_id", "started_at", "ended_at", "team")
SPAN = ("line_id", "started_at", "ended_at")
CLEANING = ("line_id", "started_at", "ended_at", "kind", "result", "verified_by")
LOAD = ("cycle_id", "lot_id", "quantity")
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


class Cycles:
    """Loads of retorts, kettles and chillers: a row for each batch inside."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._cycles: dict[tuple[int, str], tuple[int, tuple[object, ...]]] = {}
        self._loads: set[tuple[int, int | None]] = set()

    def add(self, rows: list[Row]) -> None:
        taken = _recorded_cycles(self._job, rows)
        self._job.each("cycles", rows, lambda row: self._add(row, taken))

    def _add(self, row: Row, taken: set[tuple[int, str]]) -> None:
        job, number = self._job, row["number"]
        site, lot_id = job.book.site(row), _inside(job, row)
        start, end = job.span(row, job.book.zone(site.id))
        key = site.id, number
        known, said = self._cycles.get(key, (0, ()))
        if key in taken or (known and (known, lot_id) in self._loads):
            raise WrongCell("number", already_there("cycle", number))
        ended = None if end is None else end.at
        values = row["equipment"], row["kind"], start.at, ended, row["result"]
        if not known:
            known = job.plan.new_id(EquipmentCycle)
            self._cycles[key] = known, values
            job.plan.record(EquipmentCycle, _cycle(known, key, values), row)
        elif said != values:
            raise WrongCell("number", rows_disagree(number))
        self._loads.add((known, lot_id))
        if lot_id is not None:
            job.plan.add("cycle_load", LOAD, (known, lot_id, row["quantity"]), row)


def _inside(job: Job, row: Row) -> int | None:
    """The lot that was inside a cycle, if any was."""
    for column, other in (("lot", "quantity"), ("quantity", "lot")):
        if other in row.values and column not in row.values:
            raise WrongCell(column, cell_missing(column))
    if "lot" not in row.values:
        return None
    return job.book.lot(row, supplier="supplier").id


def _cycle(
    cycle_id: int, key: tuple[int, str], values: tuple[Any, ...]
) -> dict[str, Any]:
    names = ("equipment", "kind", "started_at", "ended_at", "result")
    filled = dict(zip(names, values, strict=True))
    return {"id": cycle_id, "site_id": key[0], "number": key[1], **filled}


def _recorded_cycles(job: Job, rows: Iterable[Row]) -> set[tuple[int, str]]:
    columns = EquipmentCycle.site_id, EquipmentCycle.number
    numbers = {row["number"] for row in rows}
    found = found_among(
        job.session, sa.select(*columns), EquipmentCycle.number, numbers
    )
    return {(row.site_id, row.number) for row in found}


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


def rows_disagree(number: str) -> InvalidInput:
    return InvalidInput(
        "rows_disagree",
        N_("Rows of one number, here %(number)s, must agree in all they share."),
        number=number,
    )


def _zone(job: Job, line: Line) -> ZoneInfo:
    return job.book.zone(line.site_id)
