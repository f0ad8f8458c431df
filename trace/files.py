"""Uploaded files, named by their content and on disk before the row is committed."""

import hashlib
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base

SWEEP_AFTER = timedelta(days=1)
"""A file without a row is left alone this long: its transaction may still be open."""


class StoredFile(Base):
    """A file in the files folder; ``sha256`` is its name there."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    created_at: Mapped[datetime]


def store(
    session: Session, folder: Path, content: bytes, media_type: str, now: datetime
) -> StoredFile:
    """Keep ``content``; the same content twice is one file."""
    name = hashlib.sha256(content).hexdigest()
    known = session.get(StoredFile, name)
    if known is not None:
        return known
    _write_durably(path_of(folder, name), content)
    row = StoredFile(
        sha256=name, size=len(content), media_type=media_type, created_at=now
    )
    session.add(row)
    session.flush()
    return row


def path_of(folder: Path, sha256: str) -> Path:
    """Where a stored file lies."""
    return folder / sha256[:2] / sha256


def sweep(session: Session, folder: Path, now: datetime) -> int:
    """Delete files that no row names, e.g. of transactions that failed."""
    named = set(session.scalars(sa.select(StoredFile.sha256)))
    oldest = (now - SWEEP_AFTER).timestamp()
    stray = [
        path
        for path in folder.glob("??/*")
        if path.name not in named and path.stat().st_mtime < oldest
    ]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _write_durably(path: Path, content: bytes) -> None:
    # Without the fsync a power cut leaves a committed row that names an empty file.
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
