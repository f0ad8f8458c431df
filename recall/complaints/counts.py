"""How many complaints there are about a lot, for papers that name nobody."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .queries import OPEN
from .tables import Complaint


def complaint_counts(session: Session, lot_id: int) -> tuple[int, int]:
    """How many complaints there are about a lot, and how many are open."""
    states = session.scalars(
        sa.select(Complaint.state).where(
            Complaint.lot_id == lot_id, Complaint.state != "invalid"
        )
    ).all()
    return len(states), sum(state in OPEN for state in states)
