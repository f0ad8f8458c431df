"""The states of a job on a printer (domain.md §3.9), and how it comes to its end."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import flow
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.faults import write_fault
from ...trace.flow import Step
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import lock_lots
from ...trace.people import Actor
from .tables import PrintBlock, PrintJob

LIVE = ("created", "sent", "printing")
"""States in which the press sends."""
ENDED = ("finished", "cancelled", "failed", "reconciled")

MACHINE = flow.Machine(
    "print_job",
    "state",
    {
        "send": Step(("created",), "sent", "labels.print"),
        "print": Step(("sent",), "printing", "labels.print"),
        "pause": Step(LIVE, "paused", "labels.print"),
        "resume": Step(("paused",), "sent", "labels.print"),
        "finish": Step((*LIVE, "paused"), "finished", "labels.print"),
        "cancel": Step((*LIVE, "paused"), "cancelled", "labels.print"),
        "fail": Step((*LIVE, "paused"), "failed", "labels.print"),
        "reconcile": Step(("finished", "cancelled"), "reconciled", "labels.void"),
    },
)


def lock_job(session: Session, job: PrintJob) -> PrintJob:
    """The job on a printer, locked after its lot. Raises Conflict ``job_is_file``."""
    lock_lots(session, [job.lot_id])
    session.refresh(job, with_for_update={"of": PrintJob})
    if job.printer_id is None:
        raise Conflict(
            "job_is_file",
            N_(
                "The labels of %(job)s are a file, not a job on a printer. "
                "Open the file and print it."
            ),
            job=job.number,
        )
    return job


def pause_for(
    session: Session, job: PrintJob, error: LotmarkError, actor: Actor, now: datetime
) -> None:
    """Pause a live job and say why; one that is not live keeps its state."""
    if job.state in LIVE:
        flow.apply(session, MACHINE, job, "pause", actor, now, error=write_fault(error))


def end_if_done(session: Session, job: PrintJob, actor: Actor, now: datetime) -> None:
    """End a locked job when no label of it is waiting or on its way.

    With labels in doubt it pauses instead, until they are settled.
    """
    if job.state not in (*LIVE, "paused"):
        return
    states = set(
        session.scalars(
            sa.select(PrintBlock.state).where(PrintBlock.job_id == job.id).distinct()
        )
    )
    if states & {"waiting", "sending"} or items_inside(session, job, now):
        return
    if "needs_scan" in states:
        pause_for(session, job, _in_doubt(), actor, now)
        return
    step = "cancel" if "cancelled" in states else "finish"
    flow.apply(session, MACHINE, job, step, actor, now, finished_at=now, error="")


def _in_doubt() -> Conflict:
    return Conflict(
        "labels_in_doubt",
        N_("Some labels may have come out. Scan them, or say that they did not."),
    )


def items_inside(session: Session, job: PrintJob, now: datetime) -> ItemSet:
    """Items of a job whose labels may still be inside the printer."""
    found = sa.select(PrintBlock.lo, PrintBlock.hi).where(
        PrintBlock.job_id == job.id, is_inside(now)
    )
    return ItemSet.from_intervals((row.lo, row.hi) for row in session.execute(found))


def is_inside(now: datetime) -> sa.ColumnElement[bool]:
    """Sent, and neither confirmed nor due out by the printer's usual pace."""
    return sa.and_(
        PrintBlock.state == "sent",
        sa.or_(PrintBlock.due_out.is_(None), PrintBlock.due_out > now),
    )
