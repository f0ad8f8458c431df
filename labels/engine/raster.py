"""Placed elements as black and white dots, for label printers and previews."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .font import BOLD, FILE, INDEX, FaceName
from .layout import Line, PlacedLabel, Symbol

FINE = 4
"""Text is drawn this many times larger, then reduced: hinting to whole dots would
change its width."""


def symbol_dots(symbol: Symbol) -> NDArray[np.bool_]:
    """The dark modules, each ``symbol.module`` dots square."""
    return np.kron(symbol.modules, np.ones((symbol.module,) * 2, dtype=np.bool_))


@lru_cache(maxsize=1024)
def line_dots(line: Line) -> NDArray[np.bool_]:
    """The dots of ``line.box``, True where black."""
    left, top, right, bottom = line.box
    width, height = right - left, bottom - top
    canvas = Image.new("L", (width * FINE, height * FINE))
    ImageDraw.Draw(canvas).text(
        (BOLD * line.bold * line.size * FINE, (line.baseline - top) * FINE),
        line.text,
        fill=255,
        font=_font(line.face, line.size),
        anchor="ls",
        stroke_width=BOLD * line.bold * line.size * FINE,
    )
    grey = canvas.resize((width, height), Image.Resampling.BOX)
    return np.asarray(grey) > 110


def label_dots(label: PlacedLabel) -> NDArray[np.bool_]:
    """The whole label, True where black."""
    dots = np.zeros((label.height, label.width), dtype=np.bool_)
    symbol = label.symbol
    area = (
        slice(symbol.y, symbol.y + symbol.side),
        slice(symbol.x, symbol.x + symbol.side),
    )
    dots[area] = symbol_dots(symbol)
    for line in label.lines:
        left, top, right, bottom = line.box
        dots[top:bottom, left:right] |= line_dots(line)
    return dots


@lru_cache(maxsize=64)
def _font(name: FaceName, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        FILE, size * FINE, index=INDEX[name], layout_engine=ImageFont.Layout.BASIC
    )
