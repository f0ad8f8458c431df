"""Writing many rows at once: COPY on PostgreSQL, executemany on SQLite (DESIGN §9).

Rows are tuples of *plain* values, as both databases take them: whole numbers, text and
None.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from .db import ATTACHED, Base

Plain = int | str | None
NOTHING = "\x01"
"""Stands for NULL in a COPY: no text of ours may hold a control character."""
CACHE = -65_536
"""KiB, as SQLite wants it, of database pages in memory while rows are written."""
BLOCK = 500
"""Rows put into one piece of a COPY."""


def plain_moment(at: datetime) -> str:
    """A moment as the databases keep it: UTC, without a zone.

    >>> plain_moment(datetime(2026, 5, 1, 8, 30, tzinfo=UTC))
    '2026-05-01 08:30:00.000000'
    """
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def read_moment(text: str) -> datetime:
    """The moment that ``plain_moment`` wrote."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def plain_row(table: type[Base], values: Mapping[str, Any]) -> tuple[Plain, ...]:
    """The values of one row in the order of the table's columns, defaults filled in."""
    return tuple(
        [
            _plain(as_json, values.get(name, fallback))
            for name, fallback, as_json in _columns(table)
        ]
    )


@cache
def _columns(table: type[Base]) -> tuple[tuple[str, Any, bool], ...]:
    """The columns of a table: name, default, and whether it holds JSON."""
    return tuple(
        (
            column.name,
            getattr(column.default, "arg", None),
            isinstance(column.type, sa.JSON),
        )
        for column in table.__table__.columns
    )


def insert_rows(
    session: Session,
    table: type[Base],
    columns: Sequence[str],
    rows: Iterable[Sequence[Plain]],
    *,
    key: Sequence[str] = (),
) -> None:
    """Insert rows of plain values, in the order given.

    A row that is there already with the same ``key`` gets the new values.
    """
    with _cursor(session) as (cursor, dialect):
        name, listed, tail = _quoted(dialect, table, columns, key)
        if dialect.name == "sqlite":
            places = ", ".join("?" for _ in columns)
            insert = f"INSERT INTO {name} ({listed}) VALUES ({places}){tail}"  # noqa: S608 - names of ours
            cursor.executemany(insert, rows)
        elif not key:
            _copy(cursor, name, listed, rows)
        else:
            cursor.execute(
                f"CREATE TEMPORARY TABLE incoming (LIKE {name} INCLUDING DEFAULTS)"
            )
            _copy(cursor, "incoming", listed, rows)
            select = f"SELECT {listed} FROM incoming"  # noqa: S608 - names of ours
            cursor.execute(f"INSERT INTO {name} ({listed}) {select}{tail}")
            cursor.execute("DROP TABLE incoming")


def attach(session: Session, file: Path, name: str) -> bool:
    """Let the transaction read another SQLite file; it is let go when it is over.

    False, and nothing done, on PostgreSQL, or when there is one already.
    """
    session.flush()
    link = session.connection()
    if link.dialect.name != "sqlite" or ATTACHED in link.info:
        return False
    link.exec_driver_sql(f"ATTACH ? AS {name}", (str(file),))
    link.info[ATTACHED] = name
    return True


def insert_selected(
    session: Session,
    table: type[Base],
    columns: Sequence[str],
    query: tuple[str, Sequence[Plain]],
    *,
    key: Sequence[str] = (),
) -> None:
    """As ``insert_rows``, for what an ordered query of an attached file finds."""
    select, values = query
    with _cursor(session) as (cursor, dialect):
        name, listed, tail = _quoted(dialect, table, columns, key)
        cursor.execute(f"INSERT INTO main.{name} ({listed}) {select}{tail}", values)


@contextmanager
def roomy(session: Session) -> Iterator[None]:
    """While many rows are written, SQLite keeps more pages in memory.

    By default it keeps 2 MB: the pages of the indexes would come and go.
    """
    link = session.connection()
    if link.dialect.name != "sqlite":
        yield
        return
    before = link.exec_driver_sql("PRAGMA main.cache_size").scalar()
    link.exec_driver_sql(f"PRAGMA main.cache_size={CACHE}")
    try:
        yield
    finally:
        link.exec_driver_sql(f"PRAGMA main.cache_size={before}")


@contextmanager
def _cursor(session: Session) -> Iterator[tuple[Any, Dialect]]:
    session.flush()
    link = session.connection()
    cursor = link.connection.cursor()
    try:
        yield cursor, link.dialect
    except link.dialect.loaded_dbapi.IntegrityError as error:
        # as the session itself would raise it
        raise sa.exc.IntegrityError(None, None, error) from error
    finally:
        cursor.close()


def _quoted(
    dialect: Dialect, table: type[Base], columns: Sequence[str], key: Sequence[str]
) -> tuple[str, str, str]:
    """The table, its columns, and what is done about rows that are there already."""
    quote = dialect.identifier_preparer.quote
    name, listed = quote(table.__tablename__), ", ".join(map(quote, columns))
    if not key:
        return name, listed, ""
    others = [quote(column) for column in columns if column not in key]
    news = ", ".join(f"{column} = excluded.{column}" for column in others)
    keys = ", ".join(map(quote, key))
    return name, listed, f" ON CONFLICT ({keys}) DO UPDATE SET {news}"


def _copy(cursor: Any, name: str, listed: str, rows: Iterable[Sequence[Plain]]) -> None:
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")  # moments are written without
    copy = f"COPY {name} ({listed}) FROM STDIN (FORMAT csv, NULL '{NOTHING}')"
    cursor.copy_expert(copy, _Pieces(rows), size=1 << 16)


def take_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Ids for ``count`` new rows, ascending; nobody else gets them.

    On SQLite the caller holds the only write transaction and uses them in it.
    """
    if not count:
        return []
    name = table.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(sa.select(sa.func.max(table.__table__.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(f'"{name}"', "id")
    drawn = sa.select(sa.func.nextval(sequence)).select_from(
        sa.func.generate_series(1, count)
    )
    return sorted(session.scalars(drawn))


def pass_ids(session: Session, table: type[Base]) -> None:
    """Rows were inserted with ids of their own: new ones go on after the highest.

    SQLite sees to it itself.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    name = table.__tablename__
    sequence = sa.func.pg_get_serial_sequence(f'"{name}"', "id")
    last = sa.select(sa.func.max(table.__table__.c.id)).scalar_subquery()
    now = sa.func.nextval(sequence)
    session.execute(sa.select(sa.func.setval(sequence, sa.func.greatest(last, now))))


class _Pieces:
    """Rows as the text that COPY reads, made when it asks for more."""

    def __init__(self, rows: Iterable[Sequence[Plain]]) -> None:
        self._pieces = _written(rows)
        self._rest = ""

    def read(self, size: int = -1) -> str:
        while len(self._rest) < size and (piece := next(self._pieces, "")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _written(rows: Iterable[Sequence[Plain]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows, start=1):
        writer.writerow([NOTHING if value is None else value for value in row])
        if number % BLOCK == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _plain(as_json: bool, value: Any) -> Plain:
    if isinstance(value, str) and not as_json:
        return value
    if value is None:
        return None
    if isinstance(value, datetime):
        return plain_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if as_json:
        return json.dumps(value)
    return int(value)
