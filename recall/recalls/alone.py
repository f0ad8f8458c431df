"""What one person did alone in an emergency (紧急先行处置), signed by another after."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, NotFound
from ...trace.flow import second_needed
from ...trace.people import Actor
from .cases import find_recall
from .clocks import meet
from .history import note_event, open_countersignatures
from .tables import Recall, RecallEvent


def countersign(
    session: Session, number: str, event_id: int, actor: Actor, now: datetime
) -> Recall:
    """Another person signs what one did alone; late is signed too, and shows as late.

    Raises Forbidden, NotFound ``nothing_alone``, Conflict ``second_person``.
    """
    actor.require("recall.countersign")
    recall = find_recall(session, number, lock=True)
    event = session.scalar(
        sa.select(RecallEvent).where(
            RecallEvent.recall_id == recall.id,
            RecallEvent.id == event_id,
            RecallEvent.counter_due_at.is_not(None),
        )
    )
    if event is None:
        raise NotFound(
            "nothing_alone",
            N_("%(number)s has no such step that one person took alone."),
            number=recall.number,
        )
    if event.countersigned_by is not None:
        return recall
    if event.actor == actor.login:
        raise second_needed(actor)
    event.countersigned_by, event.countersigned_at = actor.login, now
    told = {"step": event.what, "by": event.actor, "event": event.id}
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.countersign", subject, now, **told)
    note_event(session, recall, "countersign", actor, now, data=told)
    if not open_countersignatures(session, recall.id):
        meet(session, recall.id, ("countersign",), now)
    return recall
