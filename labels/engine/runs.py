"""Runs of labels that differ only in their code and serial: laid out once for all.

The serial is set in a face whose digits and capitals are all one width, so that what
fits one serial fits every other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from .boxes import TextBox
from .columns import Bytes, beside
from .layout import Line, module_dots, set_text
from .qr_block import Symbols, encode_rows, size_of
from .qr_linear import Level
from .stock import Stock
from .values import SERIALS, LabelSeries

_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, eq=False)
class SerialLine:
    """A line of text with the serial in it."""

    line: Line
    """As it stands on the series' model."""
    texts: Bytes
    """What it says on each label, in ASCII."""


@dataclass(frozen=True, eq=False)
class Run:
    """Labels one after the other, alike but for symbol and serial."""

    payloads: Bytes
    """What each symbol says."""
    level: Level
    size: int
    """Modules a side of each symbol."""
    x: int
    y: int
    """Of each symbol's first module from the label's top left corner, dots."""
    module: int
    """Dots a module."""
    fixed: tuple[Line, ...]
    serials: tuple[SerialLine, ...]

    def __len__(self) -> int:
        return len(self.payloads)

    @cached_property
    def symbols(self) -> Symbols:
        """The symbols; printers that draw them themselves need none."""
        return encode_rows(self.payloads, self.level)

    def every(self, start: int, stop: int, step: int) -> "Run":
        """Some of the labels, as a slice picks them."""
        some = slice(start, stop, step)
        serials = (replace(one, texts=one.texts[some]) for one in self.serials)
        return replace(self, payloads=self.payloads[some], serials=tuple(serials))


def runs(labels: Iterable[LabelSeries], stock: Stock) -> Iterator[Run]:
    """Each series, arranged on the stock; all that is in memory are its symbols.

    Raises ``InvalidInput`` and ``TooLarge`` as ``layout.place`` for the first series
    that cannot be printed.
    """
    return (_run(series, stock) for series in labels)


def across(run: Run, columns: int) -> Iterator[tuple[Run, ...]]:
    """The run as rows of labels side by side: runs of equal length, one a column.

    The last row may have fewer labels; then it comes apart.
    """
    full, rest = divmod(len(run), columns)
    whole = full * columns
    if full:
        yield tuple(run.every(column, whole, columns) for column in range(columns))
    if rest:
        yield tuple(run.every(whole + one, whole + one + 1, 1) for one in range(rest))


def _run(labels: LabelSeries, stock: Stock) -> Run:
    before = stock.qr.address(labels.before).encode("ascii")
    payloads = beside(len(labels), before, labels.signs)
    size = size_of(payloads, stock.qr.level)
    fixed: list[Line] = []
    serials: list[SerialLine] = []
    for box in stock.texts:
        lines = set_text(stock, box, labels.model)
        if SERIALS & set(box.names):
            own = [line for line in lines if line.text != box.caption]
            fixed += [line for line in lines if line.text == box.caption]
            serials += _serials(box, own, labels)
        else:
            fixed += lines
    return Run(
        payloads,
        stock.qr.level,
        size,
        stock.dots(stock.qr.x),
        stock.dots(stock.qr.y),
        module_dots(stock, size),
        tuple(fixed),
        tuple(serials),
    )


def _serials(
    box: TextBox, lines: list[Line], labels: LabelSeries
) -> Iterator[SerialLine]:
    """The lines of a box, each a piece of its whole text."""
    whole = box.value.format(
        **{name: getattr(labels.model, name) for name in box.names}
    )
    texts = beside(len(labels), *_pieces(box.value, labels))
    start = 0
    for line in lines:
        start = whole.index(line.text, start)
        end = start + len(line.text)
        yield SerialLine(line, texts[:, start:end])
        start = end


def _pieces(value: str, labels: LabelSeries) -> Iterator[bytes | Bytes]:
    """A text's fixed parts and its serials; ``{names}`` stand at odd places."""
    for place, piece in enumerate(_NAME.split(value)):
        if place % 2 == 0:
            yield piece.encode("ascii")
        elif piece == "serial":
            yield labels.signs
        else:
            yield labels.grouped
