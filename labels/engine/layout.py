"""From a stock and a record to placed elements, all in whole printer dots.

Writers know only what stands here: a symbol's modules and lines of text, each at its
place from the label's top left corner.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ...trace.errors import N_, InvalidInput
from .bars import QUIET as BAR_QUIET
from .bars import Element, gs1_bars, readable
from .boxes import MM_PER_POINT, BarBox, TextBox
from .font import ABOVE, BELOW, FaceName, face
from .qr import QUIET, Level, Modules, modules
from .stock import Stock
from .unit_values import UnitRecord
from .values import LabelRecord

LEADING = 1.18
"""From one baseline to the next, in type sizes."""
STEP = 0.25
"""Text shrinks by this many points at a time."""

DotBox: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A QR symbol; printers that draw it themselves use the payload and level."""

    payload: str
    level: Level
    modules: Modules
    """Square array, True where dark, without quiet zone."""
    x: int
    y: int
    """Of the first module, dots."""
    module: int
    """Dots a module."""

    @property
    def side(self) -> int:
        """Width and height of the dark modules, dots."""
        return len(self.modules) * self.module

    @property
    def box(self) -> DotBox:
        """With its quiet zone."""
        quiet = QUIET * self.module
        far = self.side + quiet
        return self.x - quiet, self.y - quiet, self.x + far, self.y + far


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    text: str
    face: FaceName
    bold: bool
    size: float
    """Dots an em."""
    x: int
    baseline: int
    """Where the first character stands, dots."""
    width: int

    @property
    def box(self) -> DotBox:
        """The dots it may darken."""
        return (
            self.x,
            self.baseline - round(ABOVE * self.size),
            self.x + self.width,
            self.baseline + round(BELOW * self.size),
        )


@dataclass(frozen=True, slots=True)
class Bars:
    """A GS1-128 bar code; what it says stands beneath it as a line of its own."""

    dark: tuple[bool, ...]
    """Its modules, without quiet zones."""
    x: int
    y: int
    """Of the first bar's top, dots."""
    module: int
    """Dots a module."""
    height: int

    def runs(self) -> Iterator[tuple[int, int]]:
        """Left edge and width of every bar, dots."""
        place = self.x
        for black, group in itertools.groupby(self.dark):
            width = len(list(group)) * self.module
            if black:
                yield place, width
            place += width


@dataclass(frozen=True, slots=True, eq=False)
class PlacedLabel:
    """Everything on one label."""

    width: int
    height: int
    """Of the label, dots."""
    dpi: int
    symbols: tuple[Symbol, ...]
    """One; none where a label for cases has only bars."""
    lines: tuple[Line, ...]
    bars: tuple[Bars, ...] = ()

    @property
    def symbol(self) -> Symbol:
        """The QR code of a pack's label."""
        return self.symbols[0]


def place(stock: Stock, record: LabelRecord | UnitRecord) -> PlacedLabel:
    """The record's values arranged on the stock's label.

    Raises ``InvalidInput`` for a text that does not fit at its smallest size, a sign
    the font lacks, and a code too large to print legibly.
    """
    lines = [line for box in stock.texts for line in set_text(stock, box, record)]
    placed = _bars_of(stock, record) if isinstance(record, UnitRecord) else []
    lines += [said for _, said in placed]
    return PlacedLabel(
        width=stock.dots(stock.width),
        height=stock.dots(stock.height),
        dpi=stock.dpi,
        symbols=(_place_symbol(stock, record.url),) if stock.qr_box else (),
        lines=tuple(lines),
        bars=tuple(bars for bars, _ in placed),
    )


def _place_symbol(stock: Stock, url: str) -> Symbol:
    payload = stock.qr.address(url)
    dark = modules(payload, stock.qr.level)
    x, y = stock.dots(stock.qr.x), stock.dots(stock.qr.y)
    module = module_dots(stock, len(dark))
    return Symbol(payload, stock.qr.level, dark, x, y, module)


def _bars_of(stock: Stock, record: UnitRecord) -> list[tuple[Bars, Line]]:
    return [
        _place_bars(stock, box, elements)
        for box in stock.bars
        if (elements := record.some(box.elements))
    ]


def _place_bars(
    stock: Stock, box: BarBox, elements: tuple[Element, ...]
) -> tuple[Bars, Line]:
    """Bars as wide as their box takes, in its middle, and what they say beneath."""
    dot, dark = stock.dpi / 25.4, gs1_bars(elements)
    across = len(dark) + 2 * BAR_QUIET
    module = int(min(box.width * dot / across, box.max_module * dot) + 1e-9)
    if module < box.min_module * dot:
        raise InvalidInput(
            "bars_too_dense",
            N_(
                "The bars of %(elements)s would print at %(found).2f mm a module on"
                " %(stock)s, expected at least %(least).2f; use a wider label."
            ),
            elements=readable(elements),
            found=module / dot,
            least=box.min_module,
            stock=stock.name,
        )
    wide = len(dark) * module
    x = round(box.x * dot + (box.width * dot - wide) / 2)
    bars = Bars(dark, x, round(box.y * dot), module, round(box.height * dot))
    return bars, _line_beneath(box, readable(elements), dot)


def _line_beneath(box: BarBox, text: str, dot: float) -> Line:
    """Smaller than the box says where it would be wider than the box."""
    ems = face("mono").width(text)
    em = min(box.text_size * MM_PER_POINT, box.width / ems) * dot
    x = round((box.x + box.width / 2) * dot - ems * em / 2)
    baseline = round((box.y + box.height) * dot + ABOVE * em)
    return Line(text, "mono", False, em, max(x, 0), baseline, int(ems * em + 0.999))


def set_text(
    stock: Stock, box: TextBox, record: LabelRecord | UnitRecord
) -> tuple[Line, ...]:
    """One text of the label; nothing when every value it names is empty."""
    values = {name: getattr(record, name) for name in box.names}
    if values and not any(values.values()):
        return ()
    return _set(box, box.value.format(**values), stock.dpi)


def module_dots(stock: Stock, size: int) -> int:
    """Dots a module of a symbol with ``size`` modules a side: as many as its box takes.

    Raises ``InvalidInput`` when that prints too small to be read.
    """
    box = stock.qr
    inch = stock.dpi / 25.4
    module = int(min(box.size * inch / size, box.quiet * inch / QUIET) + 1e-9)
    if module < box.min_module * inch:
        raise InvalidInput(
            "qr_too_dense",
            N_(
                "The code would print at %(found).2f mm a module on %(stock)s, expected"
                " at least %(least).2f; shorten the address or use a larger label."
            ),
            found=module / inch,
            least=box.min_module,
            stock=stock.name,
        )
    return module


@lru_cache(maxsize=1024)
def _set(box: TextBox, text: str, dpi: int) -> tuple[Line, ...]:
    """``text`` in its box, in the largest type that fits."""
    face(box.face).width(text)  # a sign the font lacks is told by its place in it all
    size = box.size
    while size >= box.min_size - 1e-9:
        width = box.width - box.caption_width
        em = size * MM_PER_POINT
        most = 1 + int((box.height / em - ABOVE - BELOW + 1e-9) // LEADING)
        if rows := _wrap(text, box, width / em, most):
            return _lines(box, rows, size, dpi)
        size -= STEP
    raise InvalidInput(
        "label_text_too_long",
        N_(
            "%(value)s (%(count)d characters) does not fit into its %(width)g ×"
            " %(height)g mm on the label even in %(size)g point type; shorten it or use"
            " a larger label."
        ),
        value=text[:40] + ("…" if len(text) > 40 else ""),
        count=len(text),
        width=box.width,
        height=box.height,
        size=box.min_size,
    )


def _lines(box: TextBox, rows: list[str], size: float, dpi: int) -> tuple[Line, ...]:
    dot = dpi / 25.4
    em = size * MM_PER_POINT * dot
    top = ABOVE * em
    if len(rows) == 1:  # though it shrank, it stays on the baseline of its neighbours
        usual = ABOVE * box.size * MM_PER_POINT * dot
        top = min(usual, box.height * dot - BELOW * em)
    baseline = round(box.y * dot + top)
    left, right = (box.x + box.caption_width) * dot, (box.x + box.width) * dot
    lines = []
    for number, row in enumerate(rows):
        width = face(box.face).width(row, bold=box.bold) * em
        slack = {"left": 0.0, "center": 0.5, "right": 1.0}[box.align]
        x = int(left + slack * (right - left - width))
        down = round(number * LEADING * em)
        lines.append(
            Line(row, box.face, box.bold, em, x, baseline + down, int(width + 0.999))
        )
    if box.caption:
        small = box.caption_size * MM_PER_POINT * dot
        wide = int(face("sans").width(box.caption) * small + 0.999)
        x = int(box.x * dot)
        lines.append(Line(box.caption, "sans", False, small, x, baseline, wide))
    return tuple(lines)


# A line may break after a space and round a wide sign, but not before closing marks
# nor after opening ones.
_PIECE = re.compile(
    r"[（《「【〈“\u2018]*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)"
    r"[，。、；：？！）》」】〉”’%℃]*\s*"
)


def _wrap(text: str, box: TextBox, ems: float, most: int) -> list[str]:
    """``text`` in at most so many rows of at most ``ems``; empty when it needs more."""
    width = face(box.face).width
    rows = [""]
    for piece in _PIECE.findall(text):
        if width((rows[-1] + piece).rstrip(), bold=box.bold) <= ems:
            rows[-1] += piece
        else:
            rows.append(piece)
        if len(rows) > most or width(rows[-1].rstrip(), bold=box.bold) > ems:
            return []
    return [row.rstrip() for row in rows]
