"""What happened on the lines, and which lot went into which."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, one_of
from ..parties.tables import Line, Lot, Site


class LineRun(Base):
    """A lot on a line between two changeovers; without an end it is running now.

    At most one is running on a line.
    """

    __tablename__ = "line_run"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR started_at < ended_at", name="times"),
        sa.Index("ix_line_run_line", "line_id", "started_at"),
        sa.Index(
            "uq_line_run_open",
            "line_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    team: Mapped[str] = mapped_column(default="")

    line: Mapped[Line] = relationship(lazy="joined")


class Cleaning(Base):
    """A cleaning of a line; only a passed one is a clean break (domain.md §2.1)."""

    __tablename__ = "cleaning"
    __table_args__ = (
        one_of("kind", "dry", "wet", "full", "allergen"),
        one_of("result", "pass", "fail"),
        sa.CheckConstraint("started_at < ended_at", name="times"),
        sa.Index("ix_cleaning_line", "line_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    kind: Mapped[str]
    result: Mapped[str]
    verified_by: Mapped[str] = mapped_column(default="")


class EquipmentCycle(Base):
    """One load of a retort, kettle or chiller (杀菌锅次)."""

    __tablename__ = "equipment_cycle"
    __table_args__ = (
        sa.UniqueConstraint("site_id", "number"),
        one_of("kind", "retort", "kettle", "chiller"),
        one_of("result", "pass", "fail", "missing"),
        sa.CheckConstraint("ended_at IS NULL OR started_at < ended_at", name="times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    number: Mapped[str]
    """What people call it, e.g. ``R1-0461``."""
    equipment: Mapped[str]
    kind: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str]

    site: Mapped[Site] = relationship(lazy="joined")


class CycleLoad(Base):
    """The part of a lot that was inside a cycle."""

    __tablename__ = "cycle_load"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)

    cycle_id: Mapped[int] = mapped_column(
        sa.ForeignKey("equipment_cycle.id"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(
        sa.ForeignKey("lot.id"), primary_key=True, index=True
    )
    quantity: Mapped[int]


class ProcessCheck(Base):
    """A measurement on the line: vacuum, sterilisation, metal, weight, seal."""

    __tablename__ = "process_check"
    __table_args__ = (
        one_of(
            "kind", "vacuum", "sterilisation", "metal", "weight", "seal", "temperature"
        ),
        one_of("result", "pass", "fail"),
        sa.Index("ix_process_check_line", "line_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(default="")
    """As measured, with its unit; limits as agreed."""
    limits: Mapped[str] = mapped_column(default="")
    result: Mapped[str]


class LotInput(Base):
    """An edge of the genealogy: some of one lot went into another. May form cycles."""

    __tablename__ = "lot_input"
    __table_args__ = (
        one_of("kind", "consumption", "rework", "repack"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("input_id <> output_id", name="lots"),
        sa.Index("ix_lot_input_input", "input_id", "output_id"),
        sa.Index("ix_lot_input_output", "output_id", "input_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    input_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    output_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    kind: Mapped[str]
    quantity: Mapped[int]
    """In the base unit of the input."""
    at: Mapped[datetime]

    source: Mapped[Lot] = relationship(foreign_keys=input_id)
    target: Mapped[Lot] = relationship(foreign_keys=output_id)
