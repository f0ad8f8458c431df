"""The history of a recall: what was done, by whom, and who signed too."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.people import Actor
from .tables import Recall, RecallEvent


def note_event(
    session: Session,
    recall: Recall,
    what: str,
    actor: Actor,
    now: datetime,
    text: str = "",
    *,
    data: Mapping[str, Any] | None = None,
    first_by: str | None = None,
    first_at: datetime | None = None,
    counter_due_at: datetime | None = None,
) -> RecallEvent:
    """Write a line; the audit has its own, written by the step."""
    event = RecallEvent(
        recall_id=recall.id,
        at=now,
        actor=actor.login,
        what=what,
        text=text,
        data=dict(data or {}),
        first_by=first_by,
        first_at=first_at,
        counter_due_at=counter_due_at,
    )
    session.add(event)
    session.flush()
    return event


def events_of(session: Session, recall_id: int) -> list[RecallEvent]:
    """The history, oldest first."""
    rows = (
        sa.select(RecallEvent)
        .where(RecallEvent.recall_id == recall_id)
        .order_by(RecallEvent.at, RecallEvent.id)
    )
    return list(session.scalars(rows))


def open_countersignatures(session: Session, recall_id: int) -> list[RecallEvent]:
    """Steps one person took alone that nobody has signed yet, oldest first."""
    rows = (
        sa.select(RecallEvent)
        .where(
            RecallEvent.recall_id == recall_id,
            RecallEvent.counter_due_at.is_not(None),
            RecallEvent.countersigned_by.is_(None),
        )
        .order_by(RecallEvent.id)
    )
    return list(session.scalars(rows))
