"""Document numbers that people say aloud, ``KS-26-0001``: never reused."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base


class Counter(Base):
    """The last number given out, by kind of document and year."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


def next_number(session: Session, name: str, year: int) -> str:
    """The next document number of kind ``name``, e.g. ``KS``, in ``year``."""
    return f"{name}-{year % 100:02}-{next_value(session, name, year):04}"


def next_value(session: Session, name: str, year: int, many: int = 1) -> int:
    """The first of ``many`` numbers in a row that are given out now, from 1."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if on_sqlite else postgresql.insert)(Counter)
    last = session.execute(
        insert.values(name=name, year=year, value=many)
        .on_conflict_do_update(
            index_elements=["name", "year"], set_={"value": Counter.value + many}
        )
        .returning(sa.literal_column("value", sa.BigInteger))
    ).scalar_one()
    return last - many + 1


def pass_number(session: Session, name: str, year: int, value: int) -> None:
    """Numbers up to ``value`` were given out elsewhere: go on after it."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if on_sqlite else postgresql.insert)(Counter)
    session.execute(
        insert.values(name=name, year=year, value=value).on_conflict_do_update(
            index_elements=["name", "year"],
            set_={"value": value},
            where=Counter.value < value,
        )
    )
