"""What an import will write, row by row on disk, worked out before anything is locked.

Rows stand as they will in the database, except that new records have ids below zero:
the true ones are drawn when they are written.
"""

import shutil
import sqlite3
import tempfile
from array import array
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from ..bulk import Plain, attach, plain_row
from ..db import Base
from .rows import Row

TOGETHER = 1_000
NONE_OF: Mapping[str, str] = MappingProxyType({})
POST = (
    "turn",
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
    "recorded_at",
    "actor",
)
"""A stock movement that a row asks for, and its ``turn``: movements are booked in the
order of that text.

``alike`` is its quantity or its first run of items: with document, lot, places and time
it tells movements apart."""


RUN = ("post", "lo", "hi")
"""A run of items that a stock movement moves: each is written as a movement."""


class Query(NamedTuple):
    """What reads planned rows: SQL and its values."""

    text: str
    values: Sequence[Plain]


class Plan:
    """Rows to be written, by table; each remembers the row of the file it came from."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lotmark-import-"))
        self._link = sqlite3.connect(self._folder / "plan.db", isolation_level=None)
        # Nobody else reads it and it need not survive: no journal, no waiting for disk.
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "temp_store=FILE",
            "cache_size=-16384",
        ):
            self._link.execute(f"PRAGMA {pragma}")
        self._link.execute("BEGIN")
        self._waiting: dict[str, list[Sequence[Plain]]] = {}
        self._inserts: dict[str, str] = {}
        self._files: dict[str, int] = {}
        self._settled: dict[str, str] = {}
        """The SQL of the id that a new record of a table gets."""
        self._schema = "main"
        self.columns: dict[str, tuple[str, ...]] = {}
        """The columns to be written of each table that has rows."""
        self.new: Counter[str] = Counter()
        """How many records with an id of their own are new, by table."""
        self._saved: Counter[str] = Counter()
        self._marks: dict[str, array[int]] = {}

    def close(self) -> None:
        self._link.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def count(self, table: str) -> int:
        """How many rows of a table are planned: also the number of the last one."""
        return self._saved[table] + len(self._waiting.get(table, ()))

    def __contains__(self, table: str) -> bool:
        return table in self._waiting

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

    def mark(self, table: str, key: Hashable) -> None:
        """Remember what tells a planned row from all others: see ``repeated``."""
        self._marks.setdefault(table, array("q")).append(hash(key))

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
        """Say which ids the new records of a table get, ascending."""
        if not ids:
            return
        if ids[-1] - ids[0] == len(ids) - 1:
            self._settled[table] = f"{ids[0] - 1} - {{0}}"
            return
        name = f"new_{table}"
        self._link.execute(
            f'CREATE TABLE "{name}" (ours INTEGER PRIMARY KEY, theirs INTEGER)'
        )
        pairs = ((-1 - place, new) for place, new in enumerate(ids))
        self._link.executemany(f'INSERT INTO "{name}" VALUES (?, ?)', pairs)  # noqa: S608
        found = f'(SELECT theirs FROM "{name}" WHERE ours = {{0}})'  # noqa: S608 - names of ours
        self._settled[table] = found

    def hand_over(self, session: Session) -> bool:
        """Let the house's database read the rows itself, if it can: SQLite.

        From then on nothing is added, and only ``query`` tells how to read.
        """
        for table in self._waiting:
            self._save(table)
        self._link.execute("COMMIT")
        if attach(session, self._folder / "plan.db", "plan"):
            self._schema = "plan"
            return True
        self._link.execute("BEGIN")
        return False

    def read(
        self, table: str, columns: Sequence[str], order: str = "seq"
    ) -> Iterator[tuple[Any, ...]]:
        """Planned rows; ``order`` is a list of columns."""
        return self.run(self.query(table, columns, order))

    def run(self, query: Query | None) -> Iterator[tuple[Any, ...]]:
        return iter(()) if query is None else self._link.execute(*query)

    def query(
        self,
        table: str,
        columns: Sequence[str],
        order: str = "seq",
        *,
        refers: Mapping[str, str] = NONE_OF,
        constants: Mapping[str, Plain] = MappingProxyType({}),
        defaults: Mapping[str, Plain] = MappingProxyType({}),
        instead: Mapping[str, str] = NONE_OF,
        joined: str = "",
    ) -> Query | None:
        """How to read planned rows; none where nothing is planned.

        Columns that ``refers`` to a table hold the ids that its records got; some may
        have the same value in every row, or in every row that has none, or an SQL term
        ``instead``, which may refer to the table that is ``joined`` by the number of
        the row.
        """
        if table not in self._waiting:
            return None
        self._save(table)
        fixed = {**constants, **defaults}
        given = [fixed[name] for name in columns if name in fixed]
        listed = ", ".join(
            "?"
            if name in constants
            else f'coalesce(planned."{name}", ?)'
            if name in defaults
            else instead.get(name) or self._true(name, refers.get(name, ""))
            for name in columns
        )
        select = f'SELECT {listed} FROM {self._schema}."{table}" AS planned'  # noqa: S608 - names of ours
        if joined:
            self._save(joined)
            select += (
                f' LEFT JOIN {self._schema}."{joined}" AS joined'
                f' ON joined."{table}" = planned.seq'
            )
        return Query(f"{select} ORDER BY {order}", given)

    def _true(self, column: str, table: str) -> str:
        name = f'planned."{column}"'
        if table not in self._settled:
            return name
        return f"iif({name} < 0, {self._settled[table].format(name)}, {name})"

    def values(self, table: str, column: str, where: str = "1") -> set[Any]:
        """The different values of one column of rows for which a condition holds."""
        if table not in self._waiting:
            return set()
        self._save(table)
        select = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE {where}'  # noqa: S608 - names of ours
        return {value for (value,) in self._link.execute(select)}

    def sums(self, table: str, key: str, column: str, where: str) -> dict[int, int]:
        """Sums of a column by key, of rows for which a condition holds."""
        if table not in self._waiting:
            return {}
        self._save(table)
        select = (
            f'SELECT "{key}", sum("{column}") FROM "{table}" WHERE {where} GROUP BY 1'  # noqa: S608 - names of ours
        )
        return dict(self._link.execute(select).fetchall())

    def greatest(self, table: str, column: str) -> list[tuple[str, int]]:
        """Beginnings such as ``FH-26-`` of document numbers, and the last number."""
        if table not in self._waiting:
            return []
        self._save(table)
        stem, number = f'substr("{column}", 1, 6)', f'substr("{column}", 7)'
        select = (
            f"SELECT {stem}, max(CAST({number} AS INTEGER))"  # noqa: S608 - names of ours
            f""" FROM "{table}" WHERE "{column}" GLOB '[A-Z][A-Z]-[0-9][0-9]-[0-9]*'"""
            f" AND NOT {number} GLOB '*[^0-9]*'"
            f' AND length("{column}") < 16 GROUP BY 1'
        )
        return self._link.execute(select).fetchall()

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

        ``where`` is a condition on both. If all that fulfil it were marked, mostly the
        marks show at once that there are none.
        """
        if table not in self._waiting:
            return []
        if table in self._marks:
            marks = np.frombuffer(self._marks[table], dtype=np.int64)
            if len(np.unique(marks)) == len(marks):
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
        # what begins with a line is for checks alone
        self.columns[table] = tuple(name for name in columns if name[0] != "_")
        self._waiting[table] = []
        return self._waiting[table]

    def _save(self, table: str) -> None:
        waiting = self._waiting[table]
        self._link.executemany(self._inserts[table], waiting)
        self._saved[table] += len(waiting)
        waiting.clear()
