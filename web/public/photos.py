"""Photos of a complaint: opened, made smaller, and freed of where they were taken."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from PIL import Image, ImageOps

from ...labels.engine.reader import DAMAGE, FORMATS, MAX_PIXELS, know_heif
from ...trace import files
from ...trace.errors import N_, InvalidInput, TooLarge
from ..current import house
from ..problems import Busy

MEDIA_TYPE = "image/jpeg"
LARGEST = 2000
"""Longer side of a kept photo, in pixels."""
SMALL = 240
"""Longer side of the preview on a form that comes back."""

KEPT_FOR = int(files.SWEEP_AFTER.total_seconds())
"""Seconds for which a form that came back still has its photos."""
AT_ONCE = 2
"""Photos opened at the same time: each can cost a processor for seconds."""
WAIT = 5.0
"""Seconds a photo waits for its turn."""
_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def photo_turn() -> Iterator[None]:
    """Hold one of the few turns for opening a photo. Raises Busy after 5 seconds."""
    if not _turns.acquire(timeout=WAIT):
        raise Busy(
            "photos_busy",
            N_(
                "Many photos are being read at this moment. Wait half a minute, then "
                "add the photo again."
            ),
        )
    try:
        yield
    finally:
        _turns.release()


def clean_photo(content: bytes) -> bytes:
    """A JPEG of at most 2000 × 2000 pixels that holds the picture and nothing else.

    Reads JPEG, PNG, WebP and HEIC. Raises InvalidInput for anything else, TooLarge for
    more than 70 megapixels, Busy when it gets no turn.
    """
    know_heif()
    try:
        with (
            photo_turn(),
            Image.open(io.BytesIO(content), formats=FORMATS) as image,
        ):
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            image.draft("RGB", (LARGEST, LARGEST))
            return _jpeg(ImageOps.exif_transpose(image), LARGEST, 85)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except DAMAGE:
        raise InvalidInput(
            "photo_unreadable",
            N_(
                "This is not a photo we can open: expected a JPEG, PNG, WebP or HEIC "
                "picture. Take or choose it again."
            ),
        ) from None


def keep_for_now(content: bytes, request_key: str) -> str:
    """Keep a cleaned photo until its form is sent again; the signed name of it.

    The name holds for the form with that key and for a day. The file is written, but no
    row names it: unless a complaint does, it is swept away after a day.
    """
    name = files.write(house().settings.files, content)
    signed: str = _signer(request_key).dumps(name)
    return signed


def kept_photos(signed: list[str], request_key: str, most: int) -> list[bytes]:
    """Photos kept for now for that form, each once; gone ones and others' are left out.

    Of more than ``most`` names the rest is not looked at.
    """
    names: dict[str, None] = {}
    for text in list(dict.fromkeys(signed))[:most]:
        try:
            name = _signer(request_key).loads(text, max_age=KEPT_FOR)
        except BadSignature:
            continue
        names[name] = None
    paths = [files.path_of(house().settings.files, name) for name in names]
    return [path.read_bytes() for path in paths if path.exists()]


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


def _signer(request_key: str) -> URLSafeTimedSerializer:
    # The form's key is in the salt: a name copied into another form is not ours there.
    secret = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(secret, salt=f"kept-photo {request_key}")
