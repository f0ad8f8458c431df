"""A row with its place in the file, and the refusal that lists the bad ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import N_, InvalidInput, LotmarkError

TOLD = 10_000
"""Bad rows that a refusal lists; the others it counts."""


@dataclass(slots=True)
class Row:
    """A row whose cells were read."""

    file: str
    line: int
    values: dict[str, Any]
    """By column; the columns that are empty or not there are missing."""

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def get(self, column: str, default: Any = None) -> Any:
        return self.values.get(column, default)

    def only(self, columns: Iterable[str]) -> dict[str, Any]:
        """The values of those columns that are filled."""
        return {name: self.values[name] for name in columns if name in self.values}


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row cannot be imported."""

    file: str
    line: int
    """Line of the file or row of the sheet, from 1."""
    column: str
    """English name of the column; empty when the row as a whole is at fault."""
    code: str
    """Stable name of the reason."""
    text: str
    """The English sentence with its places: the key of its translation."""
    params: dict[str, object]

    @classmethod
    def of(cls, row: Row, column: str, error: LotmarkError) -> "BadRow":
        return cls(row.file, row.line, column, error.code, error.text, error.params)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where} {self.column}: {self.text % self.params}".replace(" :", ":")


class BadRows:
    """Bad rows as they are found: all are counted, the first ``TOLD`` are kept."""

    def __init__(self, found: "BadRows | None" = None) -> None:
        self.rows: list[BadRow] = list(found.rows) if found else []
        self.count: int = found.count if found else 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, bad: BadRow) -> None:
        self.count += 1
        if len(self.rows) < TOLD:
            self.rows.append(bad)

    def note(self, row: Row, column: str, error: LotmarkError) -> None:
        self.add(BadRow.of(row, column, error))


class ImportRefused(InvalidInput):
    """Nothing was imported; ``rows`` lists what stands in the way."""

    rows: tuple[BadRow, ...]
    count: int
    """How many there are; more than are listed when there are over ``TOLD``."""

    def __init__(self, bad: BadRows) -> None:
        self.rows = tuple(sorted(bad.rows, key=lambda row: (row.file, row.line)))
        self.count = bad.count
        super().__init__(
            "import_refused",
            N_(
                "Nothing was imported. What stands in the way: %(count)s. The first: "
                "%(first)s"
            ),
            count=bad.count,
            first=str(self.rows[0]),
        )


class WrongCell(Exception):
    """A cell of the row at hand that contradicts what is recorded."""

    def __init__(self, column: str, error: LotmarkError) -> None:
        super().__init__(column, error)
        self.column, self.error = column, error


class AlreadyBad(Exception):
    """The row refers to one that is bad itself: said once is enough."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One table of a finished import."""

    name: str
    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class Known:
    """A file that was imported before: it changed nothing this time."""

    name: str
    """As it was given now."""
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import brought in, in the order it was applied."""

    files: tuple[Imported, ...]
    known: tuple[Known, ...] = ()

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)
