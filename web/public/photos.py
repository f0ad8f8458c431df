"""Photos of a complaint: opened, made smaller, and freed of where they were taken."""

import base64
import io
import struct
import zlib
from datetime import datetime
from functools import cache

import pillow_heif
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from PIL import Image, ImageOps

from ...labels.engine.reader import FORMATS, MAX_PIXELS
from ...trace import files
from ...trace.errors import N_, InvalidInput, TooLarge
from ..current import house

MEDIA_TYPE = "image/jpeg"
LARGEST = 2000
"""Longer side of a kept photo, in pixels."""
SMALL = 240
"""Longer side of the preview on a form that comes back."""

# What Pillow's parsers raise on bytes that are not what they claim to be.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)


def clean_photo(content: bytes) -> bytes:
    """A JPEG of at most 2000 × 2000 pixels that holds the picture and nothing else.

    Reads JPEG, PNG, WebP and HEIC. Raises InvalidInput for anything else, TooLarge for
    more than 70 megapixels.
    """
    _know_heif()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            image.draft("RGB", (LARGEST, LARGEST))
            return _jpeg(ImageOps.exif_transpose(image), LARGEST, 85)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except _DAMAGE:
        raise InvalidInput(
            "photo_unreadable",
            N_(
                "This is not a photo we can open: expected a JPEG, PNG, WebP or HEIC "
                "picture. Take or choose it again."
            ),
        ) from None


def keep_for_now(content: bytes, now: datetime) -> str:
    """Keep a cleaned photo until its form is sent again; the signed name of it.

    The file is written, but no row names it: unless a complaint does, it is swept away
    after a day.
    """
    with house().plant.writing() as session:
        name = files.store(
            session, house().settings.files, content, MEDIA_TYPE, now
        ).sha256
        session.rollback()
    signed: str = _signer().dumps(name)
    return signed


def kept_photo(signed: str) -> bytes | None:
    """A photo kept for now, or None when it is gone or was never ours."""
    try:
        name = _signer().loads(signed)
    except BadSignature:
        return None
    path = files.path_of(house().settings.files, name)
    return path.read_bytes() if path.exists() else None


def preview(content: bytes) -> str:
    """A small version of a cleaned photo, as a data address."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        small = _jpeg(image, SMALL, 70)
    return f"data:{MEDIA_TYPE};base64,{base64.b64encode(small).decode('ascii')}"


def _jpeg(image: Image.Image, largest: int, quality: int) -> bytes:
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    plain = Image.new("RGB", image.size)  # carries over no EXIF, no comment, no profile
    plain.paste(image.convert("RGB"))
    plain.thumbnail((largest, largest))
    drawn = io.BytesIO()
    plain.save(drawn, "JPEG", quality=quality, optimize=True)
    return drawn.getvalue()


def _too_large() -> TooLarge:
    return TooLarge(
        "photo_too_large",
        N_("Expected a photo of at most %(most)d megapixels. Send a smaller one."),
        most=MAX_PIXELS // 1_000_000,
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="kept-photo")


@cache
def _know_heif() -> None:
    pillow_heif.register_heif_opener()
