"""Long lists of ids in a statement, and rows without the ORM.

A scope may hold twenty thousand lots. Engines bound how many parameters a statement may
have, and writing so many numbers into its text costs more than running it: a list goes
as one parameter instead. Rows come as the driver gives them.
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


def among(column: Any, ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """Whether a column is one of these ids."""
    return _Among(column, sa.bindparam(None, list(ids), _IdList(), unique=True))


def listed(name: str, ids: Iterable[int]) -> sa.BindParameter[Any]:
    """A list of ids for ``IN`` of a statement written as text, written into it."""
    return sa.bindparam(
        name, sorted(ids), sa.BigInteger(), expanding=True, literal_execute=True
    )


def rows(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
    """The rows of a statement, as plain as they come; what is pending is seen too."""
    session.flush()
    return list(session.connection().execute(statement).all())


def plain_rows(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
    """The rows as the driver has them: for numbers and texts only, and many of them.

    A row of SQLAlchemy knows its columns' names and types; for a hundred thousand rows
    that takes as long as reading them.
    """
    session.flush()
    found = session.connection().execute(statement)
    plain = list(found.cursor.fetchall()) if found.cursor else []
    found.close()
    return plain
