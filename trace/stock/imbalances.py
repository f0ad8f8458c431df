"""Does the book agree with itself? Balances against the movements they come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..parties.tables import Article, Location, Lot
from .tables import Movement, Stock, StockItem

Kind: TypeAlias = Literal["movements", "items"]


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A lot at a place where two figures contradict each other.

    ``movements``: the balance is not the sum of the movements. ``items``: more items
    are known to be there than the balance says.
    """

    kind: Kind
    lot: str
    """``article code/batch number``."""
    place: str
    """The place's code."""
    balance: int
    """In the article's base unit."""
    counted: int
    """The sum of the movements, or the number of items."""


def find_imbalances(session: Session) -> list[Imbalance]:
    """Every lot and place whose figures contradict each other; none is right.

    Reads the whole ledger, in one statement for each kind: movements booked meanwhile
    do not look like damage.
    """
    return [
        *_read(session, "movements", _moved()),
        *_read(session, "items", _known()),
    ]


def _read(session: Session, kind: Kind, figures: sa.Subquery) -> Iterator[Imbalance]:
    for row in session.execute(_named(figures)):
        lot = f"{row.article}/{row.lot}"
        yield Imbalance(kind, lot, row.place, row.balance, row.counted)


def _moved() -> sa.Subquery:
    """Balance and sum of movements of each lot and place, where they differ."""
    none = sa.literal(0)
    entries = sa.union_all(
        _entry(Stock.lot_id, Stock.location_id, Stock.quantity, none),
        _entry(Movement.lot_id, Movement.to_id, none, Movement.quantity),
        _entry(Movement.lot_id, Movement.from_id, none, -Movement.quantity),
    ).subquery()
    balance, counted = _sum(entries.c.balance), _sum(entries.c.counted)
    return (
        _entry(entries.c.lot_id, entries.c.place_id, balance, counted)
        .group_by(entries.c.lot_id, entries.c.place_id)
        .having(balance != counted)
        .subquery()
    )


def _known() -> sa.Subquery:
    """Balance and known items of each lot and place, where the items are more."""
    balance = sa.func.coalesce(Stock.quantity, 0)
    counted = _sum(StockItem.hi - StockItem.lo)
    return (
        _entry(StockItem.lot_id, StockItem.location_id, balance, counted)
        .outerjoin_from(
            StockItem,
            Stock,
            sa.and_(
                Stock.lot_id == StockItem.lot_id,
                Stock.location_id == StockItem.location_id,
            ),
        )
        .where(StockItem.sure)
        .group_by(StockItem.lot_id, StockItem.location_id, Stock.quantity)
        .having(counted > balance)
        .subquery()
    )


def _entry(lot: Any, place: Any, balance: Any, counted: Any) -> sa.Select[Any]:
    return sa.select(
        lot.label("lot_id"),
        place.label("place_id"),
        balance.label("balance"),
        counted.label("counted"),
    )


def _sum(column: Any) -> Any:
    # PostgreSQL sums BIGINT as NUMERIC.
    return sa.cast(sa.func.sum(column), sa.BigInteger)


def _named(figures: sa.Subquery) -> sa.Select[Any]:
    return (
        sa.select(
            Article.code.label("article"),
            Lot.code.label("lot"),
            Location.code.label("place"),
            figures.c.balance,
            figures.c.counted,
        )
        .select_from(figures)
        .join(Lot, Lot.id == figures.c.lot_id)
        .join(Article, Article.id == Lot.article_id)
        .join(Location, Location.id == figures.c.place_id)
        .order_by(figures.c.lot_id, figures.c.place_id)
    )
