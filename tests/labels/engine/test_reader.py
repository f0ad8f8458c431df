"""Photographs of labels: turned, tilted, blurred, far away, damaged, hostile."""

import random
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from lotmark.labels.engine.layout import place
from lotmark.labels.engine.raster import label_dots
from lotmark.labels.engine.reader import read_codes
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput, TooLarge

Records = Callable[[int], list[LabelRecord]]

TABLE = 150
"""The grey a label lies on."""


def printed(record: LabelRecord, module: float = 5) -> Image.Image:
    """A 60 × 40 mm label at so many pixels a module."""
    dots = label_dots(place(load_stock("roll-60x40"), record))
    image = Image.fromarray(~dots).convert("L")
    size = round(image.width * module / 5), round(image.height * module / 5)
    return image.resize(size, Image.Resampling.BOX)


def photo(*labels: Image.Image, width: int = 700, height: int = 600) -> Image.Image:
    """Labels in rows on a table."""
    page = Image.new("L", (width, height), TABLE)
    wide = max(label.width for label in labels) + 20
    high = max(label.height for label in labels) + 20
    across = max(1, width // wide)
    for number, label in enumerate(labels):
        row, column = divmod(number, across)
        page.paste(label, (15 + column * wide, 15 + row * high))
    return page


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE)


def tilted(image: Image.Image, by: float, chance: random.Random) -> Image.Image:
    """Seen from the side: each corner moves inwards by up to ``by`` of the size."""
    wide, high = image.size
    inwards = [(chance.uniform(0, by), chance.uniform(0, by)) for _ in range(4)]
    corners = [(0, 0), (wide, 0), (wide, high), (0, high)]
    rows, right = [], []
    for (u, v), (dx, dy) in zip(corners, inwards, strict=True):
        x = u + dx * wide * (1 if u == 0 else -1)
        y = v + dy * high * (1 if v == 0 else -1)
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    plane = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return image.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        plane.tolist(),
        Image.Resampling.BICUBIC,
        fillcolor=TABLE,
    )


def blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def noisy(image: Image.Image, spread: float, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, spread, image.size[::-1])
    dim = 50 + np.asarray(image) * (150 / 255)
    return Image.fromarray((dim + noise).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, format: str = "JPEG", **options: int) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def texts(data: bytes) -> set[str]:
    return {code.text for code in read_codes(data)}


Spoil = Callable[[Image.Image, random.Random], Image.Image]

SPOILS: dict[str, tuple[int, Spoil]] = {
    "straight": (12, lambda image, chance: image),
    "any angle": (12, lambda image, chance: turned(image, chance.uniform(0, 360))),
    "tilted": (12, lambda image, chance: tilted(image, 0.2, chance)),
    "half a module of blur": (12, lambda image, chance: blurred(image, 2.5)),
    "noise": (12, lambda image, chance: noisy(image, 40, chance.randrange(999))),
    "all together": (
        11,
        lambda image, chance: noisy(
            blurred(
                tilted(turned(image, chance.uniform(0, 360)), 0.15, chance),
                chance.uniform(0.3, 1.5),
            ),
            chance.uniform(3, 20),
            chance.randrange(999),
        ),
    ),
}
"""What befalls a photo, and how many of 12 are read at the least."""


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt_photos(records: Records, name: str) -> None:
    least, spoil = SPOILS[name]
    chance = random.Random(name)  # noqa: S311
    wanted = records(12)
    read = 0
    for record in wanted:
        found = texts(encoded(spoil(photo(printed(record)), chance), quality=60))
        assert found <= {record.url}, "a code is read right or not at all"
        read += len(found)
    assert read >= least


@pytest.mark.parametrize(("module", "least"), [(4.0, 10), (2.5, 7)])
def test_ten_in_one_picture(records: Records, module: float, least: int) -> None:
    chance = random.Random(10)  # noqa: S311
    ten = records(10)
    labels = [turned(printed(label, module), chance.uniform(-25, 25)) for label in ten]
    table = photo(*labels, width=2400, height=1800)
    shot = noisy(blurred(tilted(table, 0.05, chance), 0.8), 8, 1)
    found = texts(encoded(shot, quality=70))
    assert found <= {record.url for record in ten}
    assert len(found) >= least


@pytest.mark.parametrize("module", [3.0, 2.0])
def test_a_small_code_in_a_photo_of_twelve_megapixels(
    records: Records, module: float
) -> None:
    chance = random.Random(12)  # noqa: S311
    for record in records(1):
        page = Image.new("L", (4032, 3024), TABLE)
        page.paste(
            turned(printed(record, module), chance.uniform(0, 360)),
            (chance.randrange(3600), chance.randrange(2700)),
        )
        shot = noisy(blurred(page, 0.6), 6, 2)
        assert texts(encoded(shot, quality=85)) == {record.url}


def test_a_large_blurred_code_in_a_large_photo(beef: LabelRecord) -> None:
    page = printed(beef, 5).resize((4032, 2688), Image.Resampling.BICUBIC)
    assert texts(encoded(blurred(page, 18), quality=70)) == {beef.url}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_picture_formats(beef: LabelRecord, format: str) -> None:
    pillow_heif.register_heif_opener()
    assert texts(encoded(photo(printed(beef)).convert("RGB"), format)) == {beef.url}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixel_formats(beef: LabelRecord, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(printed(beef)).astype(np.uint16) * 257)
    else:
        image = printed(beef).convert(mode)
    assert texts(encoded(image, "PNG")) == {beef.url}


def test_black_on_transparent(beef: LabelRecord) -> None:
    ink = printed(beef).point(lambda grey: 255 - grey)
    clear = Image.merge("LA", (Image.new("L", ink.size, 0), ink))
    assert texts(encoded(clear, "PNG")) == {beef.url}


def test_light_on_dark(beef: LabelRecord) -> None:
    assert texts(encoded(printed(beef).point(lambda grey: 255 - grey))) == {beef.url}


def test_corners_are_those_of_the_upright_picture(beef: LabelRecord) -> None:
    symbol = place(load_stock("roll-60x40"), beef).symbol
    lying = printed(beef).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90° clockwise to see it upright
    out = BytesIO()
    lying.save(out, "JPEG", exif=exif)
    (code,) = read_codes(out.getvalue())
    left, far = symbol.x, symbol.x + symbol.side
    square = [(left, left), (far, left), (far, far), (left, far)]
    for corner, there in zip(code.corners, square, strict=True):
        assert corner == pytest.approx(there, abs=3)


def test_corners_of_a_photo_decoded_at_half_size(beef: LabelRecord) -> None:
    page = printed(beef).resize((8160, 5440))
    (code,) = read_codes(encoded(page, quality=50))
    assert code.corners[0] == pytest.approx((24 * 17, 24 * 17), abs=40)


def test_two_copies_of_one_code_are_two(beef: LabelRecord) -> None:
    both = photo(printed(beef), printed(beef), width=1100)
    first, second = read_codes(encoded(both))
    assert first.text == second.text == beef.url
    assert first.corners != second.corners


def test_no_code_is_an_empty_list() -> None:
    assert read_codes(encoded(Image.new("L", (640, 480), TABLE))) == []
    assert read_codes(encoded(Image.new("1", (1, 1)), "PNG")) == []


def test_a_picture_without_a_code_is_given_up_in_time() -> None:
    chance = np.random.default_rng(0)
    noise = chance.integers(0, 255, (3024, 4032), dtype=np.uint8)
    shot = encoded(Image.fromarray(noise))
    began = time.thread_time()
    assert read_codes(shot, 0.5) == []
    assert time.thread_time() - began < 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.7",
        b"GIF89a" + bytes(50),
        b"<svg/>",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_codes(data)
    assert refused.value.code == "picture_unreadable"
    assert str(refused.value).startswith("Expected a whole JPEG, PNG, WebP or HEIC")


def png_claiming(width: int, height: int) -> bytes:
    """A small file that says it is that large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_400, 10_000, 30_000, 2_000_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(TooLarge, match="at most 70 megapixels"):
        read_codes(png_claiming(side, side))


def test_too_many_bytes() -> None:
    with pytest.raises(TooLarge, match="at most 40 MB, got 41 MB"):
        read_codes(bytes(41 << 20))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_damaged_files_never_crash(beef: LabelRecord, format: str) -> None:
    pillow_heif.register_heif_opener()
    whole = encoded(printed(beef).convert("RGB"), format)
    chance = random.Random(format)  # noqa: S311
    for turn in range(60):
        data = bytearray(whole)
        if turn % 2:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randrange(6)):
            if data:
                reach = min(len(data), chance.choice((64, len(data))))
                data[chance.randrange(reach)] = chance.randrange(256)
        try:
            found = read_codes(bytes(data))
        except InvalidInput:
            continue
        assert {code.text for code in found} <= {beef.url}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(start=st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"RIFF"]), rest=st.binary())
def test_random_bytes_never_crash(start: bytes, rest: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_codes(start + rest)


def test_small_labels_too(beef: LabelRecord) -> None:
    for name in ("roll-40x30", "roll-50x30"):
        dots = label_dots(place(replace(load_stock(name)), beef))
        assert texts(encoded(Image.fromarray(~dots).convert("L"))) == {beef.url}
