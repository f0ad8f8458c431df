"""Ordering labels at a line PC: one printer, one job at a time."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict, InvalidInput, TooLarge
from .clearance import require_cleared
from .events import server_now
from .held import codes_left, open_blocks
from .steering import LIVE
from .tables import Batch, Block, Job, Span
from .times import Tick

MOST_AT_ONCE = 20_000
"""Labels of one order."""


def live_job(session: Session) -> Job | None:
    """The job that prints or is paused: there is one printer, and one job at a time."""
    jobs = sa.select(Job).where(Job.state.in_(LIVE)).order_by(Job.id)
    return session.scalars(jobs).first()


def require_idle(session: Session) -> None:
    """Raises Conflict ``job_live`` while a job prints or is paused."""
    if live_job(session) is not None:
        raise Conflict(
            "job_live",
            N_(
                "Labels are being printed already. End that job first, then order more."
            ),
        )


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

    Raises InvalidInput, TooLarge, Conflict ``job_live``, ``line_not_cleared_here``,
    ``batch_on_hold``, ``codes_used_up``.
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
    require_idle(session)
    require_cleared(session, batch)
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
