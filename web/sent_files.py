"""Files that were sent to be imported: kept on the disk, and what was wrong in them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from werkzeug.datastructures import FileStorage

from ..trace import files
from ..trace.errors import N_, InvalidInput
from ..trace.exchange.bad_report import read_report
from ..trace.exchange.orders import MOST_FILES, Sent
from ..trace.exchange.rows import BadRow
from ..trace.exchange.tables import ImportOrder

MOST_NAME = 120


def keep_files(folder: Path, sent: Sequence[FileStorage]) -> list[Sent]:
    """Write the files of a request. Raises InvalidInput ``files_missing``."""
    named = [one for one in sent if one.filename]
    if not 0 < len(named) <= MOST_FILES:
        raise InvalidInput(
            "files_missing",
            N_("Expected 1 to %(most)s files, got %(found)s. Choose the files again."),
            most=MOST_FILES,
            found=len(named),
        )
    return [_keep(folder, one) for one in named]


def bad_rows(folder: Path, order: ImportOrder) -> Iterator[BadRow]:
    """The rows that stood in the way of an import, in the order of the files."""
    if order.report is None:
        return
    with files.path_of(folder, order.report).open("rb") as lines:
        yield from read_report(lines)


def _keep(folder: Path, one: FileStorage) -> Sent:
    with closing(one):
        digest, size = files.write_stream(folder, one.stream)
    plain = "".join(c for c in one.filename or "" if c.isprintable())
    name = plain.replace("\\", "/").rpartition("/")[2].strip()[-MOST_NAME:]
    return Sent(name or "file", digest, size)
