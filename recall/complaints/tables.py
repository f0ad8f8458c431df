"""Complaints. What identifies a person stands apart, so that it can be erased."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ...trace.parties.tables import Lot

KINDS = ("swollen", "foreign", "smell", "ill", "label", "other")
"""What the consumer picks (domain.md §5.1, in consumers' words)."""

STATES = (
    "received",
    "acknowledged",
    "investigating",
    "proposed",
    "closed",
    "invalid",
)
"""States of a complaint (domain.md §3.1)."""


class Complaint(Base):
    """One person's dissatisfaction with one pack or batch."""

    __tablename__ = "complaint"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("state", *STATES),
        one_of("severity", "health", "quality", "service"),
        one_of("channel", "qr", "typed", "phone", "store"),
        sa.Index("ix_complaint_lot", "lot_id", "kind"),
        sa.Index("ix_complaint_state", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What people call it, e.g. ``KS-26-0001``."""
    token: Mapped[str] = mapped_column(unique=True)
    """Opens the complainant's own page; nobody can guess it."""
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, the complaint is filed once."""
    kind: Mapped[str]
    severity: Mapped[str]
    channel: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    lot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lot.id"))
    item: Mapped[int | None]
    """Item number in the lot, when a code was read."""
    pack_text: Mapped[str] = mapped_column(default="")
    """What the person typed about the pack when no code was read."""
    language: Mapped[str] = mapped_column(default="zh")
    state: Mapped[str] = mapped_column(default="received")
    reported_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When the present step is due; none when closed."""
    owner: Mapped[str | None]
    """Log-in of the first-responsible owner (首问责任人)."""
    answer: Mapped[str] = mapped_column(default="")
    """What we propose, as the complainant reads it."""
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Complainant(Base):
    """Who complained: personal data, erased on its own."""

    __tablename__ = "complainant"

    complaint_id: Mapped[int] = mapped_column(
        sa.ForeignKey("complaint.id"), primary_key=True
    )
    contact: Mapped[str] = mapped_column(default="")
    """Telephone or e-mail, as given."""
    consented_at: Mapped[datetime]


class HealthReport(Base):
    """What somebody felt after eating: sensitive, with its own consent, apart."""

    __tablename__ = "health_report"

    complaint_id: Mapped[int] = mapped_column(
        sa.ForeignKey("complaint.id"), primary_key=True
    )
    text: Mapped[str]
    consented_at: Mapped[datetime]


class ComplaintPhoto(Base):
    """A photo the complainant sent, without its place data."""

    __tablename__ = "complaint_photo"

    complaint_id: Mapped[int] = mapped_column(
        sa.ForeignKey("complaint.id"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(
        sa.ForeignKey("stored_file.sha256"), primary_key=True
    )


class ComplaintEvent(Base):
    """A line of the case's history; ``public`` ones stand on the private link too."""

    __tablename__ = "complaint_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(sa.ForeignKey("complaint.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    """Name of the step, or ``note``."""
    text: Mapped[str] = mapped_column(default="")
    public: Mapped[bool] = mapped_column(default=False)
