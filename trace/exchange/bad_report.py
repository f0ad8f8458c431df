"""The bad rows of an import as a file, told again in any language."""

import json
from collections.abc import Iterable, Iterator

from .rows import BadRow


def write_report(rows: Iterable[BadRow]) -> bytes:
    """One line of JSON for each bad row.

    Frozen format 1: ``[file, line, column, code, sentence, values for its places]``.
    """
    return "".join(f"{_line(row)}\n" for row in rows).encode()


def read_report(lines: Iterable[bytes]) -> Iterator[BadRow]:
    """The bad rows that ``write_report`` wrote.

    >>> bad = BadRow("lots.csv", 7, "gtin", "gtin_invalid", "No %(it)s.", {"it": "x"})
    >>> [str(row) for row in read_report(write_report([bad]).splitlines())]
    ['lots.csv:7 gtin: No x.']
    """
    for line in lines:
        yield BadRow(*json.loads(line))


def _line(row: BadRow) -> str:
    told = [row.file, row.line, row.column, row.code, row.text, row.params]
    return json.dumps(told, ensure_ascii=False, default=str)
