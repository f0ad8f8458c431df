"""Ordering labels at a line PC, and ordering one of them again.

One printer, one job at a time.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...labels.jobs.reprints import MOST_COPIES
from ...trace.errors import N_, Conflict, InvalidInput, TooLarge
from .events import noted, server_now
from .held import Place, codes_left, open_blocks
from .spans import OUT, places_in
from .steering import LIVE
from .tables import Batch, Block, Job, Span
from .times import Tick

MOST_AT_ONCE = 20_000
"""Labels of one order."""


def live_job(session: Session) -> Job | None:
    """The job that prints or is paused: there is one printer, and one job at a time."""
    jobs = sa.select(Job).where(Job.state.in_(LIVE)).order_by(Job.id)
    return session.scalars(jobs).first()


def order(
    session: Session,
    lot_id: int,
    count: int,
    key: str,
    by: str,
    at: Tick,
    *,
    first_check: bool,
) -> Job:
    """Print the next ``count`` labels of a batch; the same ``key`` again is one job.

    Raises InvalidInput, TooLarge, Conflict ``job_live``, ``batch_on_hold``,
    ``codes_used_up``.
    """
    known = session.scalar(sa.select(Job).where(Job.request_key == key))
    if known is not None:
        return known
    _check_order(session, lot_id, count, at)
    job = Job(
        lot_id=lot_id,
        count=count,
        first_check=first_check,
        request_key=key,
        by=by,
        at=server_now(session, at),
    )
    session.add(job)
    session.flush()
    for block in open_blocks(session, lot_id, at):
        take = min(count, block.count - block.ordered)
        if take:
            lo = block.ordered
            session.add(Span(job_id=job.id, block_id=block.id, lo=lo, hi=lo + take))
            block.ordered += take
            count -= take
    session.flush()
    return job


def _check_order(session: Session, lot_id: int, count: int, at: Tick) -> None:
    batch = session.get_one(Batch, lot_id)
    if count < 1:
        raise InvalidInput(
            "count_invalid",
            N_("Expected a number of labels from 1, got %(count)s."),
            count=count,
        )
    if count > MOST_AT_ONCE:
        raise TooLarge(
            "count_too_large",
            N_("Expected at most %(most)s labels at once, got %(count)s."),
            most=MOST_AT_ONCE,
            count=count,
        )
    if live_job(session) is not None:
        raise Conflict(
            "job_live",
            N_(
                "Labels are being printed already. End that job first, then order more."
            ),
        )
    if holds := batch.label["holds"]:
        raise Conflict(
            "batch_on_hold",
            N_("Batch %(batch)s is on hold (%(holds)s). Ask QA before you go on."),
            batch=batch.label["batch_no"],
            holds=", ".join(holds),
        )
    left = codes_left(session, lot_id, at)
    if count > left:
        raise Conflict(
            "codes_used_up",
            N_(
                "This PC holds %(left)s codes of batch %(batch)s for now, %(count)s "
                "are wanted. Order fewer, or connect the network to get more."
            ),
            left=left,
            batch=batch.label["batch_no"],
            count=count,
        )


def reprint(
    session: Session, place: Place, reason: str, key: str, by: str, at: Tick
) -> Job:
    """Print a label once more, because the first is spoiled and destroyed.

    Raises Conflict while another job is live, for a label that is not loose, and for
    one printed too often.
    """
    known = session.scalar(sa.select(Job).where(Job.request_key == key))
    if known is not None:
        return known
    if live_job(session) is not None:
        raise Conflict(
            "job_live",
            N_(
                "Labels are being printed already. End that job first, then order more."
            ),
        )
    block = session.get_one(Block, place.block_id)
    gone = noted(session, block.id, "applied") | noted(session, block.id, "voided")
    if place.alone - places_in(session, block.id, *OUT) or place.alone & gone:
        raise Conflict(
            "reprint_not_loose_here",
            N_(
                "Only a label that was printed here and is neither on a pack nor void "
                "is printed again."
            ),
        )
    if server_now(session, at) > block.until:
        raise block_over(block)
    copy = copies_of(session, place) + 1
    if copy > MOST_COPIES:
        raise Conflict(
            "reprint_too_often",
            N_("A code is reprinted at most %(most)s times. Void it, use a new one."),
            most=MOST_COPIES,
        )
    job = Job(
        lot_id=block.lot_id,
        count=1,
        copy=copy,
        reason=reason,
        request_key=key,
        by=by,
        at=server_now(session, at),
    )
    session.add(job)
    session.flush()
    lo, hi = place.alone.intervals[0]
    session.add(Span(job_id=job.id, block_id=block.id, lo=lo, hi=hi))
    session.flush()
    return job


def copies_of(session: Session, place: Place) -> int:
    """How often a label was printed again, or may have been."""
    most = (
        sa.select(sa.func.max(Job.copy))
        .join(Span, Span.job_id == Job.id)
        .where(
            Span.block_id == place.block_id,
            Span.lo <= place.number,
            Span.hi > place.number,
        )
    )
    return session.scalar(most) or 0


def block_over(block: Block) -> Conflict:
    """Nothing more may be printed from a block."""
    return Conflict(
        "station_block_over",
        N_(
            "The shift of this block of codes is over: nothing more is printed from "
            "it. Connect the network: what was printed is reported, a new block comes."
        ),
        block=block.id,
    )
