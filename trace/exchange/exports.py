"""Writing lists to files: CSV line by line, XLSX by way of a temporary file.

Both are streamed: memory stays flat however long a list is. docs/export.md tells how
each value is written; an import reads all of them back.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy.orm import Session

from ..identity.items import ItemSet
from .lists import IMPORTS, Listing
from .lists.query import Asked, Cell, read_rows
from .lists.shape import Column, Use
from .quoting import quote_text, unquote_text

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel reads Chinese in a CSV file as another encoding."""
SHEET_ROWS = 1_048_575
"""Rows of an Excel sheet below its header; what is more goes on the next sheet."""
EXACT_DIGITS = 15
"""Excel cuts off what a number has beyond; such a value is written as text."""
PIECE = 64 * 1024

Value = str | int | Decimal | date | None
"""A cell to write: text, a number or a day."""

UNITS = {"piece": ("piece", 1), "mg": ("kg", 1_000_000), "ul": ("l", 1_000_000)}
"""Base unit to the unit of files, and how many base units that has."""


def write_list(
    session: Session, listing: Listing, asked: Asked, form: str, use: Use = "list"
) -> Iterator[bytes]:
    """The rows asked for as the bytes of a file; ``form`` is one of ``FORMATS``."""
    columns = listing.columns_for(use)
    rows = read_rows(session, listing, asked, use)
    values = (_values(columns, row, asked.zone) for row in rows)
    header = [column.name for column in columns]
    if form == "csv":
        return write_csv(header, values)
    wide = [column.form in ("moment", "name", "text", "lot") for column in columns]
    return _write_xlsx(listing.name, header, wide, values)


def write_table(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Value]], form: str
) -> Iterator[bytes]:
    """Rows below a header as the bytes of a file; ``form`` is one of ``FORMATS``."""
    if form == "csv":
        return write_csv(header, rows)
    return _write_xlsx(name, header, [True] * len(header), rows)


def write_plant(
    session: Session, asked: Asked
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and content of the CSV files from which an import makes the plant anew.

    Take each content before the next one.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Or a movement booked between two files would be in one of them only.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    for listing in IMPORTS:
        yield (
            f"{listing.name}.csv",
            write_list(session, listing, asked, "csv", "import"),
        )


def value_of(column: Column, cell: Cell, zone: ZoneInfo) -> Value:
    """What a cell is in a file; times in their own zone, or in ``zone``.

    Quantities are in kg, l or pieces, as the column ``unit`` beside them says.
    """
    value, by, _ = cell
    if value is None or value == "":
        return None
    if column.form == "amount":
        return in_unit(value, by)
    if column.form == "unit":
        return UNITS[value][0]
    if column.form == "moment":
        local: datetime = value.astimezone(ZoneInfo(by) if by else zone)
        return local.isoformat(sep=" ")
    if column.form == "nutrition":
        return "; ".join(
            f"{name} {what} {share}%" for name, (what, share) in value.items()
        )
    if column.form == "findings":
        return "; ".join(" | ".join(map(_plain_finding, row)) for row in value)
    if column.form == "items":
        return str(ItemSet.parse(value))
    found: Value = value
    return found


def _values(
    columns: Sequence[Column], row: Sequence[Cell], zone: ZoneInfo
) -> list[Value]:
    return [value_of(*pair, zone) for pair in zip(columns, row, strict=True)]


def _plain_finding(text: str) -> str:
    """Signs that stand between findings get a backslash, see ``values.findings``."""
    return re.sub(r"([\\|;；])", r"\\\1", text)


def in_unit(quantity: int, base: str | None) -> int | Decimal:
    """Base units in the unit of files.

    >>> in_unit(3_840_500_000, "mg"), in_unit(40, "piece")
    (Decimal('3840.5'), 40)
    """
    size = UNITS[base or "piece"][1]
    if quantity % size == 0:
        return quantity // size
    return Decimal(quantity) / size


def write_csv(
    header: Sequence[str], rows: Iterable[Sequence[Value]]
) -> Iterator[bytes]:
    """Rows below a header as a CSV file; text that looks like a formula is quoted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write(BOM)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        if text.tell() >= PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return quote_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _write_xlsx(
    name: str,
    header: Sequence[str],
    wide: Sequence[bool],
    rows: Iterable[Sequence[Value]],
) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        # Text is written as text: never a formula, a link or a number without zeros.
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        formats = {
            "head": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet: Any = None
        line = 0
        for number, row in enumerate(rows):
            if number % SHEET_ROWS == 0:
                sheet, line = (
                    _sheet(book, name, number // SHEET_ROWS, header, wide, formats),
                    0,
                )
            line += 1
            for at, value in enumerate(row):
                _write(sheet, line, at, value, formats)
        if sheet is None:
            _sheet(book, name, 0, header, wide, formats)
        book.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sheet(
    book: Any,
    name: str,
    number: int,
    header: Sequence[str],
    wide: Sequence[bool],
    formats: Mapping[str, Any],
) -> Any:
    sheet = book.add_worksheet(f"{name} {number + 1}" if number else name)
    sheet.freeze_panes(1, 0)
    for at, (title, broad) in enumerate(zip(header, wide, strict=True)):
        sheet.set_column(at, at, 26 if broad else 14)
        sheet.write_string(0, at, title, formats["head"])
    return sheet


def _write(
    sheet: Any, line: int, at: int, value: Value, formats: Mapping[str, Any]
) -> None:
    if value is None:
        return
    if isinstance(value, str):
        # Text of a workbook is never run. Only what looks quoted is quoted, or an
        # import would take its own apostrophe off.
        looks_quoted = unquote_text(value) != value
        sheet.write_string(line, at, quote_text(value) if looks_quoted else value)
    elif isinstance(value, date):
        sheet.write_datetime(line, at, value, formats["day"])
    elif len(Decimal(value).as_tuple().digits) > EXACT_DIGITS:
        sheet.write_string(line, at, _plain(value))
    else:
        sheet.write_number(line, at, value)
