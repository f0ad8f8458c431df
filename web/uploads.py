"""Papers people upload: a PDF or a photo, judged by its content, never by its name."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pypdfium2
from flask import request
from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from ..labels.engine.reader import DAMAGE, FORMATS, MAX_PIXELS, know_heif
from ..trace import files
from ..trace.errors import N_, InvalidInput, TooLarge
from .current import house

MOST_BYTES = 10 * 1024 * 1024
LARGEST = 3000
"""Longer side of a kept picture, in pixels: small print stays readable."""
ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp,image/heic"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is written, and waits for the transaction that names it."""

    sha256: str
    size: int
    media_type: str

    def keep(self, session: Session, now: datetime) -> str:
        """Give it its row; its name."""
        return files.keep(session, self.sha256, self.size, self.media_type, now).sha256


def read_upload(name: str, *, required: bool = False) -> Upload | None:
    """The file of a form's field, written to the files folder; None without one.

    Call it outside of any transaction. Raises TooLarge ``file_too_large`` over 10 MB,
    InvalidInput ``file_unreadable`` for anything but a PDF or a picture.
    """
    sent = request.files.get(name)
    content = b""
    if sent is not None:
        with closing(sent):  # a large one lies in a temporary file
            content = sent.stream.read(MOST_BYTES + 1)
    if not content:
        if required or (sent and sent.filename):
            raise InvalidInput(
                "file_missing", N_("Expected a file with something in it: choose one.")
            )
        return None
    return take_upload(content)


def take_upload(content: bytes) -> Upload:
    """Write a PDF or a picture to the files folder, outside of any transaction.

    Raises as ``read_upload``.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(
            "file_too_large",
            N_("Expected a file of at most 10 MB. Scan it with fewer dots per inch."),
        )
    if content.startswith(b"%PDF-"):
        media_type = "application/pdf"
        _check_pdf(content)
    else:
        media_type, content = "image/jpeg", _picture(content)
    name = files.write(house().settings.files, content)
    return Upload(name, len(content), media_type)


def _check_pdf(content: bytes) -> None:
    try:
        with pypdfium2.PdfDocument(content) as document:
            pages = len(document)
    except pypdfium2.PdfiumError:
        pages = 0
    if not pages:
        raise _unreadable()


def _picture(content: bytes) -> bytes:
    """A JPEG that holds the picture and nothing else."""
    know_heif()
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooLarge(
                    "photo_too_large",
                    N_(
                        "Expected a photo of at most %(most)d megapixels. Send a "
                        "smaller one."
                    ),
                    most=MAX_PIXELS // 1_000_000,
                )
            upright = ImageOps.exif_transpose(image)
            plain = Image.new("RGB", upright.size, "white")
            mask = upright.convert("RGBA") if upright.has_transparency_data else None
            plain.paste(upright.convert("RGB"), mask=mask)
    except (*DAMAGE, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _unreadable() from None
    plain.thumbnail((LARGEST, LARGEST))
    drawn = BytesIO()
    plain.save(drawn, "JPEG", quality=88, optimize=True)
    return drawn.getvalue()


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "file_unreadable",
        N_("This is neither a PDF nor a picture we can open: scan or save it again."),
    )
