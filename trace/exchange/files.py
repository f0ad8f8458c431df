"""The tables in a file, whatever its encoding, separator or format."""

from collections.abc import Iterator

from ..errors import N_
from .plain_text import read_csv
from .reading import File, Table, Unreadable, as_stream, open_table
from .workbooks import read_workbook

ZIP = b"PK\x03\x04"
"""What a workbook begins with."""


def read_tables(file: File) -> Iterator[Table]:
    """The tables in a file; each must be read to its end before the next.

    CSV in UTF-8 (with or without BOM), GB 18030 or UTF-16 with BOM, separated by comma,
    semicolon or tab; XLSX with one table a sheet.

    Raises, while they are read:
        Unreadable: the file is no such table, or breaks off at ``line``.
        TooLarge: ``import_too_large``.
    """
    name, content = file
    stream = as_stream(content)
    zipped = stream.read(len(ZIP)) == ZIP
    stream.seek(0)
    if zipped:
        tables = read_workbook(name, stream)
    else:
        only = open_table(name, read_csv(stream))
        tables = iter(() if only is None else (only,))
    found = False
    for table in tables:
        found = True
        yield table
    if not found:
        raise Unreadable("file_empty", N_("The file holds no table."), line=1)
