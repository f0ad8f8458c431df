"""Labels as TSPL2, the command language of TSC and compatible printers.

The printer's picture stays from label to label: what a run has in common is sent once,
then each label wipes and draws what is its own. Either the printer draws code and
serial itself, or they go as graphics.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .columns import Bytes, beside, flat
from .dots import module_rows
from .layout import Line
from .printer_fonts import TSPL_FONTS, Fitted, fit
from .raster import line_dots
from .runs import Run, across
from .serial_dots import serial_dots
from .stock import Stock

LARGEST_CELL = 10
"""``QRCODE`` takes at most this many dots a module."""


def write_tspl(
    labels: Iterable[Run], stock: Stock, out: IO[bytes], graphics: bool = False
) -> None:
    """The paper's size, then ``PRINT 1`` for each row of labels; ``CLS`` and the fixed
    texts whenever something else stands on them.

    Text goes as graphics, because printers seldom hold a Chinese font.
    """
    out.write(paper(stock))
    sent = b""
    for run in labels:
        for row in across(run, stock.columns):
            lefts = [
                stock.dots(stock.left + place * (stock.width + stock.gap_x))
                for place in range(len(row))
            ]
            top = stock.dots(stock.top)
            fixed = b"".join(
                [
                    b"CLS\r\n",
                    *(
                        _fixed(line, left, top)
                        for left, one in zip(lefts, row, strict=True)
                        for line in one.fixed
                    ),
                ]
            )
            if fixed != sent:
                out.write(fixed)
                sent = fixed
            pieces = [
                piece
                for left, one in zip(lefts, row, strict=True)
                for piece in _own(one, stock, left, graphics)
            ]
            out.write(flat(beside(len(row[0]), *pieces, b"PRINT 1\r\n")))


def paper(stock: Stock) -> bytes:
    """What the printer must know of the paper before the first label."""
    return (
        f"SIZE {stock.page_width:g} mm,{stock.page_height:g} mm\r\n"
        f"GAP {stock.gap_y:g} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n"
    ).encode()


def bitmap_field(x: int, y: int, dots: NDArray[np.bool_]) -> bytes:
    """Dots as a ``BITMAP`` at a place."""
    white = ~np.packbits(dots, axis=1)
    return beside(1, *_bitmap(x, y, white.shape[1], white[None])).tobytes()


def _own(run: Run, stock: Stock, left: int, graphics: bool) -> Iterator[bytes | Bytes]:
    """The symbol and serials of a column."""
    top = stock.dots(stock.top)
    if graphics or run.module > LARGEST_CELL:
        rows = np.repeat(~module_rows(run), run.module, axis=1)
        yield from _bitmap(left + run.x, top + run.y, rows.shape[2], rows)
    else:
        side = run.size * run.module
        yield b"ERASE %d,%d,%d,%d\r\n" % (left + run.x, top + run.y, side, side)
        # Model 2 must be named: phones cannot read the original model, the default.
        yield b'QRCODE %d,%d,%b,%d,A,0,M2,S7,"' % (
            left + run.x,
            top + run.y,
            run.level.encode(),
            run.module,
        )
        yield from (run.payloads, b'"\r\n')
    for serial in run.serials:
        font = None if graphics else fit(serial.line, TSPL_FONTS, stock.dpi)
        x, y, right, bottom = serial.line.box
        if font is None:
            dots = serial_dots(serial)
            yield from _bitmap(left + x, top + y + dots.top, dots.wide, ~dots.rows)
        else:
            yield b"ERASE %d,%d,%d,%d\r\n" % (left + x, top + y, right - x, bottom - y)
            yield from _text(font, left + serial.line.x, top, serial.texts)


def _text(font: Fitted, x: int, top: int, texts: Bytes) -> Iterator[bytes | Bytes]:
    yield b'TEXT %d,%d,"%b",0,%d,%d,"' % (
        x,
        top + font.top,
        font.name.encode(),
        font.times,
        font.times,
    )
    yield from (texts, b'"\r\n')


def _bitmap(x: int, y: int, wide: int, rows: Bytes) -> Iterator[bytes | Bytes]:
    """A ``BITMAP`` in mode 0 (overwrite): a clear bit prints, a set bit is white."""
    rows = rows.reshape(len(rows), -1)
    yield b"BITMAP %d,%d,%d,%d,0," % (x, y, wide, rows.shape[1] // wide)
    yield from (rows, b"\r\n")


@lru_cache(maxsize=256)
def _fixed(line: Line, left: int, top: int) -> bytes:
    x, y, _, _ = line.box
    return bitmap_field(left + x, top + y, line_dots(line))
