"""What waits for a second signature: at most one thing of a recall."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict
from ...trace.people import Actor
from .history import note_event
from .tables import Recall


def no_request() -> dict[str, object]:
    """Columns of a recall when nothing waits for a second signature."""
    return {"asked_step": None, "asked_by": None, "asked_at": None, "asked": {}}


def note_request(
    session: Session,
    recall: Recall,
    step: str,
    asked: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Note what the first of two persons asks for.

    Raises Conflict ``step_asked`` while something else waits.
    """
    if recall.asked_step is not None:
        raise Conflict(
            "step_asked",
            N_("%(number)s waits for another signature: sign or withdraw that first."),
            number=recall.number,
        )
    recall.asked_step, recall.asked_by, recall.asked_at = step, actor.login, now
    recall.asked = asked
    subject, told = f"recall:{recall.id}", {"step": step, **asked}
    audit.record(session, actor.login, "recall.ask", subject, now, **told)
    note_event(session, recall, "ask", actor, now, asked["reason"], data=told)
