"""Which files were imported, and which somebody asked to have imported."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, one_of


class ImportFile(Base):
    """A file that was imported; the same content again changes nothing."""

    __tablename__ = "import_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str]
    """The name it had first."""
    kinds: Mapped[str]
    """Kinds of its tables, with commas between."""
    rows: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class ImportOrder(Base):
    """Files that somebody sent in the browser; the worker imports them."""

    __tablename__ = "import_order"
    __table_args__ = (
        one_of("state", "waiting", "running", "done", "refused", "failed"),
        one_of("step", "", "read", "check", "write"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, it is one order."""
    files: Mapped[list[list[Any]]] = mapped_column(sa.JSON)
    """``[name, sha256, size]`` of each, in the order they were sent."""
    state: Mapped[str] = mapped_column(default="waiting")
    """``refused``: the files are at fault; ``failed``: the server is."""
    step: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Rows done in this step, and of how many."""
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    """What came in: ``tables`` of ``[name, kind, rows]``, ``known`` of
    ``[name, imported at, imported by]``."""
    bad: Mapped[int] = mapped_column(default=0)
    """How many rows stand in the way."""
    report: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    """Which rows and why, as ``bad_report`` writes it."""
    error: Mapped[str] = mapped_column(default="")
    """Why nothing was imported, as ``trace.faults.write_fault`` says it."""
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
