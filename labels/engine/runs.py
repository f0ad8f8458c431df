"""Runs of labels that differ only in their code and serial: laid out once for all.

The serial is set in a face whose digits and capitals are all one width, so that what
fits one serial fits every other.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter

from .layout import Line, module_dots, set_text
from .qr_block import Symbols, encode
from .stock import Stock, TextBox
from .values import SERIALS, LabelRecord

LONGEST = 1024
"""Labels of a run: enough for the encoder, and little in memory."""

_alike = attrgetter(
    *(
        field.name
        for field in fields(LabelRecord)
        if field.name not in ("url", "serial")
    )
)


@dataclass(frozen=True, slots=True)
class SerialLine:
    """A line of text with the serial in it, as it stands on the first label."""

    line: Line
    value: str
    """The box's text with its ``{names}``."""
    names: tuple[str, ...]
    start: int
    """Where the line begins in the box's whole text."""

    def of(self, record: LabelRecord) -> str:
        """What another label of the run says there."""
        values = {name: getattr(record, name) for name in self.names}
        whole = self.value.format_map(values)
        return whole[self.start : self.start + len(self.line.text)]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Labels one after the other, alike but for symbol and serial."""

    records: tuple[LabelRecord, ...]
    symbols: Symbols
    x: int
    y: int
    """Of each symbol's first module from the label's top left corner, dots."""
    module: int
    """Dots a module."""
    fixed: tuple[Line, ...]
    serials: tuple[SerialLine, ...]

    def __len__(self) -> int:
        return len(self.records)


def runs(records: Iterable[LabelRecord], stock: Stock) -> Iterator[Run]:
    """The records in order, arranged on the stock's labels.

    Raises ``InvalidInput`` and ``TooLarge`` as ``layout.place`` for the first record
    that cannot be printed.
    """
    for _, alike in itertools.groupby(records, lambda r: (_alike(r), len(r.url))):
        while some := tuple(itertools.islice(alike, LONGEST)):
            yield _run(some, stock)


def _run(records: tuple[LabelRecord, ...], stock: Stock) -> Run:
    symbols = encode([record.url for record in records], stock.qr.level)
    fixed: list[Line] = []
    serials: list[SerialLine] = []
    for box in stock.texts:
        lines = set_text(stock, box, records[0])
        if SERIALS & set(box.names):
            own = [line for line in lines if line.text != box.caption]
            fixed += [line for line in lines if line.text == box.caption]
            serials += _serials(box, own, records[0])
        else:
            fixed += lines
    return Run(
        records,
        symbols,
        stock.dots(stock.qr.x),
        stock.dots(stock.qr.y),
        module_dots(stock, symbols.size),
        tuple(fixed),
        tuple(serials),
    )


def _serials(
    box: TextBox, lines: list[Line], record: LabelRecord
) -> Iterator[SerialLine]:
    whole = box.value.format(**{name: getattr(record, name) for name in box.names})
    start = 0
    for line in lines:
        start = whole.index(line.text, start)
        yield SerialLine(line, box.value, box.names, start)
        start += len(line.text)
