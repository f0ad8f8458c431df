"""What a line PC keeps in its own file: codes, what became of them, what to report."""

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ...trace.db import NAMING, Database, UtcDateTime, one_of

FILE = "station.db"


class StationBase(DeclarativeBase):
    """The tables of a line PC: no part of the plant's database."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        str: sa.Text,
        dict[str, Any]: sa.JSON,
    }


class Fact(StationBase):
    """Something the PC knows: the time, its server's keys, its printer, its people."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)


class Batch(StationBase):
    """A batch of which codes are held, and what its labels say."""

    __tablename__ = "batch"

    lot_id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[dict[str, Any]]
    """As the server's ``/lots/{id}/label`` told it."""
    told_at: Mapped[datetime]


class Block(StationBase):
    """A signed block of codes for one shift."""

    __tablename__ = "block"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.lot_id"))
    paper: Mapped[str]
    count: Mapped[int]
    until: Mapped[datetime]
    """By the server's clock; afterwards nothing more is printed from it."""
    codes: Mapped[bytes] = mapped_column(deferred=True)
    """Its serials, 16 characters each, one after the other."""
    ordered: Mapped[int] = mapped_column(default=0)
    """Places ``0 … ordered-1`` went to jobs."""
    closed: Mapped[bool] = mapped_column(default=False)
    """What was never printed of it was given back."""


class Job(StationBase):
    """Labels that somebody asked for."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", "printing", "paused", "finished", "cancelled"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.lot_id"))
    count: Mapped[int]
    state: Mapped[str] = mapped_column(default="printing")
    why: Mapped[str] = mapped_column(default="")
    """Why it is paused, as ``trace.faults.write_fault`` says it."""
    copy: Mapped[int] = mapped_column(default=0)
    """0, or n for the nth reprint."""
    reason: Mapped[str] = mapped_column(default="")
    """Of a reprint."""
    first_check: Mapped[bool] = mapped_column(default=False)
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's: sent twice, it is one job."""
    by: Mapped[str]
    at: Mapped[datetime]


class Span(StationBase):
    """Labels of a job that share a fate: places ``lo … hi-1`` of a block.

    The states are those of ``labels.jobs.tables.PrintBlock``.
    """

    __tablename__ = "span"
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
        sa.Index("ix_span_job", "job_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id"))
    block_id: Mapped[int] = mapped_column(sa.ForeignKey("block.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    state: Mapped[str] = mapped_column(default="waiting")
    due_out: Mapped[datetime | None]
    """By the server's time: when a printer that never answers has it out."""


class Event(StationBase):
    """Something that happened to labels, to be told to the server until it answers."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("kind", "printed", "applied", "voided", "reprinted", "returned"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    """In the order in which things happened here."""
    id: Mapped[str] = mapped_column(unique=True)
    """A UUIDv7 made here; the server counts an event once, however often it comes."""
    block_id: Mapped[int] = mapped_column(sa.ForeignKey("block.id"))
    kind: Mapped[str]
    places: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    """When it began, by the server's time as well as it was known."""
    until: Mapped[datetime]
    wall: Mapped[datetime]
    """``until`` by the clock of this PC, however wrong."""
    since_mono: Mapped[float]
    until_mono: Mapped[float]
    boot: Mapped[str]
    """The start of the PC to which those two belong."""
    told_since: Mapped[datetime | None]
    told_until: Mapped[datetime | None]
    """As they were first sent, by the clock of this PC at that moment: from then on the
    event says the same for ever. None while it may still grow."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """The server's; none as long as there was none."""
    refused: Mapped[str] = mapped_column(default="")
    """Why the server will not take it; somebody has to look."""


def open_store(folder: Path) -> Database:
    """The file of a line PC, made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Database(f"sqlite:///{folder / FILE}")
    with store.writing() as session:
        StationBase.metadata.create_all(session.connection())
    return store


def fact(session: Any, name: str, default: Any = None) -> Any:
    """Something known, or ``default``."""
    found = session.get(Fact, name)
    return default if found is None else found.value


def know(session: Any, name: str, value: Any) -> None:
    """Keep something known."""
    session.merge(Fact(name=name, value=value))
    session.flush()
