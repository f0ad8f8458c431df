"""What happened to labels, written down with the deed, to be told to the server."""

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import EMPTY, ItemSet
from .tables import Event, fact, know
from .times import Anchor, Tick

TOGETHER = timedelta(minutes=1)
"""Events of one kind so close are told as one."""
MOST_RUNS = 200
"""Runs of places told as one."""


def anchor_of(session: Session) -> Anchor | None:
    """From where the server's time is counted; none before it was ever reached."""
    kept = fact(session, "anchor")
    return Anchor.read(kept) if kept else None


def keep_anchor(session: Session, anchor: Anchor) -> None:
    know(session, "anchor", anchor.write())


def server_now(session: Session, at: Tick) -> datetime:
    """The server's time, as well as this PC can know it."""
    anchor = anchor_of(session)
    return anchor.server_time(at) if anchor else at.wall


def note_event(
    session: Session,
    block_id: int,
    kind: str,
    places: ItemSet,
    at: Tick,
    *,
    by: str = "",
    reason: str = "",
) -> None:
    """Write down that something happened to places of a block just now."""
    if not places:
        return
    now = server_now(session, at)
    last = session.scalar(
        sa.select(Event)
        .where(Event.block_id == block_id, Event.kind == kind)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    if last is not None and _goes_with(last, places, at, now, by, reason):
        last.places = str(ItemSet.parse(last.places) | places)
        last.until, last.until_mono, last.wall = now, at.mono, at.wall
    else:
        session.add(_event(block_id, kind, places, at, now, by, reason))
    session.flush()


def noted(session: Session, block_id: int, kind: str) -> ItemSet:
    """Places of a block of which something was written down."""
    found = EMPTY
    rows = sa.select(Event.places).where(Event.block_id == block_id, Event.kind == kind)
    for places in session.scalars(rows):
        found |= ItemSet.parse(places)
    return found


def seal(event: Event, anchor: Anchor, at: Tick) -> datetime:
    """Fix what an event says; what this PC's clock showed now, had nobody set it since.

    The server tells by the difference how long ago it was. That is counted by the clock
    that nobody can set, where the PC was not started again.
    """
    age = _age(event.since, event.since_mono, event.boot, anchor, at)
    if event.told_since is None:
        until = _age(event.until, event.until_mono, event.boot, anchor, at)
        event.told_since = at.wall - age
        event.told_until = at.wall - min(until, age)
    return event.told_since + age


def _age(
    moment: datetime, mono: float, boot: str, anchor: Anchor, at: Tick
) -> timedelta:
    if boot == at.boot:
        return timedelta(seconds=max(at.mono - mono, 0.0))
    return max(anchor.server_time(at) - moment, timedelta(0))


def _goes_with(
    last: Event, places: ItemSet, at: Tick, now: datetime, by: str, reason: str
) -> bool:
    """Whether an event only goes on; one that counts each time never does."""
    told = (last.by, last.reason, last.boot, last.told_since)
    runs = len(ItemSet.parse(last.places).intervals) + len(places.intervals)
    return (
        last.kind != "reprinted"
        and told == (by, reason, at.boot, None)
        and now - last.since < TOGETHER
        and runs <= MOST_RUNS
    )


def _event(
    block_id: int,
    kind: str,
    places: ItemSet,
    at: Tick,
    now: datetime,
    by: str,
    reason: str,
) -> Event:
    return Event(
        id=_uuid7(now),
        block_id=block_id,
        kind=kind,
        places=str(places),
        reason=reason,
        by=by,
        since=now,
        until=now,
        wall=at.wall,
        since_mono=at.mono,
        until_mono=at.mono,
        boot=at.boot,
    )


def _uuid7(at: datetime) -> str:
    """RFC 9562, section 5.7: milliseconds first, the rest random."""
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    number = milliseconds << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=number))
