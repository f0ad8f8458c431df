"""Many hands at the same moment, and hands that go behind the house's back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lotmark.trace.errors import LotmarkError

CROWD = 8

T = TypeVar("T")


def at_once(action: Callable[[], T]) -> list[T | LotmarkError]:
    """What eight threads get that do the same at the same moment."""
    start = threading.Barrier(CROWD)

    def one() -> T | LotmarkError:
        start.wait()
        try:
            return action()
        except LotmarkError as error:
            return error

    with ThreadPoolExecutor(CROWD) as pool:
        doing = [pool.submit(one) for _ in range(CROWD)]
        return [done.result() for done in doing]


def unguard(session: Session, table: str) -> None:
    """Take a table's triggers away, as somebody who owns the database can."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
        return
    triggers = sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    )
    for name in session.scalars(triggers, {"table": table}).all():
        session.execute(sa.text(f"DROP TRIGGER {name}"))
