"""What people do to a job at a line PC: pause, resume, settle doubts, cancel the rest.

The same rules as at the plant's printers (``labels.jobs.steering``): a label whose
coming out is in doubt is never sent again.
"""

from sqlalchemy.orm import Session

from ...labels.jobs.first_labels import FIRST
from ...labels.jobs.steering import LOST
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.faults import read_fault, write_fault
from ...trace.identity.items import EMPTY, ItemSet
from .events import note_event, noted
from .held import Place
from .spans import GONE, OUT, cut, move, spans_of
from .tables import Job, Span
from .times import Tick

LIVE = ("printing", "paused")
"""States of a job that is not over."""


def pause(session: Session, job: Job, why: LotmarkError) -> None:
    """Send nothing more of a job until it is resumed."""
    if job.state == "printing":
        job.state, job.why = "paused", write_fault(why)
        session.flush()


def resume(session: Session, job: Job, last: Place | None, by: str, at: Tick) -> None:
    """Go on with the first label never sent.

    ``last`` is the last label in the operator's hand: all up to it came out, what was
    sent after it is in doubt from now on. Raises Conflict for a label of another job,
    and ``first_label_due`` for a job whose first label this is not.
    """
    if job.state != "paused":
        return
    if awaits_first(job):
        _require_first(session, job, last)
    if last is not None:
        _settle_up_to(session, job, last, by, at)
    job.state, job.why = "printing", ""
    session.flush()
    end_if_done(session, job)


def awaits_first(job: Job) -> bool:
    """It stands still until its first label was scanned."""
    fault = read_fault(job.why) if job.state == "paused" and job.why else None
    return fault is not None and fault.code == FIRST


def _require_first(session: Session, job: Job, last: Place | None) -> None:
    first = next(iter(spans_of(session, *GONE, job_id=job.id)), None)
    if last is None or first is None or last != Place(first.block_id, first.lo):
        raise Conflict(
            "first_label_due_here",
            N_("Scan the first label of this job. When it is right, the rest follows."),
        )


def _settle_up_to(session: Session, job: Job, last: Place, by: str, at: Tick) -> None:
    sent = spans_of(session, *OUT, "sending", "needs_scan", job_id=job.id)
    if not any(_holds(span, last) for span in sent):
        raise Conflict(
            "label_not_of_job",
            N_(
                "This label was not sent by the job that waits. Scan the last label "
                "that came out of the printer."
            ),
        )
    for span in sent:
        if upto := _up_to(span, last):
            came_out(session, job, cut(session, span, upto), by, at)
    after = spans_of(session, "sending", "sent", job_id=job.id)
    move(session, after, "needs_scan")


def _holds(span: Span, place: Place) -> bool:
    return span.block_id == place.block_id and span.lo <= place.number < span.hi


def _up_to(span: Span, last: Place) -> ItemSet:
    """The labels of a span that came out when ``last`` was the last of all."""
    if span.block_id != last.block_id:
        earlier = span.block_id < last.block_id
        return ItemSet.range(span.lo, span.hi) if earlier else EMPTY
    hi = min(span.hi, last.number + 1)
    return ItemSet.range(span.lo, hi) if span.lo < hi else EMPTY


def came_out(session: Session, job: Job, spans: list[Span], by: str, at: Tick) -> None:
    """Labels are out, says the printer or a scan: from now on they are printed."""
    new = [span for span in spans if span.state != "confirmed"]
    kind = "reprinted" if job.copy else "printed"
    for block_id, places in move(session, new, "confirmed").items():
        if not job.copy:
            places -= noted(session, block_id, "printed")
        reason = job.reason if job.copy else ""
        note_event(session, block_id, kind, places, at, by=by, reason=reason)


def settle_scan(session: Session, place: Place, by: str, at: Tick) -> bool:
    """A label in doubt is in somebody's hand: it came out. Whether it was in doubt."""
    for span in spans_of(session, "needs_scan"):
        if _holds(span, place):
            job = session.get_one(Job, span.job_id)
            came_out(session, job, cut(session, span, place.alone), by, at)
            end_if_done(session, job)
            return True
    return False


def settle_lost(session: Session, job: Job, by: str, at: Tick) -> int:
    """All labels in doubt did not come out: their codes are void; how many."""
    count = 0
    spans = spans_of(session, "needs_scan", job_id=job.id)
    for block_id, places in move(session, spans, "lost").items():
        note_event(session, block_id, "voided", places, at, by=by, reason=LOST)
        count += places.count
    end_if_done(session, job)
    return count


def cancel_rest(session: Session, job: Job) -> int:
    """Never send what was not sent yet; how many labels."""
    spans = spans_of(session, "waiting", job_id=job.id)
    count = sum(span.hi - span.lo for span in spans)
    move(session, spans, "cancelled")
    in_doubt = spans_of(session, "needs_scan", job_id=job.id)
    if in_doubt:
        pause(session, job, labels_in_doubt())
    end_if_done(session, job)
    return count


def labels_in_doubt() -> Conflict:
    return Conflict(
        "labels_in_doubt",
        N_("Some labels may have come out. Scan them, or say that they did not."),
    )


def end_if_done(session: Session, job: Job) -> None:
    """End a job of which no label is waiting, on its way or in doubt."""
    if job.state not in LIVE:
        return
    if spans_of(session, "waiting", "sending", "sent", "needs_scan", job_id=job.id):
        return
    cut_short = bool(spans_of(session, "cancelled", job_id=job.id))
    job.state, job.why = ("cancelled" if cut_short else "finished"), ""
    session.flush()
