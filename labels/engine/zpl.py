"""Labels as ZPL II, the command language of Zebra and compatible printers."""

import re
from collections.abc import Iterable
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .layout import PlacedLabel, Symbol
from .raster import line_dots, symbol_dots
from .stock import Stock

LARGEST_CELL = 10
"""``^BQ`` takes at most this many dots a module on older firmware."""
SINK = 10
"""``^BQ`` prints lower than ``^FO`` says by the bar height of ``^BY``, which lasts from
one label to the next: it is set on every label and taken off again."""


def write_zpl(labels: Iterable[PlacedLabel], stock: Stock, out: IO[bytes]) -> None:
    """One ``^XA`` … ``^XZ`` per label; the printer draws the QR code, text goes as
    graphics with the label."""
    for label in labels:
        out.write(
            f"^XA\n^PW{label.width}\n^LL{label.height}\n^LH0,0\n^BY2,3,{SINK}\n".encode()
        )
        out.write(_symbol(label.symbol))
        for line in label.lines:
            left, top, _, _ = line.box
            out.write(_graphic(left, top, line_dots(line)))
        out.write(b"^PQ1\n^XZ\n")


def _symbol(symbol: Symbol) -> bytes:
    if symbol.module > LARGEST_CELL:
        return _graphic(symbol.x, symbol.y, symbol_dots(symbol))
    # ^FH: "_" followed by two hex digits is a character, so "~" and "_" cannot be
    # taken for the start of a command.
    data = re.sub(r"[_^~]", lambda sign: f"_{ord(sign[0]):02X}", symbol.payload)
    return (
        f"^FO{symbol.x},{symbol.y - SINK}^BQN,2,{symbol.module}"
        f"^FH_^FD{symbol.level}A,{data}^FS\n"
    ).encode("ascii")


def _graphic(x: int, y: int, dots: NDArray[np.bool_]) -> bytes:
    """A ``^GFA`` field: hex digits, packed as ZPL's alternative data compression."""
    packed = np.packbits(dots, axis=1)
    height, width = packed.shape
    rows, last = [], None
    for row in packed:
        digits = _squeeze(row.tobytes().hex().upper())
        rows.append(":" if digits == last else digits)
        last = digits
    total = width * height
    body = "".join(rows)
    return f"^FO{x},{y}^GFA,{total},{total},{width},{body}^FS\n".encode("ascii")


def _squeeze(digits: str) -> str:
    """A row: ``,`` for zeros to its end, counts before a repeated digit.

    >>> _squeeze("FFFFFFFF0000")
    'NF,'
    """
    kept = digits.rstrip("0")
    text = re.sub(r"(.)\1{2,}", lambda run: _count(len(run[0])) + run[1], kept)
    return text + ("," if len(kept) < len(digits) else "")


def _count(number: int) -> str:
    """ZPL's repeat count: g … z are 20 … 400, G … Y are 1 … 19.

    >>> _count(47), _count(3), _count(40)
    ('hM', 'I', 'h')
    """
    most, twenties = "z" * (number // 400), number % 400 // 20
    ones = number % 20
    return (
        most
        + (chr(ord("f") + twenties) if twenties else "")
        + (chr(ord("F") + ones) if ones else "")
    )
