"""The copy of the genealogy that what-if questions are answered from.

Reading a plant of a billion items takes seconds, an answer a millisecond: one copy
serves all who ask within a minute.
"""

from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..recall.scope.snapshot import Snapshot, load_snapshot

FRESH = timedelta(minutes=1)

_lock = Lock()
_copies: WeakKeyDictionary[sa.Engine, tuple[datetime, Snapshot]] = WeakKeyDictionary()


def snapshot_of(session: Session, now: datetime) -> tuple[datetime, Snapshot]:
    """A copy of this database's genealogy, at most a minute old, and its time."""
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)  # noqa: S101 - sessions of the house have one
    with _lock:  # of those who ask at once one reads, the others wait for it
        known = _copies.get(engine)
        if known is None or not now - FRESH <= known[0] <= now:
            known = _copies[engine] = now, load_snapshot(session)
        return known
