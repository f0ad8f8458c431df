"""A label to hold a ruler to: where the printer prints, and how long its millimetres
are.

Three lines on the first label: A stands 5 mm from its left edge, B 5 mm from its top,
C is the way between A and a second upright line.
"""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .layout import Line
from .raster import line_dots
from .stock import Stock

EDGE = 5.0
"""mm from the label's edge to each line, when the printer prints right."""
THICK, TICK = 0.3, 1.0
"""Of a line, and of the marks for each millimetre, mm."""


def ruler_length(stock: Stock) -> float:
    """What C measures when a millimetre is a millimetre, mm."""
    return stock.width - 2 * EDGE


def ruler_dots(stock: Stock) -> NDArray[np.bool_]:
    """The page with the three lines on its first label, True where black."""
    dots = np.zeros((stock.dots(stock.page_height), stock.dots(stock.page_width)), bool)
    left, top = stock.left, stock.top
    right, bottom = left + stock.width - 1, top + stock.height - 1
    across, down = left + EDGE, top + EDGE
    far = across + ruler_length(stock)
    for x in (across, far):
        _fill(dots, stock, x, top + 1, x + THICK, bottom)
    _fill(dots, stock, left + 1, down, right, down + THICK)
    for place in range(round(ruler_length(stock)) + 1):
        x = across + place
        _fill(dots, stock, x, down, x + THICK / 2, down + TICK * (2 - bool(place % 5)))
    size = stock.dots(3)
    _write(dots, stock, "A", across + 0.8, bottom - 1, size)
    _write(dots, stock, "B", left + 1.5, down + 4, size)
    said = f"C {ruler_length(stock):g} mm"
    _write(dots, stock, said, across + 3, down + 7, size)
    return dots


def draw_ruler(stock: Stock, format: str) -> bytes:
    """The ruler label for a printer; ``format`` is a roll format or ``pdf``."""
    dots = ruler_dots(stock)
    packed = np.packbits(dots, axis=1)
    high, wide = packed.shape
    if format.startswith("zpl"):
        total = high * wide
        head = f"^XA\n^PW{dots.shape[1]}\n^LL{high}\n^LH0,0\n"
        field = f"^FO0,0^GFA,{total},{total},{wide},{packed.tobytes().hex().upper()}^FS"
        return f"{head}{field}\n^PQ1^XZ\n".encode()
    if format.startswith("tspl"):
        size = f"SIZE {stock.page_width:g} mm,{stock.page_height:g} mm\r\n"
        gap = f"GAP {stock.gap_y:g} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n"
        draw = f"CLS\r\nBITMAP 0,0,{wide},{high},0,"
        body = (~packed).tobytes() + b"\r\nPRINT 1\r\n"
        return (size + gap + draw).encode() + body
    out = BytesIO()
    picture = Image.fromarray(~dots)
    picture.save(out, "PDF", resolution=stock.dpi)
    return out.getvalue()


def _fill(
    dots: NDArray[np.bool_],
    stock: Stock,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
) -> None:
    rows = slice(max(stock.dots(y0), 0), max(stock.dots(y1), stock.dots(y0) + 1))
    columns = slice(max(stock.dots(x0), 0), max(stock.dots(x1), stock.dots(x0) + 1))
    dots[rows, columns] = True


def _write(
    dots: NDArray[np.bool_], stock: Stock, text: str, x: float, y: float, size: int
) -> None:
    """A text whose first sign stands at a place of the page."""
    line = Line(text, "sans", False, size, 0, size, len(text) * size)
    _, above, _, below = line.box
    signs = line_dots(line)
    top, left = stock.dots(y) - (below - above), stock.dots(x)
    area = dots[max(top, 0) : top + signs.shape[0], left : left + signs.shape[1]]
    area |= signs[: area.shape[0], : area.shape[1]]
