"""Scopes that were kept, to be compared with what is known later."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...trace.db import Base, one_of


class SavedScope(Base):
    """A scope as it was computed at one moment; another computation is another row."""

    __tablename__ = "scope"
    __table_args__ = (
        one_of("state", "draft", "stale", "superseded"),
        sa.CheckConstraint(
            "agreed_by IS NULL OR (agreed_at IS NOT NULL AND agreed_by <> computed_by)",
            name="two_persons",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")
    criteria: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    hash: Mapped[str] = mapped_column(sa.String(64))
    """Over criteria and membership."""
    state: Mapped[str] = mapped_column(default="draft")
    computed_at: Mapped[datetime]
    computed_by: Mapped[str]
    positions: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Where its units were at that moment."""
    stale_at: Mapped[datetime | None]
    """When a recomputation first gave another hash."""
    stale_hash: Mapped[str | None] = mapped_column(sa.String(64))
    agreed_by: Mapped[str | None]
    """Second person who agreed that packs are told from their batch."""
    agreed_at: Mapped[datetime | None]
    previous_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scope.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def narrowed(self) -> bool:
        """Packs of some batch were told from it (domain.md §4.2)."""
        return bool(self.positions.get("narrowed"))

    @property
    def needs_agreement(self) -> bool:
        """A second person has to agree before anything may rest on it."""
        return self.narrowed and self.agreed_by is None


class SavedScopeLot(Base):
    """A lot of a saved scope."""

    __tablename__ = "scope_line"
    __table_args__ = (sa.CheckConstraint("tier >= 1 AND tier <= 3", name="tier"),)

    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scope.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(
        sa.ForeignKey("lot.id"), primary_key=True, index=True
    )
    tier: Mapped[int]
    items: Mapped[str | None]
    """As ``ItemSet`` prints them; None is the whole lot."""
    quantity: Mapped[int]
    counted: Mapped[bool]
    why: Mapped[list[Any]] = mapped_column(sa.JSON)
