"""Reading the files of an import before anything is locked: rows wait on disk."""

import pickle
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, BinaryIO

import numpy as np

from ..errors import N_, Conflict
from . import reading, values
from .cells import Cells, Reader, Record, row_of
from .columns import Kind, recognise
from .files import read_tables
from .job import note_bad
from .kinds import KINDS
from .reading import (
    File,
    Lines,
    Unreadable,
    as_stream,
    check_sizes,
    size_of,
)
from .rows import BadRows, ImportRefused, Row

TOGETHER = 10_000
"""Rows written to disk, and worked on, in one go."""
BLOCK = 1 << 20

Progress = Callable[[str, int, int], None]
"""Told the step (``read``, ``check`` or ``write``), rows done, and of how many."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was given, and what it is recognised by."""

    name: str
    stream: BinaryIO
    digest: str
    """SHA-256 of its bytes, whatever its name."""


@dataclass(slots=True)
class Batch:
    """The rows of one table that could be read, on disk."""

    digest: str
    """Of the file it is in."""
    table: str
    kind: Kind
    names: tuple[str, ...]
    count: int = 0
    left_out: set[int] = field(default_factory=set)
    """Lines that repeat an earlier one."""
    _file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def write(self, records: list[Record]) -> None:
        lines, cells = zip(*records, strict=True)
        columns = list(zip(*cells, strict=True))
        for place in self._times:
            columns[place] = tuple([at and at.isoformat() for at in columns[place]])
        pickle.dump((lines, columns), self._file, pickle.HIGHEST_PROTOCOL)
        self.count += len(records)

    def rows(self) -> Iterator[list[Row]]:
        """The rows, some thousands at a time."""
        self._file.seek(0)
        left = self.count
        while left:
            lines, columns = pickle.load(self._file)  # noqa: S301 - a file of our own
            left -= len(lines)
            for place in self._times:
                texts = columns[place]
                columns[place] = [at and datetime.fromisoformat(at) for at in texts]
            yield [
                row_of(self.table, self.names, record)
                for record in zip(lines, zip(*columns, strict=True), strict=True)
                if record[0] not in self.left_out
            ]

    @property
    def _times(self) -> list[int]:
        """Columns of times, which are kept as text: that is read many times faster."""
        times = {c.name for c in self.kind.columns if c.parse is values.moment}
        return [place for place, name in enumerate(self.names) if name in times]

    def close(self) -> None:
        self._file.close()


@dataclass(slots=True)
class Staged:
    """Files that were read, ready to be checked and applied."""

    digests: dict[str, str]
    """SHA-256 of each file's content to its name; the same content counts once."""
    batches: list[Batch] = field(default_factory=list)
    """In the order they are applied."""
    bad: BadRows = field(default_factory=BadRows)
    missed: set[tuple[str, str]] = field(default_factory=set)
    """What bad rows would have recorded."""
    lots: set[str] = field(default_factory=set)
    """Lot numbers that rows name."""

    @property
    def rows(self) -> int:
        return sum(batch.count for batch in self.batches)

    def close(self) -> None:
        for batch in self.batches:
            batch.close()


def open_files(files: Sequence[File]) -> list[Given]:
    """Files with what they are recognised by. Raises TooLarge."""
    check_sizes(files)
    return [
        Given(name, stream, digest_of(stream))
        for name, stream in ((name, as_stream(content)) for name, content in files)
    ]


def stage_files(given: Sequence[Given], progress: Progress) -> Staged:
    """Read files; of those with the same content, the first.

    Raises:
        ImportRefused: for files that cannot be read; what they hold is unknown, so the
            rows of others cannot be judged.
        TooLarge: ``import_too_large``, ``import_too_many_rows``.
    """
    staged = Staged({})
    broken = BadRows()
    watch = _Watch(given, progress)
    try:
        for file in given:
            if file.digest in staged.digests:
                continue
            staged.digests[file.digest] = file.name
            try:
                _stage(file, staged, watch)
            except Unreadable as error:
                broken.note(Row(file.name, error.line, {}), "", error)
            watch.end(file)
        if broken:
            raise ImportRefused(broken)
    except BaseException:
        staged.close()
        raise
    staged.batches.sort(key=lambda batch: KINDS.index(batch.kind))
    return staged


def digest_of(stream: BinaryIO) -> str:
    """What a file is recognised by, whatever its name: SHA-256 of the rest of it."""
    found = sha256()
    while block := stream.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def _stage(given: Given, staged: Staged, watch: "_Watch") -> None:
    file = given.name, given.stream
    repeated: dict[int, set[int]] = {}
    before = len(staged.batches)
    for table in read_tables(file):
        kind, columns = recognise(table, KINDS)
        reader = Reader(kind, columns)
        batch = Batch(given.digest, table.name, kind, reader.names)
        staged.batches.append(batch)
        marks = _Marks(watch.count(table.rows, given))
        _fill(batch, reader, marks, staged)
        staged.lots |= reader.lots
        repeated[len(repeated)] = marks.suspects()
    if any(repeated.values()):
        _leave_out(file, staged.batches[before:], repeated, staged.bad)


def _fill(batch: Batch, reader: Reader, marks: "_Marks", staged: Staged) -> None:
    some: list[Record] = []
    for records, spoilt in reader.read(marks.rows(), batch.table, staged.bad):
        for row in spoilt:
            note_bad(staged.missed, batch.kind.name, row)
        some += records
        if len(some) >= TOGETHER:
            batch.write(some)
            some = []
    if some:
        batch.write(some)


class _Marks:
    """A short mark of every row, by which rows that are the same find each other."""

    def __init__(self, rows: Lines) -> None:
        self._rows = rows
        self._lines, self._marks = array("q"), array("q")

    def rows(self) -> Lines:
        for line, cells in self._rows:
            self._lines.append(line)
            self._marks.append(hash(cells))
            yield line, cells

    def suspects(self) -> set[int]:
        """Lines whose mark is there twice: most likely, but not surely, the same."""
        marks = np.frombuffer(self._marks, dtype=np.int64)
        _, which, counts = np.unique(marks, return_inverse=True, return_counts=True)
        twice = np.flatnonzero(counts[which] > 1)
        return {self._lines[int(index)] for index in twice}


def _leave_out(
    file: File, batches: list[Batch], suspects: dict[int, set[int]], bad: BadRows
) -> None:
    """Read once more to see which of the suspected rows are the same indeed."""
    for number, table in enumerate(read_tables(file)):
        first: dict[Cells, int] = {}
        for line, cells in table.rows:
            if line not in suspects[number] or first.setdefault(cells, line) == line:
                continue
            batches[number].left_out.add(line)
            bad.note(Row(table.name, line, {}), "", _twice(first[cells]))


class _Watch:
    """Tells how far reading is: rows are not counted before, but bytes are known."""

    def __init__(self, given: Sequence[Given], progress: Progress) -> None:
        self.rows = 0
        self._progress = progress
        self._bytes = sum(size_of(file.stream) for file in given)
        self._before = 0

    def count(self, rows: Lines, file: Given) -> Lines:
        for row in rows:
            self.rows += 1
            if self.rows % TOGETHER == 0:
                self._tell(self._before + file.stream.tell())
            if self.rows > reading.MAX_ROWS:
                raise reading.too_many_rows()
            yield row

    def end(self, file: Given) -> None:
        self._before += size_of(file.stream)
        self._tell(self._before)

    def _tell(self, read: int) -> None:
        share = read / self._bytes if self._bytes else 1
        total = int(self.rows / share) if share else self.rows
        self._progress("read", self.rows, max(total, self.rows))


def _twice(line: int) -> Conflict:
    return Conflict(
        "row_twice",
        N_("This row is the same as line %(first)s: take it out."),
        first=line,
    )
