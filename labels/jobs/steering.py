"""What people do to a job on a printer: pause, resume, settle doubts, cancel the rest.

A label whose coming out is in doubt is never sent again: it is scanned, and counts; or
somebody says it did not come out, and its code is void. New labels have new codes.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.people import Actor
from ...trace.production.items import void_items
from ...trace.production.marks import mark_items, marked_items
from .blocks import OUT, blocks_of, count_done, items_in, move_items
from .first_labels import awaits_first, require_first
from .machine import ENDED, MACHINE, end_if_done, items_inside, lock_job, pause_for
from .tables import PrintJob

LOST = "did not come out"
"""Reason with which labels are voided that a printer swallowed."""


def pause_job(session: Session, job: PrintJob, actor: Actor, now: datetime) -> None:
    """Send nothing more until it is resumed; what the printer has still comes out."""
    actor.require("labels.print")
    _locked(session, job)
    by_hand = Conflict(
        "paused_by_hand",
        N_("%(name)s paused it. Resume when you are ready."),
        name=actor.name,
    )
    pause_for(session, job, by_hand, actor, now)


def resume_job(
    session: Session, job: PrintJob, last: int | None, actor: Actor, now: datetime
) -> ItemSet:
    """Go on with the first label never sent; the labels flagged "needs scan".

    ``last`` is the item number of the last label in the operator's hand
    (``scanned.item_of``): what this pause made doubtful came out up to it; what was
    sent after it and is not known to be out is flagged. Labels flagged since an earlier
    pause stay so: nobody saw them. Raises Conflict for a job that is not paused or
    whose first label nobody found right yet, and for a label that was never sent.
    """
    actor.require("labels.print")
    _locked(session, job)
    if job.state != "paused":
        raise Conflict(
            "job_not_paused",
            N_("Print job %(job)s is not paused: there is nothing to resume."),
            job=job.number,
        )
    if awaits_first(job):
        require_first(session, job)
    if last is not None:
        _settle_up_to(session, job, last, actor, now)
    flow.apply(session, MACHINE, job, "resume", actor, now, error="", resumed_at=now)
    end_if_done(session, job, actor, now)
    return items_in(session, job, "needs_scan")


def _settle_up_to(
    session: Session, job: PrintJob, last: int, actor: Actor, now: datetime
) -> None:
    gone = items_in(session, job, "sending", "sent", "confirmed", "needs_scan", "lost")
    if last not in gone:
        raise Conflict(
            "label_not_sent",
            N_(
                "Label %(item)s was not sent by job %(job)s, so it cannot be its last "
                "one. Scan the last label that came out of this printer."
            ),
            item=last + 1,
            job=job.number,
        )
    upto = ItemSet.range(job.lo, last + 1)
    _came_out(session, job, upto & _doubtful_now(session, job, now), actor, now)
    rest = ItemSet.range(last + 1, job.hi) if last + 1 < job.hi else EMPTY
    move_items(session, job, rest, ("sent",), "needs_scan", settled_at=now)
    count_done(session, job)


def _doubtful_now(session: Session, job: PrintJob, now: datetime) -> ItemSet:
    """What may be in the printer, and what was flagged since the job last went on."""
    flagged = [
        block
        for block in blocks_of(session, job, "needs_scan")
        if job.resumed_at is None
        or (block.settled_at and block.settled_at > job.resumed_at)
    ]
    return items_inside(session, job, now) | ItemSet.from_intervals(
        (block.lo, block.hi) for block in flagged
    )


def settle_scan(
    session: Session, job: PrintJob, here: ItemSet, actor: Actor, now: datetime
) -> ItemSet:
    """Flagged labels were scanned: they are here, and count as printed; which were.

    Labels that are not flagged change nothing. The last one settled ends the job.
    """
    actor.require("labels.print")
    _locked(session, job)
    settled = _came_out(session, job, here, actor, now, ("needs_scan",))
    count_done(session, job)
    if job.state == "paused" and not items_in(session, job, "waiting"):
        end_if_done(session, job, actor, now)
    return settled


def settle_lost(
    session: Session, job: PrintJob, actor: Actor, now: datetime
) -> ItemSet:
    """All labels still flagged did not come out: their codes are void; which were.

    One that was put on a pack or kept as a sample meanwhile did come out. Raises
    Forbidden without the right to void labels: it is the line leader's.
    """
    actor.require("labels.void")
    _locked(session, job)
    seen = marked_items(session, job.lot_id, "applied", "sampled")
    _came_out(session, job, seen, actor, now, ("needs_scan",))
    flagged = items_in(session, job, "needs_scan")
    if flagged:
        void_items(session, job.lot_id, flagged, LOST, actor, now)
        move_items(session, job, flagged, ("needs_scan",), "lost", settled_at=now)
    count_done(session, job)
    if job.state == "paused" and not items_in(session, job, "waiting"):
        end_if_done(session, job, actor, now)
    return flagged


def cancel_rest(
    session: Session, job: PrintJob, actor: Actor, now: datetime
) -> ItemSet:
    """Never send what was not sent yet; those labels. Their codes are on no label.

    A job with labels in doubt stays paused until they are settled. Again changes
    nothing.
    """
    actor.require("labels.print")
    _locked(session, job)
    waiting = items_in(session, job, "waiting")
    if waiting:
        move_items(session, job, waiting, ("waiting",), "cancelled", settled_at=now)
        audit.record(
            session,
            actor.login,
            "labels.cancel_rest",
            f"print_job:{job.id}",
            now,
            items=str(waiting)[:200],
            count=waiting.count,
        )
    end_if_done(session, job, actor, now)
    return waiting


def reconcile_job(session: Session, job: PrintJob, actor: Actor, now: datetime) -> None:
    """Sign that each label of an ended job is accounted for (domain.md §3.9 L5).

    Raises Conflict ``labels_open`` while some are not.
    """
    actor.require("labels.void")
    lock_job(session, job)
    gone = marked_items(session, job.lot_id, "applied", "voided", "missing", "sampled")
    left = items_in(session, job, *OUT, "needs_scan", "sending") - gone
    if left:
        raise Conflict(
            "labels_open",
            N_(
                "%(count)s labels of %(job)s are not explained: %(items)s. Say which "
                "are on packs, void or missing, then sign."
            ),
            count=left.count,
            job=job.number,
            items=str(left)[:80],
        )
    flow.apply(session, MACHINE, job, "reconcile", actor, now)


def reconcile_jobs(session: Session, lot_id: int, actor: Actor, now: datetime) -> None:
    """Sign for every ended job of a batch whose labels are all explained."""
    ended = sa.select(PrintJob).where(
        PrintJob.lot_id == lot_id,
        PrintJob.printer_id.is_not(None),
        PrintJob.state.in_(("finished", "cancelled")),
    )
    for job in session.scalars(ended.order_by(PrintJob.id)).unique().all():
        reconcile_job(session, job, actor, now)


def _came_out(
    session: Session,
    job: PrintJob,
    items: ItemSet,
    actor: Actor,
    now: datetime,
    sources: tuple[str, ...] = ("sent", "needs_scan"),
) -> ItemSet:
    """Confirm labels; those not counted as printed before are from now on."""
    moved = move_items(session, job, items, sources, "confirmed", settled_at=now)
    note_printed(session, job, moved, actor, now)
    return moved


def note_printed(
    session: Session, job: PrintJob, items: ItemSet, actor: Actor, now: datetime
) -> None:
    """Mark items of a job printed, each only once."""
    new = items - marked_items(session, job.lot_id, "printed")
    if new:
        mark_items(session, job.lot_id, new, "printed", actor, now)


def _locked(session: Session, job: PrintJob) -> None:
    lock_job(session, job)
    if job.state in ENDED and not items_in(session, job, "needs_scan"):
        raise Conflict(
            "job_ended",
            N_("Print job %(job)s has ended: nothing of it is left to print."),
            job=job.number,
        )
