"""The history of a case, and when its next step is due."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...trace import rules
from .checks import ZONE
from .tables import Complaint, ComplaintEvent


def note_event(
    session: Session,
    complaint: Complaint,
    what: str,
    text: str,
    login: str,
    now: datetime,
    *,
    public: bool,
) -> ComplaintEvent:
    event = ComplaintEvent(
        complaint_id=complaint.id,
        at=now,
        actor=login,
        what=what,
        text=text,
        public=public,
    )
    session.add(event)
    session.flush()
    return event


def due(limit: str, start: datetime) -> datetime:
    """The end of a time limit by the rules in force on the day it starts."""
    minutes = rules.limit(limit, start.astimezone(ZONE).date()).minutes
    return start + timedelta(minutes=minutes)
