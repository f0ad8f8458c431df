"""CSV files: their encoding and separator are found out, their rows read one by one."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import N_
from .quoting import unquote_text
from .reading import Lines, Unreadable

DELIMITERS = ",;\t"
LONGEST_LINE = 1 << 20
"""Characters; longer than a hundred cells of the longest text."""
BLOCK = 1 << 20
REMEMBERED = 20_000
"""Cells remembered; more would make memory grow with the file."""


def read_csv(stream: BinaryIO) -> Lines:
    """The lines of a CSV file. Raises Unreadable where it breaks off."""
    text = _Text(stream, _encoding(stream), newline="")
    first = next((line for line in _lines(text) if line.strip()), "")
    heading = next((part for part in first.splitlines() if part.strip()), "")
    delimiter = max(DELIMITERS, key=heading.count)
    text.seek(0)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    line = 1
    cleaned = _Cleaned().__getitem__
    try:
        for cells in reader:
            yield line, tuple(map(cleaned, cells))
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


class _Text(io.TextIOWrapper):
    """Text of a file that stays open: it is the caller's."""

    def close(self) -> None:
        """Called when this goes; the file does not go with it."""


def clean(cell: str) -> str:
    """A cell without blanks and quoting, its characters composed."""
    composed = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    text = composed.strip()
    return unquote_text(text) if text[:1] == "'" else text


class _Cleaned(dict[str, str]):
    """Cells as they were and cleaned: most stand there many times."""

    def __missing__(self, cell: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[cell] = clean(cell)
        return found


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error("line too long")
        yield line


def _encoding(stream: BinaryIO) -> str:
    """By the byte order mark, or by trying UTF-8, then GB 18030, on all of it."""
    start = stream.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        if _is_text(stream, encoding):
            stream.seek(0)
            return encoding
    raise Unreadable(
        "encoding_unknown",
        N_(
            "This is no text in UTF-8, GBK or UTF-16, nor an XLSX workbook: save the "
            "file again as CSV UTF-8 or as XLSX."
        ),
        line=1,
    )


def _is_text(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while block := stream.read(BLOCK):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
