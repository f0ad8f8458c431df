"""XLSX workbooks: one table a sheet, cells as they would stand in a CSV file."""

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import IO, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from ..errors import N_
from .plain_text import clean
from .reading import Lines, Table, Unreadable, open_table, too_large

MAX_UNPACKED = 2**30
"""Size of a workbook's sheets once unpacked; a zip bomb is far larger."""
MAX_STRINGS = 128 * 2**20
"""Size of all its other parts: its texts are kept in memory while it is read."""
BLOCK = 1 << 20
MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z0-9:]+)"')
TOGETHER = 200
"""Rows read in one go."""
LONGEST_TAG = 200
"""More than a ``mergeCell`` is long; it may lie across two blocks."""
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


def read_workbook(name: str, stream: BinaryIO) -> Iterator[Table]:
    """The filled sheets of a workbook.

    Raises:
        Unreadable: it is damaged, or has merged cells.
        TooLarge: ``import_too_large``.
    """
    with _not_damaged():
        _check_parts(stream)
        stream.seek(0)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        sheets = list(_filled(book))
    for title, lines in sheets:
        several = f"{name}/{title}" if len(sheets) > 1 else name
        table = open_table(several, lines)
        if table is not None:
            yield table


@contextmanager
def _not_damaged() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and print settings: not our matter
            yield
    except DAMAGED as error:
        raise Unreadable(
            "workbook_damaged",
            N_("The workbook cannot be read: open it and save it again as XLSX."),
            line=1,
        ) from error


def _check_parts(stream: BinaryIO) -> None:
    """Refuse zip bombs and merged cells, which read-only mode does not show."""
    with zipfile.ZipFile(stream) as parts:
        sizes = {part.filename: part.file_size for part in parts.infolist()}
        sheets = [name for name in sizes if name.startswith("xl/worksheets/")]
        unpacked = sum(sizes[name] for name in sheets)
        if unpacked > MAX_UNPACKED:
            raise too_large(MAX_UNPACKED, unpacked)
        if sum(sizes.values()) - unpacked > MAX_STRINGS:
            raise too_large(MAX_STRINGS, sum(sizes.values()) - unpacked)
        for name in sheets:
            with parts.open(name) as part:
                _check_merged(part)


def _check_merged(part: IO[bytes]) -> None:
    before = b""
    while block := part.read(BLOCK):
        if merged := MERGED.search(before + block):
            cells = merged[1].decode("ascii")
            line = re.search(r"\d+", cells)
            raise Unreadable(
                "cells_merged",
                N_("Cells %(cells)s are merged: unmerge them and fill every row."),
                cells=cells,
                line=int(line[0]) if line else 1,
            )
        before = block[-LONGEST_TAG:]


def _filled(book: Workbook) -> Iterator[tuple[str, Lines]]:
    """The sheets that hold anything, each from its first filled line on."""
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write them wrong
        lines = _read_sheet(sheet.iter_rows(values_only=True))
        first = next((line for line in lines if any(line[1])), None)
        if first is not None:
            yield sheet.title, chain([first], lines)


def _read_sheet(rows: Iterator[tuple[object, ...]]) -> Lines:
    numbered = enumerate(rows, start=1)
    while True:
        with _not_damaged():
            some = [
                (number, tuple([_as_text(value, number) for value in values]))
                for number, values in islice(numbered, TOGETHER)
            ]
        if not some:
            return
        yield from some


def _as_text(value: object, line: int) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500_000)
        return rounded.replace(microsecond=0).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, line)
    return clean(str(value))


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
    if type(value) is int:
        return str(value)
    return f"{Decimal(repr(value)):f}"
