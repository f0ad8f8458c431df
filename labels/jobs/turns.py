"""How a job stands with the worker: its turn, its last fault, its next try."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.outbox import Effect
from .tables import PrintJob

EFFECT = "labels.render"
"""Outbox effect that draws a job."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A job that is not drawn yet, as the worker sees it."""

    taken: bool
    """It is being drawn now."""
    behind: bool
    """The worker draws another job now."""
    since: datetime
    """When it could have been begun."""
    fault: str
    """What went wrong at the last try, for an administrator."""


def effect_key(job_id: int) -> str:
    """What makes a job's effect one of its kind."""
    return f"{EFFECT}:{job_id}"


def turn_of(session: Session, job: PrintJob, now: datetime) -> Turn:
    """How a job stands with the worker."""
    own = session.scalars(
        sa.select(Effect).where(Effect.dedup_key == effect_key(job.id))
    ).one()
    others = sa.select(Effect.id).where(
        Effect.kind == EFFECT,
        Effect.state == "pending",
        Effect.leased_until > now,
        Effect.id != own.id,
    )
    return Turn(
        taken=own.leased_until is not None and own.leased_until > now,
        behind=session.scalar(others.limit(1)) is not None,
        since=own.leased_until or own.due_at,
        fault=own.last_error or "",
    )
