"""Stored files that papers show or list."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from ...trace import files
from ...trace.files import StoredFile


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file by its hash; a picture with its content."""

    sha256: str
    media_type: str
    picture: bytes | None
    """None of what is no picture, and of a file that is no longer on disk."""
    there: bool


def attachment(session: Session, folder: Path, sha256: str) -> Attachment:
    """A stored file, read from disk if it can be shown."""
    row = session.get_one(StoredFile, sha256)
    path = files.path_of(folder, sha256)
    there = path.is_file()
    shown = there and row.media_type.startswith("image/")
    return Attachment(
        sha256, row.media_type, path.read_bytes() if shown else None, there
    )
