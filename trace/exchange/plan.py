"""What an import will write, row by row on disk, worked out before anything is locked.

Rows stand as they will in the database, except that new records have ids below zero:
the true ones are drawn when they are written.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..bulk import Plain, plain_row
from ..db import Base
from .rows import Row

TOGETHER = 1_000
POST = (
    "opening",
    "at",
    "document",
    "lot_id",
    "from_id",
    "to_id",
    "quantity",
    "items",
    "alike",
    "reason",
    "shipment_id",
    "column",
    "kind",
)
"""A stock movement that a row asks for; ``opening`` is 0 for what brings in a lot.

``alike`` is its quantity or its first run of items: with document, lot, places and time
it tells movements apart."""


class Plan:
    """Rows to be written, by table; each remembers the row of the file it came from."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lotmark-import-"))
        self._link = sqlite3.connect(self._folder / "plan.db", isolation_level=None)
        # Nobody else reads it and it need not survive: no journal, no waiting for disk.
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "locking_mode=EXCLUSIVE",
            "temp_store=FILE",
            "cache_size=-16384",
        ):
            self._link.execute(f"PRAGMA {pragma}")
        self._link.execute("BEGIN")
        self._waiting: dict[str, list[Sequence[Plain]]] = {}
        self._inserts: dict[str, str] = {}
        self._files: dict[str, int] = {}
        self._settled: set[str] = set()
        self.columns: dict[str, tuple[str, ...]] = {}
        """The columns of each table that has rows."""
        self.new: Counter[str] = Counter()
        """How many records with an id of their own are new, by table."""
        self._saved: Counter[str] = Counter()

    def close(self) -> None:
        self._link.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def count(self, table: str) -> int:
        """How many rows of a table are planned."""
        return self._saved[table] + len(self._waiting.get(table, ()))

    def new_id(self, table: type[Base]) -> int:
        """An id below zero for a new record."""
        self.new[table.__tablename__] += 1
        return -self.new[table.__tablename__]

    def record(self, table: type[Base], values: dict[str, Any], row: Row) -> None:
        """Plan one row of ``values``; columns left out get their default."""
        names = tuple(column.name for column in table.__table__.columns)
        found = plain_row(table, values)
        if values.get("id") is None and "id" in names:
            names, found = names[1:], found[1:]
        self.add(table.__tablename__, names, found, row)

    def add(
        self, table: str, columns: tuple[str, ...], values: tuple[Plain, ...], row: Row
    ) -> None:
        """Plan one row of plain values for ``columns``, always the same of a table."""
        waiting = self._waiting.get(table)
        if waiting is None:
            waiting = self._open(table, columns)
        number = self._files.setdefault(row.file, len(self._files))
        waiting.append((*values, number, row.line))
        if len(waiting) == TOGETHER:
            self._save(table)

    def add_all(
        self, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Plain, ...]]
    ) -> None:
        """Plan rows that come from none of the files."""
        if table not in self._waiting:
            self._open(table, columns)
        self._save(table)
        plain = ((*row, None, None) for row in rows)
        self._link.executemany(self._inserts[table], plain)

    def settle(self, table: str, ids: Sequence[int]) -> None:
        """Say which ids the new records of a table get."""
        if not ids:
            return
        name = f"new_{table}"
        self._link.execute(
            f'CREATE TABLE "{name}" (ours INTEGER PRIMARY KEY, theirs INTEGER)'
        )
        pairs = ((-1 - place, new) for place, new in enumerate(ids))
        self._link.executemany(f'INSERT INTO "{name}" VALUES (?, ?)', pairs)  # noqa: S608
        self._settled.add(table)

    def read(
        self,
        table: str,
        columns: Sequence[str],
        order: str = "seq",
        *,
        refers: Mapping[str, str] = MappingProxyType({}),
        constants: Mapping[str, Plain] = MappingProxyType({}),
    ) -> Iterator[tuple[Any, ...]]:
        """Planned rows; ``order`` is a list of columns.

        Columns that ``refers`` to a table hold the ids that its records got; some may
        have the same value in every row.
        """
        if table not in self._waiting:
            return iter(())
        self._save(table)
        given = [constants[name] for name in columns if name in constants]
        listed = ", ".join(
            "?" if name in constants else self._true(name, refers.get(name, ""))
            for name in columns
        )
        select = f'SELECT {listed} FROM "{table}" AS planned ORDER BY {order}'  # noqa: S608 - names of ours
        return self._link.execute(select, given)

    def _true(self, column: str, table: str) -> str:
        if table not in self._settled:
            return f'planned."{column}"'
        return (
            f'coalesce((SELECT theirs FROM "new_{table}"'  # noqa: S608 - names of ours
            f' WHERE ours = planned."{column}"), planned."{column}")'
        )

    def values(self, table: str, column: str, where: str = "1") -> set[Any]:
        """The different values of one column of rows for which a condition holds."""
        if table not in self._waiting:
            return set()
        self._save(table)
        select = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE {where}'  # noqa: S608 - names of ours
        return {value for (value,) in self._link.execute(select)}

    def index(self, table: str, *columns: str) -> None:
        """Make looking up, or reading in the order of these columns, fast."""
        if table in self._waiting:
            self._save(table)
            name, listed = "_".join((table, *columns)), ", ".join(columns)
            self._link.execute(f'CREATE INDEX "{name}" ON "{table}" ({listed})')

    def look_up(
        self, table: str, columns: Sequence[str], by: str, value: Plain
    ) -> list[tuple[Any, ...]]:
        """Planned rows with that value in one column."""
        if table not in self._waiting:
            return []
        listed = ", ".join(f'"{name}"' for name in columns)
        select = f'SELECT {listed} FROM "{table}" WHERE "{by}" = ?'  # noqa: S608 - names of ours
        return self._link.execute(select, (value,)).fetchall()

    def repeated(
        self, table: str, key: Sequence[str], where: str = "1"
    ) -> list[tuple[int, Row, tuple[Any, ...]]]:
        """Rows whose ``key`` an earlier one has: number, its row, and the key.

        ``where`` is a condition on both.
        """
        if table not in self._waiting:
            return []
        self._save(table)
        listed = ", ".join(f'"{name}"' for name in key)
        found = self._link.execute(
            f"SELECT seq, file_no, line_no, {listed} FROM"  # noqa: S608 - names of ours
            f" (SELECT *, row_number() OVER (PARTITION BY {listed} ORDER BY seq) AS nth"
            f' FROM "{table}" WHERE {where}) WHERE nth > 1 ORDER BY seq'
        )
        return [
            (seq, self.row(file, line), tuple(values))
            for seq, file, line, *values in found
        ]

    def drop(self, table: str, numbers: Sequence[int]) -> None:
        """Take rows out again."""
        self._link.executemany(
            f'DELETE FROM "{table}" WHERE seq = ?',  # noqa: S608 - names of ours
            ((number,) for number in numbers),
        )
        self._saved[table] -= len(numbers)

    def row(self, file: int, line: int) -> Row:
        """The place in the files that a planned row came from."""
        names = list(self._files)
        return Row(names[file], line, {})

    def _open(self, table: str, columns: tuple[str, ...]) -> list[Sequence[Plain]]:
        listed = ", ".join(f'"{name}"' for name in columns)
        self._link.execute(
            f'CREATE TABLE "{table}" (seq INTEGER PRIMARY KEY, {listed},'
            " file_no, line_no)"
        )
        places = ", ".join("?" for _ in range(len(columns) + 2))
        self._inserts[table] = (
            f'INSERT INTO "{table}" ({listed}, file_no, line_no) VALUES ({places})'  # noqa: S608
        )
        self.columns[table] = columns
        self._waiting[table] = []
        return self._waiting[table]

    def _save(self, table: str) -> None:
        waiting = self._waiting[table]
        self._link.executemany(self._inserts[table], waiting)
        self._saved[table] += len(waiting)
        waiting.clear()
