"""Forms that were booked, kept to know those that are sent again."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..trace.db import Base

KEPT = timedelta(days=7)
"""A page left open over a week of holidays is still known."""


class SentForm(Base):
    """A form that was booked, and the page it led to."""

    __tablename__ = "sent_form"

    login: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of path and fields: a changed form is another one."""
    address: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime] = mapped_column(index=True)


def forget_forms(session: Session, now: datetime) -> None:
    """Drop forms older than ``KEPT``."""
    session.execute(sa.delete(SentForm).where(SentForm.sent_at < now - KEPT))
