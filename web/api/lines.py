"""Lines: stopped, put right, and let run again after a passed re-sample."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict
from sqlalchemy.orm import Session

from ...trace.parties.tables import Line as LineRow
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.cleanings import withdraw_cleaning
from ...trace.production.lines import (
    change_line,
    record_correction,
    record_restart_check,
)
from .master import TAG, LineOut
from .records import CheckOut, CleaningOut
from .room import writes
from .values import Id, Line, Moment, Reason, Told


class LineStepIn(Told):
    """What happens to a line."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"step": "stop", "reason": "Metal detector at 10:02"}]
        }
    )

    step: Literal["stop", "start", "rectify"]
    """`rectify` ends what runs on it; then only a passed re-sample lets it run."""
    reason: Reason


class RestartIn(Told):
    """What a re-sample of a line found after it was put right."""

    lot_id: Id
    """The batch of that line that was sampled."""
    kind: Literal["vacuum", "sterilisation", "metal", "weight", "seal", "temperature"]
    value: Line
    limits: Line = ""
    result: Literal["pass", "fail"]
    reason: Reason
    """What was put right."""


@writes(
    "/lines/<int:line_id>/status",
    "line.status",
    LineStepIn,
    LineOut,
    tag=TAG,
    status=200,
)
def change_status(
    session: Session, body: LineStepIn, line_id: int, actor: Actor, now: datetime
) -> Any:
    """Stop a line, start it again, or begin to put it right."""
    line = change_line(session, line_id, body.step, body.reason, actor, now)
    return _shown(line)


@writes(
    "/lines/<int:line_id>/restart",
    "inspection.record",
    RestartIn,
    LineOut,
    tag=TAG,
    status=200,
    person=True,
)
def restart_line(
    session: Session, body: RestartIn, line_id: int, actor: Actor, now: datetime
) -> Any:
    """Record the re-sample after a line was put right: passed, it runs again.

    Takes `line.status` besides.
    """
    line = record_restart_check(
        session,
        line_id,
        body.lot_id,
        kind=body.kind,
        value=body.value,
        limits=body.limits,
        result=body.result,
        reason=body.reason,
        actor=actor,
        now=now,
    )
    return _shown(line)


class CorrectionIn(Told):
    """What was put right after a failed check."""

    reason: Reason
    at: Moment


@writes(
    "/checks/<int:check_id>/correction",
    "line.status",
    CorrectionIn,
    CheckOut,
    tag=TAG,
)
def correct_check(
    session: Session, body: CorrectionIn, check_id: int, actor: Actor, now: datetime
) -> Any:
    """Say what was put right after a failed check, once.

    The first passed check of the same kind after it ends the suspect time.
    """
    check = record_correction(session, check_id, body.reason, body.at, actor, now)
    names = set(CheckOut.model_fields) - {"lot", "line"}
    lot, line = (
        session.get_one(Lot, check.lot_id),
        session.get_one(LineRow, check.line_id),
    )
    told = {name: getattr(check, name) for name in names}
    return told | {"lot": lot.code, "line": line.code}


class WithdrawnIn(Told):
    """Why a cleaning is withdrawn."""

    reason: Reason


@writes(
    "/cleanings/<int:cleaning_id>/withdrawal",
    "line.status",
    WithdrawnIn,
    CleaningOut,
    tag=TAG,
)
def withdraw_one_cleaning(
    session: Session, body: WithdrawnIn, cleaning_id: int, actor: Actor, now: datetime
) -> Any:
    """Take back a cleaning that was recorded by mistake, once.

    The record stays. It ends no suspect time any more: scopes kept before may become
    stale. One that took place after all is recorded anew.
    """
    cleaning = withdraw_cleaning(session, cleaning_id, body.reason, actor, now)
    names = set(CleaningOut.model_fields) - {"line"}
    told = {name: getattr(cleaning, name) for name in names}
    return told | {"line": session.get_one(LineRow, cleaning.line_id).code}


def _shown(line: LineRow) -> dict[str, Any]:
    names = set(LineOut.model_fields) - {"site"}
    return {name: getattr(line, name) for name in names} | {"site": line.site.code}
