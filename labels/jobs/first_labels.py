"""The first-label check of a print job (首件确认): the label says what it should.

Whoever checks scans the first label that came out. It must be the first of this job:
then paper, batch and reading are right, and the job may go on.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...trace import audit
from ...trace.db import Base
from ...trace.errors import N_, Conflict
from ...trace.faults import read_fault
from ...trace.parties.lots import lock_lots
from ...trace.people import Actor
from .tables import PrintJob

MOST_SCANNED = 200
"""Characters kept of what was scanned."""
FIRST = "first_label_check"
"""Code of the pause in which a job waits for its first label to be scanned."""


class FirstLabel(Base):
    """A scan of what came out first."""

    __tablename__ = "first_label"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("print_job.id"), index=True)
    scanned: Mapped[str]
    """What the label said."""
    lot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lot.id"))
    """The batch of the scanned code, where it is one of ours."""
    item: Mapped[int | None]
    matches: Mapped[bool]
    checked_by: Mapped[str]
    checked_at: Mapped[datetime]


def check_first_label(
    session: Session,
    job: PrintJob,
    scanned: str,
    found: tuple[int, int] | None,
    actor: Actor,
    now: datetime,
) -> FirstLabel:
    """Note a scan of a job's first label; it matches only when it is that label.

    ``found`` is the batch's id and the item of the scanned code, None for a code that
    is none of ours. Raises Forbidden, Conflict ``job_not_printed``.
    """
    actor.require("labels.print")
    lock_lots(session, [job.lot_id])
    if job.state in ("created", "failed"):
        raise Conflict(
            "job_not_printed",
            N_("Nothing of %(job)s has come out yet. Print first, then scan it."),
            job=job.number,
        )
    check = FirstLabel(
        job_id=job.id,
        scanned=scanned[:MOST_SCANNED],
        lot_id=found[0] if found else None,
        item=found[1] if found else None,
        matches=found == (job.lot_id, job.lo),
        checked_by=actor.login,
        checked_at=now,
    )
    session.add(check)
    told = {"matches": check.matches, "scanned": check.scanned}
    about = f"print_job:{job.id}"
    audit.record(session, actor.login, "labels.first", about, now, **told)
    session.flush()
    return check


def first_label_of(session: Session, job: PrintJob) -> FirstLabel | None:
    """The last first-label check of a job."""
    checks = sa.select(FirstLabel).where(FirstLabel.job_id == job.id)
    return session.scalars(checks.order_by(FirstLabel.id.desc()).limit(1)).first()


def first_label_missing(session: Session, job: PrintJob) -> bool:
    """Whether nobody has found the first label of a job right yet."""
    last = first_label_of(session, job)
    return last is None or not last.matches


def awaits_first(job: PrintJob) -> bool:
    """It stands still until its first label is found right."""
    fault = read_fault(job.error) if job.state == "paused" and job.error else None
    return fault is not None and fault.code == FIRST


def require_first(session: Session, job: PrintJob) -> None:
    """Raises Conflict ``first_label_due`` unless a job's first label was right."""
    if first_label_missing(session, job):
        raise Conflict(
            "first_label_due",
            N_(
                "The first label of %(job)s is not checked yet. Press F5 and scan it; "
                "when it matches, print on."
            ),
            job=job.number,
        )


def last_order(session: Session, lot_id: int) -> PrintJob | None:
    """The latest job of a batch for new labels: a reprint has no first label."""
    orders = sa.select(PrintJob).where(PrintJob.lot_id == lot_id, ~PrintJob.reprint)
    return session.scalars(orders.order_by(PrintJob.id.desc()).limit(1)).first()
