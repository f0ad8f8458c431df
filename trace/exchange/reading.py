"""From the bytes of a CSV or XLSX file to rows of text (domain.md §9 item 56)."""

import codecs
import csv
import io
import re
import struct
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from ..errors import N_, InvalidInput, TooLarge

MAX_BYTES = 32 * 2**20
"""Size of all files of one import together."""
MAX_UNPACKED = 256 * 2**20
"""Size of a workbook's parts once unpacked; a zip bomb is far larger."""
MAX_ROWS = 200_000
"""Rows of all files of one import together."""
MAX_COLUMNS = 100

DELIMITERS = ",;\t"
MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z0-9:]+)"')
# What openpyxl and the modules under it raise for a damaged or locked workbook.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    InvalidFileException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or one sheet of a workbook, as text."""

    name: str
    """The file's name; with ``/sheet`` after it for a workbook of several."""
    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Line in the file (from 1) and its cells, without the empty rows."""


class Unreadable(InvalidInput):
    """A file that cannot be read, or not from some line on."""

    line: int
    """Where it breaks off, from 1."""

    def __init__(self, code: str, text: str, *, line: int, **params: object) -> None:
        super().__init__(code, text, line=line, **params)
        self.line = line


def read_tables(name: str, content: bytes) -> list[Table]:
    """The tables in a file, whatever its encoding, separator or format.

    CSV in UTF-8 (with or without BOM), GB 18030 or UTF-16 with BOM, separated by comma,
    semicolon or tab; XLSX with one table a sheet.

    Raises:
        Unreadable: the file is no such table, or breaks off at ``line``.
        TooLarge: ``import_too_large``.
    """
    if content[:4] == b"PK\x03\x04":
        lines_by_sheet = _read_workbook(content)
    else:
        lines_by_sheet = {"": list(_read_csv(_decode(content)))}
    tables = []
    for sheet, lines in lines_by_sheet.items():
        filled = [(number, cells) for number, cells in lines if any(cells)]
        if filled:
            several = len(lines_by_sheet) > 1
            title = f"{name}/{sheet}" if several else name
            tables.append(_table(title, filled))
    if not tables:
        raise Unreadable("file_empty", N_("The file holds no table."), line=1)
    return tables


def check_sizes(files: Sequence[tuple[str, bytes]]) -> None:
    """Raises TooLarge when the files together are over ``MAX_BYTES``."""
    found = sum(len(content) for _, content in files)
    if found > MAX_BYTES:
        raise _too_large(MAX_BYTES, found)


def _table(name: str, filled: list[tuple[int, tuple[str, ...]]]) -> Table:
    header_line, header = filled[0]
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MAX_COLUMNS:
        raise Unreadable(
            "too_many_columns",
            N_("Expected at most %(limit)s columns, found %(found)s."),
            limit=MAX_COLUMNS,
            found=len(header),
            line=header_line,
        )
    return Table(name, header, header_line, tuple(filled[1:]))


def _decode(content: bytes) -> str:
    """The text, by its byte order mark or by trying UTF-8, then GB 18030."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(
        "encoding_unknown",
        N_(
            "This is no text in UTF-8, GBK or UTF-16, nor an XLSX workbook: save the "
            "file again as CSV UTF-8 or as XLSX."
        ),
        line=1,
    )


def _read_csv(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, rows = 1, 0
    try:
        for cells in reader:
            rows += 1
            if rows > MAX_ROWS + 1:
                raise too_many_rows()
            yield line, tuple(map(_clean, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            "csv_broken",
            N_(
                "The table breaks off at line %(line)s (%(reason)s): look for a "
                "quotation mark that is not closed."
            ),
            line=line,
            reason=str(error),
        ) from error


def _read_workbook(content: bytes) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    try:
        _check_workbook(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and print settings: not our matter
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True
            )
            return _read_sheets(book)
    except DAMAGED as error:
        raise Unreadable(
            "workbook_damaged",
            N_("The workbook cannot be read: open it and save it again as XLSX."),
            line=1,
        ) from error


def _check_workbook(content: bytes) -> None:
    """Refuse zip bombs and merged cells, which read-only mode does not show."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MAX_UNPACKED:
            raise _too_large(MAX_UNPACKED, unpacked)
        for part in parts.namelist():
            if part.startswith("xl/worksheets/"):
                merged = MERGED.search(parts.read(part))
                if merged:
                    raise _merged(merged[1].decode("ascii"))


def _merged(cells: str) -> Unreadable:
    line = re.search(r"\d+", cells)
    return Unreadable(
        "cells_merged",
        N_("Cells %(cells)s are merged: unmerge them and fill every row."),
        cells=cells,
        line=int(line[0]) if line else 1,
    )


def _read_sheets(book: Workbook) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    sheets: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    rows = 0
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write them wrong
        lines = []
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = tuple(_as_text(value, number) for value in row)
            if any(cells):
                rows += 1
                lines.append((number, cells))
            if rows > MAX_ROWS + 1:
                raise too_many_rows()
        if lines:
            sheets[sheet.title] = lines
    return sheets


def _as_text(value: object, line: int) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500_000)
        return rounded.replace(microsecond=0).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, line)
    return _clean(str(value))


def _number(value: int | float, line: int) -> str:
    if abs(value) >= 10**15:  # Excel keeps 15 digits: an SSCC is already spoilt
        raise Unreadable(
            "number_too_long",
            N_(
                "Line %(line)s holds a number of over 15 digits, which Excel cuts "
                "off: format the column as text and enter it again."
            ),
            line=line,
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{Decimal(repr(value)):f}"


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _too_large(limit: int, found: int) -> TooLarge:
    return TooLarge(
        "import_too_large",
        N_(
            "An import may have %(limit)s bytes, but these files have %(found)s: "
            "import them in parts."
        ),
        limit=limit,
        found=found,
    )


def too_many_rows() -> TooLarge:
    """The refusal of more than ``MAX_ROWS`` rows."""
    return TooLarge(
        "import_too_many_rows",
        N_("An import may have %(limit)s rows: import the files in parts."),
        limit=MAX_ROWS,
    )
