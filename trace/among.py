"""Long lists of ids in a statement, and rows without the ORM.

A scope may hold twenty thousand lots. Engines bound how many parameters a statement may
have, and writing so many numbers into its text costs more than running it: a list goes
as one parameter instead. Rows come as the driver gives them.

A statement that is run often is built once, with its lists named; to build it takes
longer than to run it::

    CODES = sa.select(Lot.id, Lot.code).where(among(Lot.id, "lots"))
    plain_rows(session, CODES, lots=[1, 2, 3])
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _IdList(sa.types.TypeDecorator[Any]):
    """Ids in one text: a JSON list for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:
        listed = ",".join(map(str, value))
        return f"[{listed}]" if dialect.name == "sqlite" else f"{{{listed}}}"


class _Among(FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_Among":
        """Itself: SQLAlchemy would write ``… = 1``, and SQLite then uses no index."""
        return self


@compiles(_Among)
def _any(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (CAST({ids} AS BIGINT[]))"


@compiles(_Among, "sqlite")
def _in(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - ours


class _AmongFound(_Among):
    inherit_cache = True


@compiles(_AmongFound)
def _any_found(element: _AmongFound, compiler: SQLCompiler, **options: Any) -> str:
    column, found = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (ARRAY{found})"


@compiles(_AmongFound, "sqlite")
def _in_found(element: _AmongFound, compiler: SQLCompiler, **options: Any) -> str:
    column, found = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN {found}"


def among(column: Any, ids: Iterable[int] | str) -> sa.ColumnElement[bool]:
    """Whether a column is one of these ids, or of the list given by that name."""
    if isinstance(ids, str):
        return _Among(column, sa.bindparam(ids, type_=_IdList()))
    return _Among(column, sa.bindparam(None, list(ids), _IdList(), unique=True))


def among_found(column: Any, found: sa.Select[int]) -> sa.ColumnElement[bool]:
    """Whether a column is one of the ids a query finds, looked up in an index.

    PostgreSQL believes an array to be short. It cannot foresee how little a query
    finds, and would read a whole table to join it.
    """
    return _AmongFound(column, found.scalar_subquery())


def rows(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],
    **lists: Iterable[int],
) -> list[Any]:
    """The rows of a statement, as plain as they come; what is pending is seen too."""
    session.flush()
    return list(session.connection().execute(statement, lists).all())


def plain_rows(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],
    **lists: Iterable[int],
) -> list[Any]:
    """The rows as the driver has them: for numbers and texts only, and many of them.

    A row of SQLAlchemy knows its columns' names and types; for a hundred thousand rows
    that takes as long as reading them.
    """
    session.flush()
    found = session.connection().execute(statement, lists)
    plain = list(found.cursor.fetchall()) if found.cursor else []
    found.close()
    return plain
