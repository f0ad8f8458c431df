"""Whether a notice is out: on every channel that goes together, within 15 minutes.

Our own page never waits for the others; what waits is the word *published* (N3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, outbox, rules
from ...trace.people import system
from ..recalls.tables import Recall
from .machine import NOTICE, OUT, SHOWN
from .reading import ZONE, newest, scope_of
from .tables import Notice, NoticeDelivery

ALARM = "notice.alarm"
"""Outbox effect: tell those on duty that the channels are not out together."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """How the channels that go together stand."""

    out: bool
    """All of them are out."""
    late: bool
    """More than the limit lies, or already lay, between the first and the last."""
    minutes: int
    """Whole minutes between the first and the last, or now."""


def barrier(
    sent: Iterable[datetime | None], since: datetime, now: datetime, limit: timedelta
) -> Barrier:
    """``sent`` is when each went out, None where it has not (Appendix B 11).

    ``since`` stands for the first while none is out.
    """
    times = list(sent)
    known = [at for at in times if at is not None]
    out = len(known) == len(times)
    first = min(known, default=since)
    last = max(known, default=since) if out else max(now, *known, since)
    return Barrier(out, last - first > limit, int((last - first).total_seconds() // 60))


def barrier_of(session: Session, notice: Notice, now: datetime) -> Barrier:
    """The barrier of a notice that is out."""
    rows = sa.select(NoticeDelivery.sent_at).where(
        NoticeDelivery.notice_id == notice.id, NoticeDelivery.together
    )
    since = notice.publishing_at or now
    return barrier(session.scalars(rows), since, now, window(since))


def window(at: datetime) -> timedelta:
    """How far apart the channels may be."""
    return timedelta(
        minutes=rules.limit("notice.together", at.astimezone(ZONE).date()).minutes
    )


def check_out(session: Session, notice: Notice, now: datetime) -> Barrier:
    """Say published once all are out; raise the alarm when they were not together."""
    session.refresh(notice, with_for_update={"of": Notice})
    found = barrier_of(session, notice, now)
    if found.late and notice.alarm_at is None:
        notice.alarm_at = now
        about = f"notice:{notice.id}"
        audit.record(
            session, "system", "notice.not_together", about, now, minutes=found.minutes
        )
        key = f"{ALARM}:{notice.id}"
        outbox.enqueue(session, ALARM, {"notice": notice.id}, key, now)
    if found.out and notice.state == "publishing":
        flow.apply(session, NOTICE, notice, "complete", system(), now, published_at=now)
    session.flush()
    return found


def notices_are_approved(session: Session, recall: Recall) -> bool:
    """Guard of the recall's ``publish``: the newest notice is of the present scope and
    approved, or out already.
    """
    notice = newest(session, recall.id)
    return (
        notice is not None
        and notice.state in ("approved", *OUT)
        and notice.scope_hash == scope_of(session, recall).hash
    )


def notices_are_out(session: Session, recall: Recall) -> bool:
    """The newest notice stands on our own site, of the present scope."""
    notice = newest(session, recall.id)
    return (
        notice is not None
        and notice.state in OUT
        and notice.scope_hash == scope_of(session, recall).hash
    )


def notices_are_complete(session: Session, recall: Recall) -> bool:
    """Every channel that goes together is out: only then is it *published*."""
    notice = newest(session, recall.id)
    return notice is not None and notice.state == "published"


def newest_shown(session: Session, recall_id: int) -> Notice | None:
    """The newest version that was ever out."""
    rows = sa.select(Notice).where(
        Notice.recall_id == recall_id, Notice.state.in_(SHOWN)
    )
    return session.scalar(rows.order_by(Notice.version.desc()).limit(1))
