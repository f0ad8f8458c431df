"""Line clearance at a changeover (清场): nothing of the batch before is left there."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .tables import LineRun


def confirm_clearance(
    session: Session,
    lot_id: int,
    actor: Actor,
    now: datetime,
    *,
    by: str = "",
    at: datetime | None = None,
) -> LineRun:
    """Say that the line is clear for a batch running on it; again changes nothing.

    A line PC tells afterwards ``by`` whom, a log-in name, and when it was; never before
    the run began.

    Raises Forbidden, Conflict ``lot_off_line`` when the batch does not run anywhere.
    """
    actor.require("batch.open")
    lot = lock_lots(session, [lot_id])[lot_id]
    run = open_run(session, lot)
    if run is None:
        raise Conflict(
            "lot_off_line",
            N_("Batch %(lot)s runs on no line now: there is no line to clear for it."),
            lot=lot.code,
        )
    if run.cleared_at is None:
        when = max(run.started_at, min(at or now, now))
        run.cleared_at, run.cleared_by = when, by or actor.login
        told = {"line": run.line.code, "lot": lot.code, "by": run.cleared_by}
        audit.record(session, actor.login, "line.clear", f"lot:{lot.id}", now, **told)
        session.flush()
    return run


def require_cleared(session: Session, lot: Lot) -> None:
    """Raises Conflict ``line_not_cleared`` unless the batch's line was cleared for it.

    A batch that runs nowhere is not refused here (``runs.require_on_line``).
    """
    run = open_run(session, lot)
    if run is not None and run.cleared_at is None:
        raise Conflict(
            "line_not_cleared",
            N_(
                "The line is not cleared for batch %(lot)s. Take away all labels and "
                "packs of the batch before, press F7 and confirm; then print."
            ),
            lot=lot.code,
        )


def open_run(session: Session, lot: Lot) -> LineRun | None:
    """The run of a batch that goes on now."""
    running = sa.select(LineRun).filter_by(lot_id=lot.id, ended_at=None)
    return session.scalars(running).first()
