"""Spoilt symbols of ours are read as often as those that ``qrcode`` draws."""

import os
from collections.abc import Callable

import numpy as np
import pytest
import qrcode
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lotmark.labels.engine.qr import QUIET, modules
from lotmark.labels.engine.qr_linear import LEVELS

COUNT = 3_000 if os.environ.get("LOTMARK_LONG") else 150
PIXELS = 4
"""Of a photo, to a module."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Spoil = Callable[[Image.Image, np.random.Generator], Image.Image]


def picture(dark: NDArray[np.bool_]) -> Image.Image:
    page = np.pad(~dark, QUIET + 2, constant_values=True)
    return Image.fromarray(np.uint8(255) * page.repeat(PIXELS, 0).repeat(PIXELS, 1))


def blurred(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(1.6, 2.1)))


def tilted(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    wide, high = image.size
    turned = image.rotate(
        chance.uniform(0, 360), Image.Resampling.BICUBIC, expand=True, fillcolor=255
    ).resize((wide, high))
    dx, dy = chance.uniform(0, 0.22, 2) * (wide, high)
    corners = (0, 0, dx, high, wide - dx, high - dy, wide, 0)
    return turned.transform(
        (wide, high),
        Image.Transform.QUAD,
        corners,
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )


def noisy(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    grain = chance.normal(0, chance.uniform(15, 35), image.size[::-1])
    grey = 60 + np.asarray(image) * (140 / 255) + grain
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def damaged(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Blots, black or white, over a tenth of the symbol, none on a corner's finder."""
    dots = np.asarray(image).copy()
    edge = (QUIET + 2) * PIXELS
    side = dots.shape[0] - 2 * edge
    blots = int(chance.integers(1, 5))
    size = int(side * (0.1 / blots) ** 0.5)
    for _ in range(blots):
        x, y = chance.integers(edge + side // 4, edge + side - size, 2)
        dots[y : y + size, x : x + size] = chance.choice((0, 255))
    return Image.fromarray(dots)


def read(image: Image.Image, text: str) -> bool:
    found = [code.text for code in zxingcpp.read_barcodes(image)]
    assert found in ([], [text]), "a code is read right or not at all"
    return bool(found)


@pytest.mark.parametrize("spoil", [blurred, tilted, noisy, damaged])
def test_ours_are_read_as_often(spoil: Spoil) -> None:
    draw = np.random.default_rng(18004)
    ours = theirs = 0
    for number in range(COUNT):
        serial = "".join(draw.choice(list(LETTERS), 16))
        text = f"HTTPS://Q.CN/01/09506000134352/10/L2-261118-03/21/{serial}"
        code = qrcode.QRCode(error_correction=LEVELS["M"], border=0)
        code.add_data(text)
        code.make()
        other = np.array(code.get_matrix(), np.bool_)
        for_each = (modules(text), other)
        first, second = (
            read(spoil(picture(dark), np.random.default_rng(number)), text)
            for dark in for_each
        )
        ours += first
        theirs += second
    # They differ in the mask at most, so only by chance: three standard deviations.
    share = max(theirs / COUNT, 1 / COUNT)
    slack = 3 * (2 * COUNT * share * (1 - share)) ** 0.5
    assert ours >= theirs - slack
    assert theirs > COUNT / 10, "the damage leaves something to compare"
