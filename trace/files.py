"""Uploaded files, named by their content and on disk before the row is committed."""

import hashlib
import math
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, insert_if_new

BLOCK = 1 << 20
"""Bytes read at once of a large file."""
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
    known = session.get(StoredFile, hashlib.sha256(content).hexdigest())
    if known is not None:
        return known
    name = write(folder, content)
    return keep(session, name, len(content), media_type, now)


def write(folder: Path, content: bytes) -> str:
    """Write ``content`` durably, before and outside any transaction; its name.

    Unless ``keep`` gives it a row, it is swept away after a day.
    """
    name = hashlib.sha256(content).hexdigest()
    _write_durably(path_of(folder, name), content)
    return name


def write_stream(folder: Path, content: IO[bytes]) -> tuple[str, int]:
    """As ``write``, for what is too large to hold in memory; its name and size."""
    coming = folder / "in"  # as long as the other folders' names: swept like them
    coming.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=coming, delete=False) as file:
        while block := content.read(BLOCK):
            digest.update(block)
            size += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    _put(Path(file.name), path_of(folder, digest.hexdigest()))
    return digest.hexdigest(), size


def keep(
    session: Session, name: str, size: int, media_type: str, now: datetime
) -> StoredFile:
    """The row of a written file; two who write the same one share it."""
    insert_if_new(
        session,
        StoredFile,
        sha256=name,
        size=size,
        media_type=media_type,
        created_at=now,
    )
    return session.get_one(StoredFile, name)


def path_of(folder: Path, sha256: str) -> Path:
    """Where a stored file lies."""
    return folder / sha256[:2] / sha256


def sweep(session: Session, folder: Path, now: datetime) -> int:
    """Delete files that no row names, e.g. of transactions that failed."""
    named = set(session.scalars(sa.select(StoredFile.sha256)))
    oldest = (now - SWEEP_AFTER).timestamp()
    swept = 0
    for path in folder.glob("??/*"):
        # Its age is read just before it goes: storing the same content writes it anew.
        if path.name not in named and _written_at(path) < oldest:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # a temporary name that has just got its real one
        return math.inf


def _write_durably(path: Path, content: bytes) -> None:
    # Without the fsync a power cut leaves a committed row that names an empty file.
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _put(Path(file.name), path)


def _put(written: Path, path: Path) -> None:
    """Give a written file its name for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
