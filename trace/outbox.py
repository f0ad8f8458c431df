"""What must leave the database: written in the action's transaction, done afterwards.

Delivery is at least once: a worker claims rows for a time (the lease) and finishes them
under the token it claimed with, so one that was thought dead cannot finish twice. What
fails is tried again, more and more slowly, and at the end waits for a person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, insert_if_new, one_of

LEASE = timedelta(minutes=2)
"""How long a claimed effect belongs to its worker."""
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 60, 600, 3600, 6 * 3600))
"""Waits before each further try; after the last the row waits for a person."""


class Effect(Base):
    """One thing to do outside the database."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", "pending", "done", "manual"),
        sa.Index("ix_outbox_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """Names the handler, e.g. ``print.render``."""
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    dedup_key: Mapped[str] = mapped_column(unique=True)
    """The same effect asked for twice is one row."""
    state: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    token: Mapped[str | None]
    """Fencing token of the claim in force."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]


class ClaimLost(Exception):
    """The lease ended and another worker has the effect: leave it to that one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An effect that is ours until the lease ends."""

    id: int
    token: str
    kind: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Which effects are taken: long work has a lane of its own, or all would wait."""

    kinds: frozenset[str]
    others: bool = False
    """All but these."""


ANY = Lane(frozenset(), others=True)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    dedup_key: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Ask for an effect; asking again with the same ``dedup_key`` changes nothing."""
    insert_if_new(
        session,
        Effect,
        kind=kind,
        payload=payload,
        dedup_key=dedup_key,
        created_at=now,
        due_at=due_at or now,
    )


def is_due(session: Session, now: datetime, lane: Lane = ANY) -> bool:
    """Whether there is anything to claim; only looks, so idle workers lock nothing."""
    return session.scalar(_free(now, lane).limit(1)) is not None


def claim(
    session: Session, now: datetime, limit: int = 10, lane: Lane = ANY
) -> list[Claim]:
    """Take up to ``limit`` due effects of a lane that nobody holds."""
    token = secrets.token_hex(8)
    free = _free(now, lane).limit(limit).with_for_update(skip_locked=True)
    # As a subquery it could be run once per row and take more than the limit.
    once = free.cte("free").prefix_with("MATERIALIZED")
    rows = session.execute(
        sa.update(Effect)
        .where(Effect.id.in_(sa.select(once.c.id)))
        .values(token=token, leased_until=now + LEASE, attempts=Effect.attempts + 1)
        .returning(Effect.id, Effect.kind, Effect.payload, Effect.attempts)
        .execution_options(synchronize_session=False)
    )
    claims = [Claim(r.id, token, r.kind, r.payload, r.attempts) for r in rows]
    return sorted(claims, key=lambda claimed: claimed.id)


def renew(session: Session, claimed: Claim, now: datetime) -> None:
    """Keep a claim for another lease while the work goes on. Raises ClaimLost."""
    renewed = session.scalar(
        sa.update(Effect)
        .where(Effect.id == claimed.id, Effect.token == claimed.token)
        .values(leased_until=now + LEASE)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    if renewed is None:
        raise ClaimLost(f"effect {claimed.id}")


def finish(session: Session, claimed: Claim) -> bool:
    """Mark it done; False when the claim is no longer ours."""
    return _settle(session, claimed, state="done", last_error=None)


def finish_all(session: Session, claims: list[Claim]) -> None:
    """Mark many of one claim done at once; those no longer ours stay as they are."""
    session.execute(
        sa.update(Effect)
        .where(
            Effect.id.in_([claimed.id for claimed in claims]),
            Effect.token.in_({claimed.token for claimed in claims}),
        )
        .values(token=None, leased_until=None, state="done", last_error=None)
        .execution_options(synchronize_session=False)
    )


def fail(session: Session, claimed: Claim, error: str, now: datetime) -> bool:
    """Put it back with a longer wait, or leave it to a person after the last try."""
    if is_last(claimed):
        return give_up(session, claimed, error)
    due_at = now + BACKOFF[claimed.attempts - 1]
    return _settle(session, claimed, due_at=due_at, last_error=error)


def is_last(claimed: Claim) -> bool:
    """Whether it will not be tried again by itself after this time."""
    return claimed.attempts > len(BACKOFF)


def give_up(session: Session, claimed: Claim, error: str) -> bool:
    """Leave it to a person at once, because trying again cannot help."""
    return _settle(session, claimed, state="manual", last_error=error)


def _free(now: datetime, lane: Lane) -> sa.Select[int]:
    among = Effect.kind.in_(sorted(lane.kinds))
    return (
        sa.select(Effect.id)
        .where(
            ~among if lane.others else among,
            Effect.state == "pending",
            Effect.due_at <= now,
            sa.or_(Effect.leased_until.is_(None), Effect.leased_until < now),
        )
        .order_by(Effect.due_at, Effect.id)
    )


def _settle(session: Session, claimed: Claim, **values: Any) -> bool:
    settled = session.scalar(
        sa.update(Effect)
        .where(Effect.id == claimed.id, Effect.token == claimed.token)
        .values(token=None, leased_until=None, **values)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    return settled is not None
