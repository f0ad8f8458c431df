"""Labels as ZPL II, the command language of Zebra and compatible printers.

What a run has in common is sent once, as a format the printer keeps in its memory; each
label recalls it and adds what is its own. Either the printer draws code and serial
itself (few bytes, any speed), or they go as graphics (the same dots on every printer).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .columns import Bytes, beside, flat, hexed
from .dots import module_digits
from .layout import Line
from .printer_fonts import ZPL_FONTS, Fitted, fit
from .raster import line_dots
from .runs import Run, across
from .serial_dots import SerialDots, serial_dots
from .stock import Stock

LARGEST_CELL = 10
"""``^BQ`` takes at most this many dots a module on older firmware."""
SINK = 10
"""``^BQ`` prints lower than ``^FO`` says by the bar height of ``^BY``, which lasts from
one label to the next: it is set in the format."""
FORM = "R:LOTMARK.ZPL"
"""Where the printer keeps the format: in working memory, until it is switched off."""


def write_zpl(
    labels: Iterable[Run], stock: Stock, out: IO[bytes], graphics: bool = False
) -> None:
    """A format, then ``^XA`` … ``^XZ`` for each row of labels; a new format whenever
    something else stands on them.
    """
    sent = b""
    for run in labels:
        for row in across(run, stock.columns):
            columns = [
                _Column(one, stock, place, graphics) for place, one in enumerate(row)
            ]
            form = _form(columns, stock)
            if form != sent:
                out.write(form)
                sent = form
            out.write(flat(_rows(columns)))


class _Column:
    """The labels of a run in one column of the roll."""

    def __init__(self, run: Run, stock: Stock, place: int, graphics: bool) -> None:
        self.run = run
        self.left = stock.dots(stock.left + place * (stock.width + stock.gap_x))
        self.top = stock.dots(stock.top)
        self.drawn = graphics or run.module > LARGEST_CELL
        """Whether the symbol goes as graphics."""
        self.fitted: list[Fitted | None] = [
            None if graphics else fit(serial.line, ZPL_FONTS, stock.dpi)
            for serial in run.serials
        ]
        """The printer's font of each serial; none where it goes as graphics."""


def _form(columns: list[_Column], stock: Stock) -> bytes:
    width = stock.dots(stock.page_width)
    height = stock.dots(stock.page_height)
    parts = [
        f"^XA\n^DF{FORM}^FS\n^PW{width}\n^LL{height}\n^LH0,0\n^BY2,3,{SINK}\n".encode()
    ]
    number = 0
    for column in columns:
        run, left, top = column.run, column.left, column.top
        if not column.drawn:
            number += 1
            parts.append(
                b"^FO%d,%d^BQN,2,%d^FN%d^FS\n"
                % (left + run.x, top + run.y - SINK, run.module, number)
            )
        for serial, font in zip(run.serials, column.fitted, strict=True):
            if font:
                number += 1
                parts.append(
                    b"^FO%d,%d^A%bN,%d,%d^FN%d^FS\n"
                    % (
                        left + serial.line.x,
                        top + font.top,
                        font.name.encode(),
                        font.height,
                        font.width,
                        number,
                    )
                )
        parts += [_fixed(line, left, top) for line in run.fixed]
    return b"".join([*parts, b"^XZ\n"])


def _rows(columns: list[_Column]) -> Bytes:
    """The commands of each row of labels."""
    pieces: list[bytes | Bytes] = [f"^XA^XF{FORM}^FS".encode()]
    number = 0
    for column in columns:
        run = column.run
        if column.drawn:
            pieces += _symbol(column)
        else:
            number += 1
            pieces += [b"^FN%d" % number, *_payload(run), b"^FS"]
        for place, font in enumerate(column.fitted):
            serial = run.serials[place]
            if font:
                number += 1
                pieces += [b"^FN%d^FD" % number, serial.texts, b"^FS"]
            else:
                x, y, _, _ = serial.line.box
                dots = serial_dots(serial)
                pieces += _graphic(column.left + x, column.top + y, dots)
    return beside(len(columns[0].run), *pieces, b"^PQ1^XZ\n")


def _payload(run: Run) -> Iterator[bytes | Bytes]:
    """The field's data; "_" and two hexadecimal digits are a character, so that "~" and
    "_" cannot be taken for the start of a command.
    """
    level = run.level.encode() + b"A,"
    odd = np.isin(run.payloads[0], [ord(sign) for sign in "_^~"])
    if not odd.any():
        yield from (b"^FD", level, run.payloads)
        return
    yield b"^FH_^FD" + level
    for place in range(run.payloads.shape[1]):
        signs = run.payloads[:, place : place + 1]
        if odd[place]:
            yield b"_"
        yield hexed(signs) if odd[place] else signs


def _symbol(column: _Column) -> Iterator[bytes | Bytes]:
    """The symbol as graphics: ``:`` repeats the row before."""
    run = column.run
    digits = module_digits(run)
    wide = digits.shape[2] // 2
    total = wide * run.size * run.module
    yield b"^FO%d,%d^GFA,%d,%d,%d," % (
        column.left + run.x,
        column.top + run.y,
        total,
        total,
        wide,
    )
    rows = np.full((len(run), run.size, 2 * wide + run.module - 1), ord(":"), np.uint8)
    rows[:, :, : 2 * wide] = digits
    yield rows.reshape(len(run), -1)
    yield b"^FS"


def _graphic(x: int, y: int, dots: SerialDots) -> Iterator[bytes | Bytes]:
    total = dots.rows.shape[1]
    yield b"^FO%d,%d^GFA,%d,%d,%d," % (x, y + dots.top, total, total, dots.wide)
    yield hexed(dots.rows)
    yield b"^FS"


@lru_cache(maxsize=256)
def _fixed(line: Line, left: int, top: int) -> bytes:
    """A line as a ``^GFA`` field, packed as ZPL's alternative data compression."""
    x, y, _, _ = line.box
    return graphic_field(left + x, top + y, line_dots(line))


def graphic_field(x: int, y: int, dots: NDArray[np.bool_]) -> bytes:
    """Dots as a ``^GFA`` field at a place, packed."""
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
