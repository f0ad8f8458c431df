"""One label once more at a line PC, because the first is spoiled and destroyed."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...labels.jobs.reprints import MOST_COPIES, check_reprints
from ...trace.errors import N_, Conflict, Forbidden
from .events import noted, server_now
from .held import Place, blocks_of
from .operators import Operator
from .orders import block_over, require_idle
from .spans import OUT, places_in
from .tables import Block, Job, Span
from .times import Tick


def reprint(
    session: Session,
    place: Place,
    reason: str,
    key: str,
    who: Operator,
    at: Tick,
    *,
    leader: Operator | None = None,
) -> Job:
    """Print a label once more, because the first is spoiled and destroyed.

    ``leader`` is the line leader who agrees, needed above the limit unless the operator
    is one: the plant's rule (``labels.jobs.reprints``), by what was printed here.
    Raises Conflict while another job is live, for a label that is not loose, and for
    one printed too often; Forbidden ``reprint_needs_leader``.
    """
    known = session.scalar(sa.select(Job).where(Job.request_key == key))
    if known is not None:
        return known
    require_idle(session)
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
    agreed = _check_leader(session, block.lot_id, (who, leader), at)
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
        reason=f"{reason} ({agreed})" if agreed else reason,
        request_key=key,
        by=who.name,
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


def _check_leader(
    session: Session, lot_id: int, persons: tuple[Operator, Operator | None], at: Tick
) -> str:
    """The name of the line leader who agreed, where one had to."""
    who, leader = persons
    if leader is not None:
        leader.require("labels.void")
        if leader.login == who.login:
            raise Forbidden(
                "second_person_here",
                N_("%(name)s asked for it: another person has to agree."),
                name=who.name,
            )
        return leader.name
    if "labels.void" not in who.rights:
        blocks = blocks_of(session, lot_id)
        printed = sum(places_in(session, one.id, *OUT).count for one in blocks)
        check_reprints(reprinted(session, lot_id) + 1, printed, server_now(session, at))
    return ""


def reprinted(session: Session, lot_id: int) -> int:
    """Labels of a batch printed again here, or that were to be."""
    again = sa.select(sa.func.count(Job.id)).where(Job.lot_id == lot_id, Job.copy > 0)
    return session.scalar(again) or 0
