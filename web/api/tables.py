"""Answers kept for requests that may come twice."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...trace.db import Base


class IdempotentAnswer(Base):
    """The answer to a request with an ``Idempotency-Key``; a repeat gets it again."""

    __tablename__ = "idempotent_answer"

    api_key_id: Mapped[int] = mapped_column(
        sa.ForeignKey("api_key.id"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of method, path and body: another request may not use the key."""
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    answered_at: Mapped[datetime] = mapped_column(index=True)
