"""Codes read from a photograph.

A quick look comes first; only when it finds nothing is the picture read again larger,
in tiles and with more contrast, because a small or faint code costs seconds to find.
"""

import io
import math
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
import pillow_heif
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from ...trace.errors import N_, InvalidInput, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""What phones and screens make; nothing else is opened."""
MAX_PIXELS = 70_000_000
"""Above any phone's photo; a small file can claim a picture of gigabytes."""
MAX_BYTES = 40 << 20
WANTED = 12_000_000
"""Pixels worth looking at: larger pictures are reduced to about this."""

TILE = 1600
OVERLAP = 400
"""Side of a tile and what it shares with the next, pixels: smaller codes are whole in
one of them, larger ones readable without."""
SHARPEN = ImageFilter.UnsharpMask(1.5, 250, 0)
"""Against blur."""
SMOOTH = ImageFilter.GaussianBlur(1.2)
"""Against noise."""

DAMAGE = (
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
"""What Pillow's parsers raise on bytes that are not what they claim to be."""

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """One code in a picture."""

    text: str
    """What it says."""
    corners: tuple[Point, Point, Point, Point]
    """Its corners in pixels of the upright picture, the code's own top left first,
    then clockwise."""


class Look(NamedTuple):
    """What one look at a picture gave."""

    read: list[Found]
    missed: list[Found]
    """Symbols seen but not decoded."""


def read_codes(data: bytes, patience: float = math.inf) -> list[Found]:
    """The QR codes in a JPEG, PNG, WebP or HEIC picture, from top to bottom.

    Empty when there is none. After ``patience`` seconds of processor time no further
    look is begun: what was found by then is the answer.

    Raises ``InvalidInput`` for bytes that are no such picture or a damaged one,
    ``TooLarge`` for more than 40 MiB or 70 megapixels.
    """
    began = time.thread_time()
    picture, scale = _open(data)
    found: list[Found] = []
    missed: list[Found] = []
    for look in _looks(picture):
        found += [c for c in look.read if not any(_same(c, o) for o in found)]
        missed = [
            m for m in missed + look.missed if not any(_over(m, c) for c in found)
        ]
        if (found and not missed) or time.thread_time() - began > patience:
            break
    codes = [_moved(code, scale, 0, 0) for code in found]
    return sorted(codes, key=lambda code: (code.corners[0][1], code.corners[0][0]))


def _open(data: bytes) -> tuple[Image.Image, float]:
    """The picture upright and grey, and how many original pixels one of its is."""
    if len(data) > MAX_BYTES:
        raise TooLarge(
            "picture_too_large",
            N_("Expected a picture of at most %(most)d MB, got %(found)d MB."),
            most=MAX_BYTES >> 20,
            found=len(data) >> 20,
        )
    know_heif()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _too_many_pixels()
            times = _times_too_large(image)
            image.draft("L", (width // times, height // times))  # JPEG only
            picture = _grey(ImageOps.exif_transpose(image))
            picture = picture.reduce(_times_too_large(picture))
            return picture, max(width, height) / max(picture.size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except DAMAGE:
        raise InvalidInput(
            "picture_unreadable",
            N_(
                "Expected a whole JPEG, PNG, WebP or HEIC picture, got something else"
                " or a damaged file; take or send the picture again."
            ),
        ) from None


def _times_too_large(image: Image.Image) -> int:
    return max(1, round(math.sqrt(image.width * image.height / WANTED)))


def _grey(image: Image.Image) -> Image.Image:
    """Eight-bit grey, what is transparent on white."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return image.convert("L")


def _too_many_pixels() -> TooLarge:
    return TooLarge(
        "picture_too_large",
        N_("Expected a picture of at most %(most)d megapixels."),
        most=MAX_PIXELS // 1_000_000,
    )


@cache
def know_heif() -> None:
    """Let Pillow open the pictures of iPhones."""
    pillow_heif.register_heif_opener()


def _looks(picture: Image.Image) -> Iterator[Look]:
    """Ever costlier looks: as it is, then its pieces doubled in several ways."""
    yield _read(picture)
    pieces = list(_pieces(picture))
    for filtered in (SHARPEN, None, SMOOTH):
        for image, scale, left, top in pieces:
            clear = image.filter(filtered) if filtered else image
            size = 2 * image.width, 2 * image.height
            look = _read(clear.resize(size, Image.Resampling.BICUBIC))
            yield Look(
                *([_moved(c, scale / 2, left, top) for c in codes] for codes in look)
            )


def _pieces(picture: Image.Image) -> Iterator[tuple[Image.Image, float, int, int]]:
    """The picture no larger than a tile, then its tiles: each with its pixel size and
    its place in the picture. A large blurred code needs the one, small codes the other.
    """
    scale = max(1.0, max(picture.size) / TILE)
    size = math.ceil(picture.width / scale), math.ceil(picture.height / scale)
    yield picture.resize(size), scale, 0, 0
    if scale > 1:
        step = TILE - OVERLAP
        for top in range(0, max(1, picture.height - OVERLAP), step):
            for left in range(0, max(1, picture.width - OVERLAP), step):
                box = (left, top, left + TILE, top + TILE)
                yield picture.crop(box), 1.0, left, top


def _read(picture: Image.Image) -> Look:
    codes = zxingcpp.read_barcodes(
        np.asarray(picture),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,
    )
    return Look(
        [_found(code) for code in codes if code.valid],
        [_found(code) for code in codes if not code.valid],
    )


def _found(code: zxingcpp.Barcode) -> Found:
    place = code.position
    corners = place.top_left, place.top_right, place.bottom_right, place.bottom_left
    one, two, three, four = ((float(p.x), float(p.y)) for p in corners)
    return Found(code.text, (one, two, three, four))


def _moved(code: Found, scale: float, left: float, top: float) -> Found:
    one, two, three, four = (
        (x * scale + left, y * scale + top) for x, y in code.corners
    )
    return Found(code.text, (one, two, three, four))


def _same(code: Found, other: Found) -> bool:
    """Whether both are one reading of one symbol: a copy beside it counts apart."""
    return code.text == other.text and _over(code, other)


def _over(code: Found, other: Found) -> bool:
    """Whether they lie on each other."""
    (x, y), (u, v) = _middle(code), _middle(other)
    return math.hypot(x - u, y - v) < math.dist(*other.corners[:2]) / 2


def _middle(code: Found) -> Point:
    return sum(x for x, _ in code.corners) / 4, sum(y for _, y in code.corners) / 4
