"""Codes as CSV, for BarTender and the controllers of inkjet and laser coders."""

import codecs
import csv
import io
from collections.abc import Iterable
from typing import IO

from .columns import beside, flat
from .values import LabelSeries

END = b"\r\n"

COLUMNS = (
    "serial",
    "serial_grouped",
    "url",
    "product",
    "batch_no",
    "production_date",
    "expiry_date",
    "line_code",
)


def write_csv(labels: Iterable[LabelSeries], out: IO[bytes]) -> None:
    """UTF-8 with a byte order mark (Excel needs it), a header, CRLF line ends."""
    out.write(codecs.BOM_UTF8 + _row(COLUMNS))
    for series in labels:
        fixed = [_inert(getattr(series.model, column)) for column in COLUMNS[3:]]
        address = _row([series.model.url]).removesuffix(END)
        before, _, after = address.rpartition(series.model.serial.encode())
        rows = beside(
            len(series),
            series.signs,
            b",",
            series.grouped,
            b"," + before,
            series.signs,
            after + b"," + _row(fixed),
        )
        out.write(flat(rows))


def _row(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=END.decode()).writerow(cells)
    return text.getvalue().encode()


def _inert(cell: str) -> str:
    """A spreadsheet runs what starts like a formula; an apostrophe makes it text.

    >>> _inert("=HYPERLINK(1)"), _inert("L2-261118-03")
    ("'=HYPERLINK(1)", 'L2-261118-03')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
