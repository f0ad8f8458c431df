"""Codes as CSV, for BarTender and the controllers of inkjet and laser coders."""

import csv
import io
from collections.abc import Iterable
from typing import IO

from .values import LabelRecord

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


def write_csv(records: Iterable[LabelRecord], out: IO[bytes]) -> None:
    """UTF-8 with a byte order mark (Excel needs it), a header, CRLF line ends."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for record in records:
        rows.writerow([_inert(getattr(record, column)) for column in COLUMNS])
    text.detach()


def _inert(cell: str) -> str:
    """A spreadsheet runs what starts like a formula; an apostrophe makes it text.

    >>> _inert("=HYPERLINK(1)"), _inert("L2-261118-03")
    ("'=HYPERLINK(1)", 'L2-261118-03')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
