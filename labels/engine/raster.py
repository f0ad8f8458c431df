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
MARGIN = 3
"""Dots a sign may reach out of its place."""


def symbol_dots(symbol: Symbol) -> NDArray[np.bool_]:
    """The dark modules, each ``symbol.module`` dots square."""
    return np.kron(symbol.modules, np.ones((symbol.module,) * 2, dtype=np.bool_))


@lru_cache(maxsize=1024)
def line_dots(line: Line) -> NDArray[np.bool_]:
    """The dots of ``line.box``, True where black."""
    left, _, right, _ = line.box
    return _text_dots(line, line.text, 0, right - left)


def _text_dots(line: Line, text: str, start: int, width: int) -> NDArray[np.bool_]:
    """A text set as ``line`` is, ``start`` quarters of a dot into ``width`` dots."""
    _, top, _, bottom = line.box
    edge = BOLD * line.bold * line.size * FINE
    canvas = Image.new("L", (width * FINE, (bottom - top) * FINE))
    ImageDraw.Draw(canvas).text(
        (edge + start, (line.baseline - top) * FINE),
        text,
        fill=255,
        font=_font(line.face, line.size),
        anchor="ls",
        stroke_width=edge,
    )
    grey = canvas.resize((width, bottom - top), Image.Resampling.BOX)
    return np.asarray(grey) > 110


@lru_cache(maxsize=64)
def inked_rows(line: Line, signs: str) -> tuple[int, int]:
    """First row and end of ``line.box`` between which any of ``signs`` has ink."""
    shown = _text_dots(line, signs, 0, round(2 * line.size * len(signs)))
    rows = np.flatnonzero(shown.any(axis=1))
    return int(rows[0]), int(rows[-1]) + 1


def sign_dots(line: Line, signs: str) -> NDArray[np.bool_]:
    """The dots of ``line.box`` for each of ``signs`` alone at each place of its text.

    ``(places, signs, height, width)``. The line is set in the face of one width, which
    has no kerning: a text's dots are the OR of those of its signs.
    """
    left, top, right, bottom = line.box
    wide, high = right - left, bottom - top
    advance = round(_font(line.face, line.size).getlength(signs[0]))
    cell = advance // FINE + 2 * MARGIN + 1
    phases = {place * advance % FINE for place in range(len(line.text))}
    drawn = {
        phase: np.stack(
            [_text_dots(line, sign, MARGIN * FINE + phase, cell) for sign in signs]
        )
        for phase in phases
    }
    dots = np.zeros((len(line.text), len(signs), high, wide + 2 * cell), np.bool_)
    for place in range(len(line.text)):
        start, phase = divmod(place * advance, FINE)
        dots[place, :, :, start : start + cell] = drawn[phase]
    return dots[..., MARGIN : MARGIN + wide]


def label_dots(label: PlacedLabel) -> NDArray[np.bool_]:
    """The whole label, True where black."""
    dots = np.zeros((label.height, label.width), dtype=np.bool_)
    for symbol in label.symbols:
        area = (
            slice(symbol.y, symbol.y + symbol.side),
            slice(symbol.x, symbol.x + symbol.side),
        )
        dots[area] = symbol_dots(symbol)
    for bars in label.bars:
        for x, width in bars.runs():
            dots[bars.y : bars.y + bars.height, x : x + width] = True
    for line in label.lines:
        left, top, right, bottom = line.box
        dots[top:bottom, left:right] |= line_dots(line)
    return dots


@lru_cache(maxsize=64)
def _font(name: FaceName, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        FILE, size * FINE, index=INDEX[name], layout_engine=ImageFont.Layout.BASIC
    )
