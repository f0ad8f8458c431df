"""Stored files that papers show or list."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2
from sqlalchemy.orm import Session

from ...trace import files
from ...trace.files import StoredFile

MOST_PAGES = 10
"""Pages of a PDF that are shown; of a longer one the hash stands for the rest."""
SCALE = 130 / 72
"""Pixels for each point of a page: small print stays readable."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file by its hash, and what can be shown of it."""

    sha256: str
    pictures: tuple[bytes, ...]
    """Itself, or the pages of a PDF; none when it is no longer on disk."""
    pages: int
    """How many there are, shown or not."""
    there: bool


def attachment(session: Session, folder: Path, sha256: str) -> Attachment:
    """A stored file, read from disk if it can be shown."""
    row = session.get_one(StoredFile, sha256)
    path = files.path_of(folder, sha256)
    if not path.is_file():
        return Attachment(sha256, (), 0, there=False)
    content = path.read_bytes()
    if row.media_type == "application/pdf":
        pictures, pages = _pages(content)
        return Attachment(sha256, pictures, pages, there=True)
    shown = (content,) if row.media_type.startswith("image/") else ()
    return Attachment(sha256, shown, len(shown), there=True)


def _pages(content: bytes) -> tuple[tuple[bytes, ...], int]:
    """The first pages of a PDF file as pictures, and how many it has."""
    drawn = []
    with pypdfium2.PdfDocument(content) as document:
        pages = len(document)
        for number in range(min(pages, MOST_PAGES)):
            picture = BytesIO()
            image = document[number].render(scale=SCALE).to_pil()
            image.convert("RGB").save(picture, "JPEG", quality=80)
            drawn.append(picture.getvalue())
    return tuple(drawn), pages
