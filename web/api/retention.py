"""How long answers are kept for requests that come again."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .tables import IdempotentAnswer

KEPT = timedelta(days=7)
"""A week of holidays may lie between two tries."""


def forget_answers(session: Session, now: datetime) -> None:
    """Drop answers older than ``KEPT``."""
    session.execute(
        sa.delete(IdempotentAnswer).where(IdempotentAnswer.answered_at < now - KEPT)
    )
