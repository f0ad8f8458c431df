"""Applying runs, equipment cycles, cleanings and checks."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput
from ..parties.tables import Line
from ..production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LineRun,
    ProcessCheck,
)
from .book import already_there, found_among
from .job import Job
from .rows import BadRow, Row, WrongCell

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of a run that goes on."""


def add_runs(job: Job, rows: list[Row]) -> None:
    """Runs of batches on lines; two on one line never overlap (domain.md §2.2)."""
    runs: list[tuple[Row, LineRun]] = []
    for row in rows:
        with job.row("runs", row):
            line, lot = job.book.line(row), job.book.own_lot(row)
            start, end = job.span(row, _zone(line))
            team = row.get("team", "")
            run = LineRun(
                lot_id=lot.id,
                line_id=line.id,
                started_at=start,
                ended_at=end,
                team=team,
            )
            runs.append((row, run))
            first, last = job.runs.get(lot.id, (start, start))
            job.runs[lot.id] = min(first, start), max(last, end or job.now)
    if not _overlaps(job, runs):  # the database refuses two open runs on a line
        job.session.add_all(run for _, run in runs)
        job.session.flush()


def _overlaps(job: Job, runs: list[tuple[Row, LineRun]]) -> bool:
    """Whether runs are on a line at the same time; notes the rows that are."""
    by_line: dict[int, list[tuple[datetime, datetime, Row | None]]] = {}
    for row, run in runs:
        span = run.started_at, run.ended_at or FOREVER, row
        by_line.setdefault(run.line_id, []).append(span)
    recorded = found_among(
        job.session,
        sa.select(LineRun.line_id, LineRun.started_at, LineRun.ended_at),
        LineRun.line_id,
        by_line,
    )
    for line_id, start, end in recorded:
        by_line[line_id].append((start, end or FOREVER, None))
    found = False
    for spans in by_line.values():
        spans.sort(key=lambda span: span[0])
        busy_until = spans[0][0]
        before: Row | None = None
        for start, end, its_row in spans:
            ours = its_row or before  # recorded ones do not overlap among themselves
            if start < busy_until and ours is not None:
                error = Conflict(
                    "runs_overlap",
                    N_("Another run is on the line at that time: correct one of them."),
                )
                job.bad.append(BadRow.of(ours, "start", error))
                found = True
            busy_until, before = max(busy_until, end), its_row
    return found


def add_cycles(job: Job, rows: list[Row]) -> None:
    """Loads of retorts, kettles and chillers: a row for each batch inside."""
    cycles: dict[tuple[int, str], EquipmentCycle] = {}
    loads: dict[tuple[int, str, int], tuple[EquipmentCycle, int]] = {}
    taken = _recorded_cycles(job, rows)
    for row in rows:
        with job.row("cycles", row):
            site, lot = job.book.site(row), job.book.own_lot(row)
            start, end = job.span(row, ZoneInfo(site.time_zone))
            key = site.id, row["number"]
            if key in taken or (*key, lot.id) in loads:
                raise WrongCell("number", already_there("cycle", row["number"]))
            values = {
                "equipment": row["equipment"],
                "kind": row["kind"],
                "started_at": start,
                "ended_at": end,
                "result": row["result"],
            }
            if key not in cycles:
                cycles[key] = EquipmentCycle(
                    site_id=site.id, number=row["number"], **values
                )
            cycle = cycles[key]
            for name, value in values.items():
                if getattr(cycle, name) != value:
                    raise WrongCell("number", rows_disagree(row["number"]))
            loads[*key, lot.id] = cycle, row["quantity"]
    job.session.add_all(cycles.values())
    job.session.flush()
    inside = [
        {"cycle_id": cycle.id, "lot_id": lot_id, "quantity": quantity}
        for (_, _, lot_id), (cycle, quantity) in loads.items()
    ]
    if inside:
        job.session.execute(sa.insert(CycleLoad), inside)


def _recorded_cycles(job: Job, rows: Iterable[Row]) -> set[tuple[int, str]]:
    columns = EquipmentCycle.site_id, EquipmentCycle.number
    numbers = {row["number"] for row in rows}
    found = found_among(
        job.session, sa.select(*columns), EquipmentCycle.number, numbers
    )
    return {(row.site_id, row.number) for row in found}


def add_cleanings(job: Job, rows: list[Row]) -> None:
    recorded = job.session.execute(sa.select(Cleaning.line_id, Cleaning.started_at))
    taken = {(row.line_id, row.started_at) for row in recorded}
    values: list[dict[str, object]] = []
    for row in rows:
        with job.row("cleanings", row):
            line = job.book.line(row)
            start, end = job.span(row, _zone(line))
            if (line.id, start) in taken:
                raise WrongCell("start", already_there("cleaning", start.isoformat()))
            taken.add((line.id, start))
            values.append(
                {
                    "line_id": line.id,
                    "started_at": start,
                    "ended_at": end,
                    "verified_by": row.get("verified_by", ""),
                    **row.only(("kind", "result")),
                }
            )
    if values:
        job.session.execute(sa.insert(Cleaning), values)


def add_checks(job: Job, rows: list[Row]) -> None:
    read: list[tuple[Row, dict[str, object]]] = []
    for row in rows:
        with job.row("checks", row):
            line, lot = job.book.line(row), job.book.own_lot(row)
            value = {
                "lot_id": lot.id,
                "line_id": line.id,
                "at": job.moment(row, "at", _zone(line)),
                "value": row.get("value", ""),
                "limits": row.get("limits", ""),
                **row.only(("kind", "result")),
            }
            read.append((row, value))
    key = ("lot_id", "line_id", "at", "kind", "value")
    recorded = found_among(
        job.session,
        sa.select(*(getattr(ProcessCheck, name) for name in key)),
        ProcessCheck.lot_id,
        {value["lot_id"] for _, value in read},
    )
    taken = {tuple(row) for row in recorded}
    for row, value in read:
        mine = tuple(value[name] for name in key)
        with job.row("checks", row):
            if mine in taken:
                raise WrongCell("at", already_there("check", str(value["at"])))
        taken.add(mine)
    if read:
        values = [value for _, value in read]
        job.session.execute(sa.insert(ProcessCheck), values)


def rows_disagree(number: str) -> InvalidInput:
    return InvalidInput(
        "rows_disagree",
        N_("Rows of one number, here %(number)s, must agree in all they share."),
        number=number,
    )


def _zone(line: Line) -> ZoneInfo:
    return ZoneInfo(line.site.time_zone)
