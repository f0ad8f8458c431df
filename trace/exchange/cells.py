"""Rows of text to rows of values: what was read once is not read again.

Cells of a column repeat (codes, dates, units), so each column remembers what its texts
meant.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ..errors import N_, InvalidInput, LotmarkError
from .book import LOT_COLUMNS, cell_missing
from .columns import Column, Kind
from .reading import Lines
from .rows import BadRows, Row

REMEMBERED = 20_000
"""Texts a column remembers; more would make memory grow with the file."""

TOGETHER = 1_000
"""Rows read column by column."""

Cells = tuple[str, ...]
Values = tuple[Any, ...]
Record = tuple[int, Values]
"""A line and its values by column; None for an empty cell."""


class Reader:
    """Reads the rows of one table; what is wrong with a row is told apart."""

    def __init__(self, kind: Kind, columns: list[Column]) -> None:
        self.kind, self.columns = kind, columns
        self.names = tuple(column.name for column in columns)
        self.lots: set[str] = set()
        """Lot numbers that rows name."""
        self.errors: list[tuple[str, LotmarkError]] = []
        """What is wrong with the row just read: column and reason."""
        self._memories = [_Memory(column, self) for column in columns]
        self._width = len(columns)

    def read(
        self, rows: Lines, table: str, bad: BadRows
    ) -> Iterator[tuple[list[Record], list[Row]]]:
        """The records of a table, some at a time, and bad rows as far as they are read.

        What is wrong with those is noted in ``bad``.
        """
        while some := list(islice(rows, TOGETHER)):
            lines, cells = zip(*some, strict=True)
            found = self._by_column(lines, cells)
            yield (found, []) if found else self._by_row(some, table, bad)

    def _by_column(
        self, lines: tuple[int, ...], rows: tuple[Cells, ...]
    ) -> list[Record]:
        """The records of rows, column by column; none if there is anything wrong."""
        if set(map(len, rows)) != {self._width}:
            return []
        self.errors.clear()
        columns = zip(*rows, strict=True)
        values = [
            map(memory.__getitem__, column)
            for memory, column in zip(self._memories, columns, strict=True)
        ]
        found = list(zip(lines, zip(*values, strict=True), strict=True))
        return [] if self.errors else found

    def _by_row(
        self, rows: Iterable[tuple[int, Cells]], table: str, bad: BadRows
    ) -> tuple[list[Record], list[Row]]:
        width, good, spoilt = self._width, list[Record](), list[Row]()
        short = ("",) * width
        for line, cells in rows:
            self.errors.clear()
            if any(cells[width:]):
                self.errors.append(("", _too_long(width)))
            memories = zip(self._memories, (cells + short)[:width], strict=True)
            values = tuple([memory[cell] for memory, cell in memories])
            if not self.errors:
                good.append((line, values))
                continue
            row = row_of(table, self.names, (line, values))
            spoilt.append(row)
            for column, error in self.errors:
                bad.note(row, column, error)
        return good, spoilt


class _Memory(dict[str, Any]):
    """What the texts of a column mean; a text that is wrong is never remembered."""

    def __init__(self, column: Column, reader: Reader) -> None:
        super().__init__()
        self._column, self._reader = column, reader
        self._names_lots = column.name in LOT_COLUMNS

    def __missing__(self, text: str) -> Any:
        column = self._column
        if not text:
            if column.needed == "cell":
                error = cell_missing(column.name)
                self._reader.errors.append((column.name, error))
            return None
        try:
            value = column.parse(text)
        except LotmarkError as error:
            self._reader.errors.append((column.name, error))
            return None
        if self._names_lots:
            self._reader.lots.add(value)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = value
        return value


def row_of(table: str, names: tuple[str, ...], record: Record) -> Row:
    """A record as a row whose empty cells are left out."""
    line, values = record
    if None not in values:  # twice as fast as asking for each
        return Row(table, line, dict(zip(names, values, strict=True)))
    filled = {
        name: value
        for name, value in zip(names, values, strict=True)
        if value is not None
    }
    return Row(table, line, filled)


def _too_long(width: int) -> InvalidInput:
    return InvalidInput(
        "row_too_long",
        N_("Expected %(width)s cells as in the header, found more."),
        width=width,
    )
