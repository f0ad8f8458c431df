"""A batch to complain about, the people who answer, and filing in few words."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from lotmark.recall.complaints.filing import file_complaint
from lotmark.recall.complaints.tables import Complaint
from lotmark.trace.people import Actor

_keys = count(1)


@dataclass(frozen=True)
class Scene:
    """Ids and persons of the tests."""

    lot_id: int
    zhou: Actor
    """Complaints agent."""
    he: Actor
    """Complaints supervisor."""
    li: Actor
    """Operator at the line: has nothing to do with complaints."""


def complain(session: Session, now: datetime, **changes: Any) -> Complaint:
    """A complaint of consumer Chen about a swollen pack, but for ``changes``."""
    said: dict[str, Any] = {
        "kind": "swollen",
        "text": "两袋都鼓起来了",
        "channel": "qr",
        "lot_id": None,
        "item": None,
        "pack_text": "",
        "contact": "",
        "consent": False,
        "health_text": "",
        "health_consent": False,
        "photos": [],
        "language": "zh",
        "request_key": f"{next(_keys):032x}",
        "now": now,
    }
    return file_complaint(session, **(said | changes))
