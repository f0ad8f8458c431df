"""What happened on the lines, and which lot went into which."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, one_of
from ..files import StoredFile
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
    cleared_at: Mapped[datetime | None]
    """When somebody confirmed that nothing of the batch before is left there (清场)."""
    cleared_by: Mapped[str | None]

    line: Mapped[Line] = relationship(lazy="joined")


class LineStop(Base):
    """A time in which nothing was made on a line, with what was put right meanwhile.

    Without an end the line stands still now; at most one such a line.
    """

    __tablename__ = "line_stop"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR started_at < ended_at", name="times"),
        sa.CheckConstraint(
            "rectified_at IS NULL OR ended_at IS NULL OR check_id IS NOT NULL",
            name="restart_check",
        ),
        sa.Index("ix_line_stop_line", "line_id", "started_at"),
        sa.Index(
            "uq_line_stop_open",
            "line_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"))
    started_at: Mapped[datetime]
    rectified_at: Mapped[datetime | None]
    """Since when it is put right (停线整改); None for a mere pause."""
    ended_at: Mapped[datetime | None]
    check_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_check.id"))
    """The passed re-sample that let it run again after it was put right."""
    reason: Mapped[str]


class Cleaning(Base):
    """A cleaning of a line, or of one equipment at it.

    Only a passed one is a clean break (domain.md §2.1), of what was cleaned.
    """

    __tablename__ = "cleaning"
    __table_args__ = (
        one_of("kind", "dry", "wet", "full", "allergen"),
        one_of("result", "pass", "fail"),
        sa.CheckConstraint("started_at < ended_at", name="times"),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn"
        ),
        sa.Index("ix_cleaning_line", "line_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    kind: Mapped[str]
    result: Mapped[str]
    verified_by: Mapped[str] = mapped_column(default="")
    equipment: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """The retort, kettle or chiller that was cleaned; empty for the whole line."""
    withdrawn_at: Mapped[datetime | None]
    """When somebody said that it was recorded by mistake: it then ends nothing."""
    withdrawn_reason: Mapped[str] = mapped_column(
        default="", server_default=sa.text("''")
    )
    withdrawn_by: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))


class EquipmentCycle(Base):
    """One load of a retort, kettle or chiller (杀菌锅次).

    A tank's cycle lasts from its filling until it is emptied and cleaned; what was put
    into it are its fills, what was drawn from it meanwhile are its loads (domain.md
    §4.4.3).
    """

    __tablename__ = "equipment_cycle"
    __table_args__ = (
        sa.UniqueConstraint("site_id", "number"),
        one_of("kind", "retort", "kettle", "chiller", "tank"),
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
    chart: Mapped[str | None] = mapped_column(sa.ForeignKey(StoredFile.sha256))
    """File of the temperature and pressure chart."""

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
    drawn_at: Mapped[datetime | None]
    """When it was last drawn from a tank; None where that is not on record."""


class TankFill(Base):
    """Some of a lot was put into a tank: whatever is drawn later has some of it."""

    __tablename__ = "tank_fill"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.Index("ix_tank_fill_lot", "lot_id", "cycle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(
        sa.ForeignKey("equipment_cycle.id"), index=True
    )
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"))
    quantity: Mapped[int]
    """In the base unit of the lot."""
    at: Mapped[datetime]


class ProcessCheck(Base):
    """A measurement on the line: vacuum, sterilisation, metal, weight, seal."""

    __tablename__ = "process_check"
    __table_args__ = (
        one_of(
            "kind", "vacuum", "sterilisation", "metal", "weight", "seal", "temperature"
        ),
        one_of("result", "pass", "fail"),
        sa.CheckConstraint(
            "corrected_at IS NULL OR (result = 'fail' AND corrected_at >= at)",
            name="corrected",
        ),
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
    corrected_at: Mapped[datetime | None]
    """When what a failed check found was put right."""
    correction: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """What was done, and by whom it is told."""
    corrected_by: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))


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
    reason: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    approved_by: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """Who allowed the rework or repacking."""
    old_items: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """Which packs of the input were repacked, as ``ItemSet`` prints them; empty where
    nobody scanned them."""
    new_items: Mapped[str] = mapped_column(default="", server_default=sa.text("''"))
    """Which packs of the output these became."""

    source: Mapped[Lot] = relationship(foreign_keys=input_id)
    target: Mapped[Lot] = relationship(foreign_keys=output_id)


class Inspection(Base):
    """What the laboratory says of a lot (检验), as it came or before it goes."""

    __tablename__ = "inspection"
    __table_args__ = (
        one_of("kind", "receiving", "outgoing", "incubation", "retained", "returned"),
        one_of("result", "pass", "fail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    kind: Mapped[str]
    """``incubation`` is the 保温试验 of canned and bagged food."""
    at: Mapped[datetime]
    lab: Mapped[str] = mapped_column(default="")
    """Empty for our own."""
    method: Mapped[str] = mapped_column(default="")
    findings: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)
    """Rows of parameter, limit and value, as on the report."""
    result: Mapped[str]
    certificate: Mapped[str] = mapped_column(default="")
    report: Mapped[str | None] = mapped_column(sa.ForeignKey(StoredFile.sha256))
    """File of the report."""
    actor: Mapped[str]


class RetainedSample(Base):
    """Packs of a batch kept back until its shelf life is over (留样)."""

    __tablename__ = "retained_sample"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    quantity: Mapped[int]
    shelf: Mapped[str]
    """Where it stands, e.g. ``留样室 B3``."""
    kept_at: Mapped[datetime]
    keep_until: Mapped[date | None]
    kept_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]
    removed_reason: Mapped[str] = mapped_column(default="")


class LotDocument(Base):
    """A paper that goes with a lot, by its number and perhaps as a file."""

    __tablename__ = "lot_document"
    __table_args__ = (
        one_of(
            "kind",
            "animal_quarantine",
            "meat_inspection",
            "test_report",
            "supplier_licence",
            "delivery_note",
            "other",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    kind: Mapped[str]
    """动物检疫合格证明, 肉品品质检验合格证, 检验报告, 供货商资质, 送货单."""
    number: Mapped[str] = mapped_column(default="")
    file: Mapped[str | None] = mapped_column(sa.ForeignKey(StoredFile.sha256))
    at: Mapped[datetime]
    actor: Mapped[str]


class DeviceReport(Base):
    """What a machine on a line told us, once: it may send the same report again."""

    __tablename__ = "device_report"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    """UUID the device gave it."""
    device: Mapped[str]
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of what it said: another text under the same id is refused."""
    answer: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    received_at: Mapped[datetime]
