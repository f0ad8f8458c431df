"""Recording what happened on the lines, as the importer takes it in from files."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.exchange.imports import import_files
from ...trace.parties.lots import find_line
from ...trace.people import Actor
from ...trace.production.batches import lock_running
from ..current import house
from .lots import find_lot
from .records import TAG
from .room import writes
from .values import Code, Id, Line, Moment, Quantity, Shown, Told

MOST_ROWS = 1000


class Recorded(Shown):
    """What was recorded."""

    recorded: int
    """Rows that are new."""
    repeated: bool
    """Exactly this came before: nothing was recorded now."""


class RunIn(Told):
    """A batch on a line between two changeovers."""

    lot_id: Id
    line: Code
    """Code of the line, or `SITE/LINE`."""
    started_at: Moment
    ended_at: Moment | None = None
    """Left out while it runs."""
    team: Line = ""


class RunsIn(Told):
    """Runs: all of them are recorded, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "runs": [
                        {
                            "lot_id": 17,
                            "line": "L2",
                            "started_at": "2026-11-24T08:00:00+08:00",
                            "ended_at": "2026-11-24T11:30:00+08:00",
                        }
                    ]
                }
            ]
        }
    )

    runs: Annotated[list[RunIn], Field(min_length=1, max_length=MOST_ROWS)]


@writes("/runs", "line.record", RunsIn, Recorded, tag=TAG)
def post_runs(session: Session, body: RunsIn, actor: Actor, now: datetime) -> Any:
    """Record runs of batches on lines; two on one line never overlap.

    None begins on a line that was stopped or is being put right.
    """
    for run in body.runs:
        if run.ended_at is None:
            lock_running(session, find_line(session, run.line))
    rows = [
        {
            **_lot(session, run.lot_id),
            **_line(session, run.line),
            "start": run.started_at,
            "end": run.ended_at,
            "team": run.team,
        }
        for run in body.runs
    ]
    return _record(session, "runs", rows, actor, now)


class LoadIn(Told):
    """The part of a batch that was inside."""

    lot_id: Id
    quantity: Quantity


class CycleIn(Told):
    """A load of a retort, kettle or chiller, with the batches inside."""

    site: Code
    number: Code
    equipment: Code
    kind: Literal["retort", "kettle", "chiller"]
    started_at: Moment
    ended_at: Moment | None = None
    result: Literal["pass", "fail", "missing"]
    loads: Annotated[list[LoadIn], Field(min_length=1, max_length=100)]


class CyclesIn(Told):
    """Loads: all of them are recorded, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cycles": [
                        {
                            "site": "YL1",
                            "number": "R1-0461",
                            "equipment": "R1",
                            "kind": "retort",
                            "started_at": "2026-11-24T12:00:00+08:00",
                            "ended_at": "2026-11-24T13:05:00+08:00",
                            "result": "pass",
                            "loads": [{"lot_id": 17, "quantity": 1200}],
                        }
                    ]
                }
            ]
        }
    )

    cycles: Annotated[list[CycleIn], Field(min_length=1, max_length=MOST_ROWS)]


@writes("/cycles", "line.record", CyclesIn, Recorded, tag=TAG)
def post_cycles(session: Session, body: CyclesIn, actor: Actor, now: datetime) -> Any:
    """Record loads of retorts, kettles and chillers."""
    rows = [
        {
            "site": cycle.site,
            "equipment": cycle.equipment,
            "kind": cycle.kind,
            "number": cycle.number,
            "start": cycle.started_at,
            "end": cycle.ended_at,
            "result": cycle.result,
            **_lot(session, load.lot_id),
            "quantity": load.quantity,
        }
        for cycle in body.cycles
        for load in cycle.loads
    ]
    return _record(session, "cycles", rows, actor, now)


class CleaningIn(Told):
    """A cleaning of a line, or of one equipment at it."""

    line: Code
    """Code of the line, or `SITE/LINE`."""
    started_at: Moment
    ended_at: Moment
    kind: Literal["dry", "wet", "full", "allergen"]
    result: Literal["pass", "fail"]
    verified_by: Line = ""
    equipment: Code | None = None
    """The retort, kettle or chiller that was cleaned; left out for the whole line."""


class CleaningsIn(Told):
    """Cleanings: all of them are recorded, or none."""

    cleanings: Annotated[list[CleaningIn], Field(min_length=1, max_length=MOST_ROWS)]


@writes("/cleanings", "line.record", CleaningsIn, Recorded, tag=TAG)
def post_cleanings(
    session: Session, body: CleaningsIn, actor: Actor, now: datetime
) -> Any:
    """Record cleanings of lines."""
    rows = [
        {
            **_line(session, one.line),
            "start": one.started_at,
            "end": one.ended_at,
            "kind": one.kind,
            "result": one.result,
            "verified_by": one.verified_by,
            "equipment": one.equipment,
        }
        for one in body.cleanings
    ]
    return _record(session, "cleanings", rows, actor, now)


class CheckIn(Told):
    """A measurement on the line."""

    lot_id: Id
    line: Code
    """Code of the line, or `SITE/LINE`."""
    at: Moment
    kind: Literal["vacuum", "sterilisation", "metal", "weight", "seal", "temperature"]
    value: Line = ""
    """As measured, with its unit."""
    limits: Line = ""
    result: Literal["pass", "fail"]


class ChecksIn(Told):
    """Checks: all of them are recorded, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "checks": [
                        {
                            "lot_id": 17,
                            "line": "L2",
                            "at": "2026-11-24T10:00:00+08:00",
                            "kind": "metal",
                            "value": "Fe 1.5 mm, SUS 2.5 mm",
                            "result": "pass",
                        }
                    ]
                }
            ]
        }
    )

    checks: Annotated[list[CheckIn], Field(min_length=1, max_length=MOST_ROWS)]


@writes("/checks", "line.record", ChecksIn, Recorded, tag=TAG)
def post_checks(session: Session, body: ChecksIn, actor: Actor, now: datetime) -> Any:
    """Record process checks, such as each test of a metal detector."""
    rows = [
        {
            **_lot(session, check.lot_id),
            **_line(session, check.line),
            "at": check.at,
            "kind": check.kind,
            "value": check.value,
            "limits": check.limits,
            "result": check.result,
        }
        for check in body.checks
    ]
    return _record(session, "checks", rows, actor, now)


def _lot(session: Session, lot_id: int) -> dict[str, str]:
    lot = find_lot(session, lot_id)
    return {"lot": lot.code, "article": lot.article.code}


def _line(session: Session, text: str) -> dict[str, str]:
    line = find_line(session, text)
    return {"line": line.code, "site": line.site.code}


def _record(
    session: Session,
    kind: str,
    rows: Sequence[dict[str, Any]],
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Take rows in as the importer would from a file: with all it checks."""
    text = io.StringIO()
    file = csv.DictWriter(text, list(rows[0]))
    file.writeheader()
    for row in rows:
        file.writerow({name: _cell(value) for name, value in row.items()})
    content = text.getvalue().encode("utf-8-sig")
    version = house().keys.current.version
    report = import_files(
        session,
        [(f"{kind}.csv", content)],
        actor,
        now,
        key_version=version,
        right="line.record",
    )
    return {"recorded": report.rows, "repeated": not report.files}


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
