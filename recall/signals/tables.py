"""Safety signals: what was heard of a danger, and the moment the firm knew of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...trace.db import Base, one_of

KINDS = (
    *("lab_positive", "complaint_cluster", "illness", "supplier_notice"),
    *("authority_notice", "process_deviation", "label_error", "tamper"),
    "cold_chain_break",
)
"""What a signal comes from (domain.md §2.5)."""
STATES = ("open", "confirmed", "dismissed")


class Signal(Base):
    """What may make a recall necessary; legal clocks run from ``aware_at``."""

    __tablename__ = "signal"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("state", *STATES),
        sa.CheckConstraint(
            "aware_at IS NULL OR (aware_by IS NOT NULL AND aware_noted_at IS NOT NULL)",
            name="aware",
        ),
        sa.Index("ix_signal_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What people call it, e.g. ``YJ-26-0001``."""
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, the signal is raised once."""
    kind: Mapped[str]
    text: Mapped[str]
    """What was heard, from whom."""
    drill: Mapped[bool]
    """Part of an exercise: nothing real is held."""
    verified: Mapped[bool]
    """False for one unproven report, which holds its own batch alone."""
    complaint_id: Mapped[int | None] = mapped_column(sa.ForeignKey("complaint.id"))
    """The complaint it came from, if any."""
    reported_at: Mapped[datetime]
    """When it was entered: the house's own time, never changed."""
    reported_by: Mapped[str]
    aware_proposed_at: Mapped[datetime]
    """When the house thinks the firm became aware; holds until a person confirms."""
    aware_at: Mapped[datetime | None]
    """知悉时间, confirmed by a person; then two persons are needed to change it."""
    aware_by: Mapped[str | None]
    aware_noted_at: Mapped[datetime | None]
    asked_aware_at: Mapped[datetime | None]
    """Another time that somebody proposes, with a reason; a second person signs."""
    asked_by: Mapped[str | None]
    asked_reason: Mapped[str | None]
    hold_number: Mapped[str | None]
    """The hold placed with it; none in an exercise."""
    state: Mapped[str] = mapped_column(default="open")
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settle_reason: Mapped[str | None]
    due_at: Mapped[datetime | None]
    """Until when an unproven report must be confirmed or dismissed."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def counts_from(self) -> datetime:
        """The moment clocks run from: confirmed, or as long as nobody did, proposed."""
        return self.aware_at or self.aware_proposed_at


class SignalLot(Base):
    """A lot a signal is about."""

    __tablename__ = "signal_lot"

    signal_id: Mapped[int] = mapped_column(sa.ForeignKey("signal.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(
        sa.ForeignKey("lot.id"), primary_key=True, index=True
    )


class SignalFile(Base):
    """Evidence of a signal, such as a laboratory's report."""

    __tablename__ = "signal_file"

    signal_id: Mapped[int] = mapped_column(sa.ForeignKey("signal.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(
        sa.ForeignKey("stored_file.sha256"), primary_key=True
    )
    name: Mapped[str]
    """As the file was called where it came from."""
