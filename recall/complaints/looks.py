"""Who looked at what a complainant told of themselves (PIPL 51, 54).

The audit has a row for each person and case, once an hour: a page that is reloaded is
one look.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.people import Actor

ONE_LOOK = timedelta(hours=1)
"""Within this time the same person seeing the same of a case is not noted again."""


def note_look(
    session: Session, complaint_id: int, what: str, actor: Actor, now: datetime
) -> None:
    """Note that ``actor`` was shown ``what``: ``contact`` or ``health``."""
    action, subject = f"complaint.see_{what}", f"complaint:{complaint_id}"
    row = audit.AuditRow
    noted = sa.select(row.id).where(
        row.subject == subject,
        row.action == action,
        row.actor == actor.login,
        row.at > now - ONE_LOOK,
    )
    if session.scalar(noted.limit(1)) is None:
        audit.record(session, actor.login, action, subject, now)
