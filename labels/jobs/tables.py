"""Print jobs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ...trace.parties.tables import Lot


class PrintJob(Base):
    """Labels for items ``lo … hi-1`` of a lot, rendered by the worker into a file."""

    __tablename__ = "print_job"
    __table_args__ = (
        one_of("state", "created", "rendering", "finished", "failed"),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("done >= 0 AND done <= hi - lo", name="done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, it is one job."""
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    lo: Mapped[int]
    hi: Mapped[int]
    stock: Mapped[str]
    """Name of the label stock, e.g. ``roll-60x40``."""
    format: Mapped[str]
    """``pdf`` or ``tspl``."""
    skip: Mapped[int] = mapped_column(default=0)
    """Label positions already used on the first sheet."""
    state: Mapped[str] = mapped_column(default="created")
    done: Mapped[int] = mapped_column(default=0)
    """Labels rendered so far."""
    error: Mapped[str] = mapped_column(default="")
    """Why it failed, as ``trace.faults.write_fault`` says it."""
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    lot: Mapped[Lot] = relationship(lazy="joined")
