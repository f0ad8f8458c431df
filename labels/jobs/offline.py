"""What a line PC printed again while it was without a network, told afterwards."""

from datetime import datetime

from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from .tables import Reprint


def note_reprints(
    session: Session, lot_id: int, items: ItemSet, reason: str, by: str, at: datetime
) -> None:
    """Keep that the labels of ``items`` were printed once more each, and why.

    It is a fact by now: no limit can refuse it, and every later label says its number.
    """
    session.add_all(
        Reprint(
            job_id=None,
            lot_id=lot_id,
            lo=lo,
            hi=hi,
            reason=reason,
            by=by,
            second=None,
            at=at,
        )
        for lo, hi in items.intervals
    )
    session.flush()
