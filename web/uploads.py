"""Papers people upload: a PDF or a photo, judged by its content, never by its name."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pypdfium2
from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from ..labels.engine.reader import DAMAGE, FORMATS, MAX_PIXELS, know_heif
from ..trace import files
from ..trace.errors import N_, InvalidInput, TooLarge
from .current import actor, house

MOST_BYTES = 10 * 1024 * 1024
LARGEST = 3000
"""Longer side of a kept picture, in pixels: small print stays readable."""
MOST_NAME = 100
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


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that came with a form that was refused: it need not be sent again."""

    token: str
    """For the field's name with ``_kept`` after it; good for the one who sent it."""
    name: str
    """What the sender calls it."""


def read_upload(name: str, *, required: bool = False) -> Upload | None:
    """The file of a form's field, written to the files folder; None without one.

    Should the form be refused after all, ``kept_uploads`` has it for the next try.
    Call it outside of any transaction. Raises TooLarge ``file_too_large`` over 10 MB,
    InvalidInput ``file_unreadable`` for anything but a PDF or a picture.
    """
    sent = request.files.get(name)
    content = b""
    if sent is not None:
        with closing(sent):  # a large one lies in a temporary file
            content = sent.stream.read(MOST_BYTES + 1)
    if not content:
        kept = _read_kept(name) if not (sent and sent.filename) else None
        if kept is not None:
            return kept
        if required or (sent and sent.filename):
            raise InvalidInput(
                "file_missing", N_("Expected a file with something in it: choose one.")
            )
        return None
    upload = take_upload(content)
    _keep(name, upload, (sent.filename or "")[:MOST_NAME] if sent else "")
    return upload


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
    sha256 = files.write(house().settings.files, content)
    return Upload(sha256, len(content), media_type)


def kept_uploads() -> dict[str, Kept]:
    """The files of this request's form, by field."""
    kept: dict[str, Kept] = g.setdefault("kept_uploads", {})
    return kept


def _keep(field: str, upload: Upload, name: str) -> None:
    # Unless a record comes to name it, the file is swept away after a day.
    told = [actor().login, name, upload.sha256, upload.size, upload.media_type]
    kept_uploads()[field] = Kept(str(_signer().dumps(told)), name)


def _read_kept(field: str) -> Upload | None:
    try:
        told = _signer().loads(request.form.get(f"{field}_kept", ""))
    except BadSignature:
        return None
    login, name, *rest = told
    upload = Upload(*rest)
    path = files.path_of(house().settings.files, upload.sha256)
    if login != actor().login or not path.is_file():
        return None
    _keep(field, upload, name)
    return upload


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="kept-upload")


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
