"""Sessions on SQLite and PostgreSQL, and the types every table uses.

One transaction per user action: ``reading()`` for what only looks, ``writing()`` for
what changes. Services take the session and never commit.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from .errors import N_, Conflict, InvalidInput

# Named constraints: SQLite can only alter a table by rebuilding it, and finds a
# constraint to drop or change by its name alone.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

log = logging.getLogger(__name__)

ATTACHED = "lotmark_attached"
"""Under this name a connection to SQLite remembers a second file that it reads."""

UNIQUE_VIOLATION = "23505"
"""PostgreSQL's code for a second row with a value that must be unique."""

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Row ids and quantities in base units: SQLite numbers rows only in INTEGER."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment, stored in UTC; refuses a time without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What its values are; a decorated type says ``object`` by itself."""
        return datetime

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"Expected a time with a zone, got {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:  # SQLite keeps no zone
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Base(orm.DeclarativeBase):
    """Every table of the house except the scans, which have their own file."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        int: BigId,
        datetime: UtcDateTime,
        str: sa.Text,
    }


class Session(orm.Session):
    """A session of this house; the audit chain listens to its commits."""


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """A CHECK that ``column`` holds one of ``values``."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def insert_if_new(session: orm.Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless its unique value is there already; whether it was new.

    Looking first and then inserting fails on PostgreSQL when two do so at once. This
    waits until the other one commits; the next SELECT sees its row.
    """
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if on_sqlite else postgresql.insert)(table)
    statement = insert.values(**values).on_conflict_do_nothing()
    done = session.scalar(statement.returning(sa.literal_column("1")))
    return done is not None


class Database:
    """One database, opened once per process.

    ``url`` is ``sqlite:///…/lotmark.db`` or ``postgresql+psycopg2://…``.
    """

    url: URL
    engine: Engine

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = read_url(url)
        if self.url.drivername == "sqlite":
            self.engine = _open_sqlite(self.url)
        else:
            self.engine = _open_postgresql(self.url, pool_size)
        self._write = self.engine.execution_options(lotmark_write=True)
        self._read = self.engine.execution_options(postgresql_readonly=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == "sqlite"

    @property
    def path(self) -> Path | None:
        """The database file, on SQLite."""
        return Path(self.url.database or "") if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only looks; a write in it fails."""
        with Session(self._read, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The transaction of one user action: all of it, or nothing.

        Raises Conflict when somebody else took a unique value at the same moment. Only
        PostgreSQL lets two write at once: on SQLite, where every test runs too, the
        same error is a fault of ours and stays one, as does every other constraint.
        """
        with Session(self._write, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except sa.exc.IntegrityError as error:
                if getattr(error.orig, "pgcode", None) != UNIQUE_VIOLATION:
                    raise
                log.warning("A unique value was taken meanwhile.", exc_info=True)
                raise Conflict(
                    "changed_meanwhile",
                    N_(
                        "Somebody else changed this at the same moment, so nothing was "
                        "saved. Look at the present state, then try again."
                    ),
                ) from error

    def dispose(self) -> None:
        self.engine.dispose()


def read_url(text: str) -> URL:
    """The address of a database. Raises InvalidInput for one of another kind."""
    try:
        url = make_url(text)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.drivername not in ("sqlite", "postgresql+psycopg2"):
        raise InvalidInput(
            "database_url",
            N_(
                "Expected a database address that starts with sqlite:/// or "
                "postgresql+psycopg2://, got %(url)s."
            ),
            url=url.render_as_string(hide_password=True) if url else text[:40],
        )
    return url


# What PostgreSQL assumes of its machine unless told: slow disks, and statements worth
# compiling. It would then read whole tables where a few thousand rows are asked for. A
# setting that somebody made stays.
_SUITABLE = """
SELECT set_config(name, suitable, false) FROM pg_settings
JOIN (VALUES ('jit', 'off'), ('random_page_cost', '1.1')) AS ours(name, suitable)
USING (name) WHERE source = 'default'
"""


def _open_postgresql(url: URL, pool_size: int) -> Engine:
    engine = sa.create_engine(url, pool_size=pool_size, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SUITABLE)
        connection.commit()

    return engine


def _open_sqlite(url: URL) -> Engine:
    engine = sa.create_engine(url)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # or Python would write its own BEGIN
        connection.execute("PRAGMA busy_timeout=20000")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "checkin")
    def detach(connection: Any, record: ConnectionPoolEntry) -> None:
        if connection is not None and (name := record.info.pop(ATTACHED, None)):
            connection.execute(f"DETACH {name}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that begins plainly fails as soon as another one got there first;
        # a reader that begins immediately waits behind every import. DESIGN: measured.
        if connection.get_execution_options().get("lotmark_write"):
            connection.exec_driver_sql("PRAGMA query_only=0")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("PRAGMA query_only=1")
            connection.exec_driver_sql("BEGIN")

    return engine
