"""From the bytes of a CSV or XLSX file to rows of text (domain.md §9 item 56).

Files are read as they are needed, row by row: memory does not grow with them.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import N_, InvalidInput, TooLarge

MAX_BYTES = 256 * 2**20
"""Size of all files of one import together."""
MAX_ROWS = 1_000_000
"""Rows of all files of one import together; a sheet of Excel has hardly more."""
MAX_COLUMNS = 100

File = tuple[str, bytes | BinaryIO]
"""A file's name, and its content or the file itself, open for reading and seekable."""
Lines = Iterator[tuple[int, tuple[str, ...]]]
"""Line in the file (from 1) and its cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or one sheet of a workbook, as text."""

    name: str
    """The file's name; with ``/sheet`` after it for a workbook of several."""
    header: tuple[str, ...]
    header_line: int
    rows: Lines
    """The rows below the header, without the empty ones; they can be read once."""


class Unreadable(InvalidInput):
    """A file that cannot be read, or not from some line on."""

    line: int
    """Where it breaks off, from 1."""

    def __init__(self, code: str, text: str, *, line: int, **params: object) -> None:
        super().__init__(code, text, line=line, **params)
        self.line = line


def as_stream(content: bytes | BinaryIO) -> BinaryIO:
    """A file from its beginning."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    return stream


def check_sizes(files: Sequence[File]) -> None:
    """Raises TooLarge when the files together are over ``MAX_BYTES``."""
    found = sum(size_of(content) for _, content in files)
    if found > MAX_BYTES:
        raise too_large(MAX_BYTES, found)


def size_of(content: bytes | BinaryIO) -> int:
    if isinstance(content, bytes):
        return len(content)
    return content.seek(0, io.SEEK_END)


def open_table(name: str, lines: Lines) -> Table | None:
    """The table that starts with the first filled line; none without any."""
    filled = ((number, cells) for number, cells in lines if any(cells))
    header_line, header = next(filled, (0, ()))
    if not header:
        return None
    while not header[-1]:
        header = header[:-1]
    if len(header) > MAX_COLUMNS:
        raise Unreadable(
            "too_many_columns",
            N_("Expected at most %(limit)s columns, found %(found)s."),
            limit=MAX_COLUMNS,
            found=len(header),
            line=header_line,
        )
    return Table(name, header, header_line, filled)


def too_many_rows() -> TooLarge:
    """The refusal of more than ``MAX_ROWS`` rows."""
    return TooLarge(
        "import_too_many_rows",
        N_("An import may have %(limit)s rows: import the files in parts."),
        limit=MAX_ROWS,
    )


def too_large(limit: int, found: int) -> TooLarge:
    return TooLarge(
        "import_too_large",
        N_(
            "An import may have %(limit)s bytes, but these files have %(found)s: "
            "import them in parts."
        ),
        limit=limit,
        found=found,
    )
