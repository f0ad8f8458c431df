"""Stopping a line, putting it right, and letting it run again (domain.md §2.1, §3.4).

[004] 停线整改，整改合格后重新抽检: a line that is being put right takes no run before a
re-sample of what it made has passed.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit, flow
from ..errors import N_, Conflict, NotFound
from ..flow import Machine, Step
from ..parties.lots import lock_lots
from ..parties.tables import Line
from ..people import Actor
from .tables import LineRun, LineStop, ProcessCheck
from .told import check_choice, check_past, check_reason

LINE = Machine(
    "line",
    "status",
    {
        "stop": Step(("running",), "stopped", "line.status"),
        "start": Step(("stopped",), "running", "line.status"),
        "rectify": Step(("running", "stopped"), "rectifying", "line.status"),
        "restart": Step(("rectifying",), "running", "line.status"),
    },
)
"""Steps of a line; ``restart`` is taken by ``record_restart_check`` alone."""
CHECKS = ("vacuum", "sterilisation", "metal", "weight", "seal", "temperature")


def change_line(
    session: Session, line_id: int, step: str, reason: str, actor: Actor, now: datetime
) -> Line:
    """Stop a line, start it again, or begin to put it right.

    A stop is a pause within a run; putting right ends the run, so that what is made
    before and after never is one batch by oversight.

    Raises Conflict ``wrong_state``; a line being put right needs its restart check.
    """
    check_choice(step, ("stop", "start", "rectify"))
    reason = check_reason(reason)
    line = _line(session, line_id)
    if flow.apply(session, LINE, line, step, actor, now):
        if step == "rectify":
            _end_runs(session, line, now)
        _keep_stop(session, line, step, reason, now)
        _note(session, line, reason, actor, now)
    return line


def record_restart_check(
    session: Session,
    line_id: int,
    lot_id: int,
    *,
    kind: str,
    value: str,
    limits: str,
    result: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Line:
    """Goods of a line were sampled again after it was put right.

    A passed check lets the line run again; a failed one is noted, and the line stays as
    it is. Needs QA besides the right to change lines (domain.md §3.4 P6).
    """
    actor.require("inspection.record")
    check_choice(kind, CHECKS)
    check_choice(result, ("pass", "fail"))
    reason = check_reason(reason)
    lot = lock_lots(session, [lot_id])[lot_id]
    line = _line(session, line_id)
    ran = sa.select(LineRun.id).filter_by(line_id=line.id, lot_id=lot.id).limit(1)
    if lot.line_id != line.id and session.scalar(ran) is None:
        raise Conflict(
            "lot_of_other_line",
            N_("Batch %(lot)s never ran on line %(line)s: sample what it made."),
            lot=lot.code,
            line=line.code,
        )
    check = ProcessCheck(
        lot_id=lot.id,
        line_id=line.id,
        at=now,
        kind=kind,
        value=value.strip(),
        limits=limits.strip(),
        result=result,
    )
    session.add(check)
    if result == "pass":
        flow.apply(session, LINE, line, "restart", actor, now)
        _end_stop(session, line, now, check)
    else:
        actor.require("line.status")
    _note(session, line, f"{kind} {value.strip()}: {result}; {reason}", actor, now)
    session.flush()
    return line


def record_correction(
    session: Session,
    check_id: int,
    what: str,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> ProcessCheck:
    """Say what was put right after a failed check, and when.

    The first passed check of the same kind after that ends the suspect time (domain.md
    §4.3.2); a passed check without a correction before it ends nothing. Once on record
    a correction is not changed.

    Raises Forbidden, InvalidInput ``reason_missing``, ``time_ahead``, NotFound
    ``check_unknown``, Conflict ``check_not_failed``, ``already_corrected``.
    """
    actor.require("line.status")
    what = check_reason(what)
    check_past(at, now)
    check = session.get(ProcessCheck, check_id)
    if check is None:
        raise NotFound(
            "check_unknown", N_("No process check %(name)s is recorded."), name=check_id
        )
    lock_lots(session, [check.lot_id])
    session.refresh(check, with_for_update=True)
    if check.result != "fail" or at < check.at:
        raise Conflict(
            "check_not_failed",
            N_("Only a failed check is corrected, and not before it was made."),
        )
    if check.corrected_at is not None:
        if (check.corrected_at, check.correction) == (at, what):
            return check
        raise Conflict(
            "already_corrected",
            N_("A correction is on record already: %(what)s."),
            what=check.correction,
        )
    check.corrected_at, check.correction = at, what
    check.corrected_by = actor.login
    told = {"kind": check.kind, "when": at.isoformat(), "what": what}
    about = f"process_check:{check.id}"
    audit.record(session, actor.login, "check.correct", about, now, **told)
    session.flush()
    return check


def _line(session: Session, line_id: int) -> Line:
    line = session.get(Line, line_id)
    if line is None:
        raise NotFound(
            "line_unknown", N_("No line %(line)s is recorded."), line=line_id
        )
    return line


def _end_runs(session: Session, line: Line, now: datetime) -> None:
    running = sa.select(LineRun).filter_by(line_id=line.id, ended_at=None)
    for run in session.scalars(running):
        run.ended_at = max(now, run.started_at + timedelta(seconds=1))
    session.flush()


def _keep_stop(
    session: Session, line: Line, step: str, reason: str, now: datetime
) -> None:
    """Write when nothing was made: scopes end there (domain.md §4.3.2)."""
    if step == "start":
        _end_stop(session, line, now)
        return
    stop = _open_stop(session, line)
    if stop is None:
        stop = LineStop(line_id=line.id, started_at=now, reason=reason)
        session.add(stop)
    if step == "rectify":
        stop.rectified_at, stop.reason = now, reason
    session.flush()


def _end_stop(
    session: Session, line: Line, now: datetime, check: ProcessCheck | None = None
) -> None:
    session.flush()
    if (stop := _open_stop(session, line)) is not None:
        stop.check_id = check.id if check else None
        stop.ended_at = max(now, stop.started_at + timedelta(seconds=1))
        session.flush()


def _open_stop(session: Session, line: Line) -> LineStop | None:
    open_now = sa.select(LineStop).filter_by(line_id=line.id, ended_at=None)
    return session.scalars(open_now).one_or_none()


def _note(
    session: Session, line: Line, reason: str, actor: Actor, now: datetime
) -> None:
    told = {"status": line.status, "reason": reason}
    audit.record(session, actor.login, "line.reason", f"line:{line.id}", now, **told)
