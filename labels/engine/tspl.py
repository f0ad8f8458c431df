"""Labels as TSPL2, the command language of TSC and compatible printers."""

from collections.abc import Iterable
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .layout import PlacedLabel, Symbol
from .raster import line_dots, symbol_dots
from .stock import Stock

LARGEST_CELL = 10
"""``QRCODE`` takes at most this many dots a module."""


def write_tspl(labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes]) -> None:
    """One ``CLS`` … ``PRINT 1`` per label, after the size of the label and its gap.

    The printer draws the QR code; text goes as graphics, because printers seldom hold a
    Chinese font.
    """
    out.write(
        f"SIZE {stock.width:g} mm,{stock.height:g} mm\r\n"
        f"GAP {stock.gap_y:g} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\n".encode()
    )
    for label in labels:
        out.write(b"CLS\r\n")
        out.write(_symbol(label.symbol))
        for line in label.lines:
            left, top, _, _ = line.box
            out.write(_bitmap(left, top, line_dots(line)))
        out.write(b"PRINT 1\r\n")


def _symbol(symbol: Symbol) -> bytes:
    if symbol.module > LARGEST_CELL:
        return _bitmap(symbol.x, symbol.y, symbol_dots(symbol))
    # Model 2 must be named: phones cannot read the original model, the default.
    return (
        f"QRCODE {symbol.x},{symbol.y},{symbol.level},{symbol.module},A,0,M2,S7,"
        f'"{symbol.payload}"\r\n'
    ).encode("ascii")


def _bitmap(x: int, y: int, dots: NDArray[np.bool_]) -> bytes:
    """A ``BITMAP`` in mode 0 (overwrite): a clear bit prints, a set bit is white."""
    width = (dots.shape[1] + 7) // 8
    white = np.ones((dots.shape[0], width * 8), dtype=np.bool_)
    white[:, : dots.shape[1]] = ~dots
    head = f"BITMAP {x},{y},{width},{dots.shape[0]},0,".encode("ascii")
    return head + np.packbits(white, axis=1).tobytes() + b"\r\n"
