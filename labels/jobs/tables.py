"""Printers, print jobs, and what became of every label of a job."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...trace.db import Base, one_of
from ...trace.parties.tables import Line, Lot

KINDS = ("tcp", "ipp", "folder")
STATES = (
    "created",
    "rendering",
    "sent",
    "printing",
    "paused",
    "finished",
    "cancelled",
    "failed",
    "reconciled",
)


class Printer(Base):
    """A printer that labels are sent to; its last status is what it said itself."""

    __tablename__ = "printer"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("status", "ok", "attention", "no_answer", "unknown"),
        one_of("errand", "", "test", "ruler"),
        sa.CheckConstraint("in_flight BETWEEN 1 AND 1000", name="in_flight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("line.id"), index=True)
    """Where it stands; none for a printer of the whole plant."""
    kind: Mapped[str]
    """``tcp`` raw port, ``ipp`` print server, or ``folder``."""
    address: Mapped[str]
    """``host:port``, ``ipp://…`` or the path of a folder."""
    format: Mapped[str]
    """What it understands: a format of the label engine."""
    stock: Mapped[str]
    """The label stock that is loaded."""
    dpi: Mapped[int]
    offset_x: Mapped[int] = mapped_column(default=0)
    """Moves everything to the right, µm, so that it lands where the stock says."""
    offset_y: Mapped[int] = mapped_column(default=0)
    """Moves everything down, µm."""
    scale_ppm: Mapped[int | None]
    """Printed length for length asked, in millionths, as last measured; none: never."""
    in_flight: Mapped[int] = mapped_column(default=50)
    """Most labels sent and not known to be out: so many are in doubt after a fault."""
    active: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(default="unknown")
    status_words: Mapped[str] = mapped_column(default="")
    """Why it needs attention, e.g. ``paper_out`` (``devices.device.WORDS``)."""
    asked_at: Mapped[datetime | None]
    """When we last asked how it is."""
    answered_at: Mapped[datetime | None]
    """When it last answered; none: never, as it is now set up."""
    labels_left: Mapped[int | None]
    """On the roll, if it says so."""
    errand: Mapped[str] = mapped_column(default="")
    """A label without a code that somebody asked for: ``test`` or ``ruler``."""
    token: Mapped[str | None]
    """Fencing token of the press that serves it now."""
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]

    line: Mapped[Line | None] = relationship(lazy="joined")


class PrintJob(Base):
    """Labels of a lot: drawn by the worker into a file, or sent to a printer."""

    __tablename__ = "print_job"
    __table_args__ = (
        one_of("state", *STATES),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("labels > 0 AND labels <= hi - lo", name="labels"),
        sa.CheckConstraint("done >= 0 AND done <= labels", name="done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, it is one job."""
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    lo: Mapped[int]
    hi: Mapped[int]
    """Its items are among ``lo … hi-1``: all of them, or some on a reprint."""
    labels: Mapped[int]
    """How many it prints."""
    printer_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("printer.id"), index=True
    )
    """None when it is a file."""
    reprint: Mapped[bool] = mapped_column(default=False)
    """Its codes were on labels before, which were spoiled."""
    first_check: Mapped[bool] = mapped_column(default=False)
    """It pauses after its first label, until somebody has found that one right."""
    stock: Mapped[str]
    """Name of the label stock, e.g. ``roll-60x40``."""
    format: Mapped[str]
    """``pdf``, ``tspl`` … as the label engine names them."""
    skip: Mapped[int] = mapped_column(default=0)
    """Label positions already used on the first sheet."""
    state: Mapped[str] = mapped_column(default="created")
    done: Mapped[int] = mapped_column(default=0)
    """Labels drawn so far; on a printer, those sent and not in doubt."""
    error: Mapped[str] = mapped_column(default="")
    """Why it failed or paused, as ``trace.faults.write_fault`` says it."""
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    """When it last went on after a pause."""
    finished_at: Mapped[datetime | None]

    lot: Mapped[Lot] = relationship(lazy="joined")
    printer: Mapped[Printer | None] = relationship(lazy="joined")


class PrintBlock(Base):
    """Some labels of a job that share a fate; a job's blocks never overlap.

    ``waiting`` (never sent) → ``sending`` (committed before a byte leaves) → ``sent``
    (the printer has it all) → ``confirmed`` (it is out, says the printer or a scan).
    In doubt it is ``needs_scan``, until it is scanned or ``lost`` (did not come out);
    ``cancelled`` labels were never sent and never will be.
    """

    __tablename__ = "print_block"
    __table_args__ = (
        one_of(
            "state",
            "waiting",
            "sending",
            "sent",
            "confirmed",
            "needs_scan",
            "lost",
            "cancelled",
        ),
        sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),
        sa.CheckConstraint("copy >= 0", name="copy"),
        sa.Index("ix_print_block_job", "job_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("print_job.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    """Items of the job's lot."""
    copy: Mapped[int] = mapped_column(default=0)
    """0 for the first label of these codes, n for their nth reprint."""
    state: Mapped[str] = mapped_column(default="waiting")
    token: Mapped[str | None]
    """Of the press that sent it."""
    remote: Mapped[str] = mapped_column(default="")
    """How a print server calls it."""
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    due_out: Mapped[datetime | None]
    """When a printer that never answers has it out by its usual pace; none where the
    printer says so itself."""
    settled_at: Mapped[datetime | None]
    """When it was confirmed, or came into doubt, or was given up."""


class Reprint(Base):
    """Codes printed once more because their label was spoiled and destroyed."""

    __tablename__ = "reprint"
    __table_args__ = (sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("print_job.id"))
    """None where a line PC did it that was without a network."""
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    lo: Mapped[int]
    hi: Mapped[int]
    reason: Mapped[str]
    by: Mapped[str]
    second: Mapped[str | None]
    """The line leader who agreed, above the limit."""
    at: Mapped[datetime]
