"""Which batches there are, which are held, and what waits for a second signature."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...recall.complaints.queries import OPEN
from ...recall.complaints.tables import Complaint
from ...recall.scope.buckets import OWN
from ...trace.parties.tables import Article, Location, Lot
from ...trace.stock.holds import IN_FORCE, Held, held_items
from ...trace.stock.places import SOURCES
from ...trace.stock.tables import Hold, Stock

MOST_LOTS = 100
"""Lots a list shows; a search finds the others."""
SHOWS = ("own", "held", "received")


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot in the list."""

    lot: Lot
    made: int
    """What was made or received, in the article's base unit."""
    in_hand: int
    held: Held | None
    complaints: int
    """Open ones about it."""


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold, which may cover several lots."""

    holds: tuple[Hold, ...]

    @property
    def first(self) -> Hold:
        return self.holds[0]

    @property
    def lots(self) -> list[Lot]:
        """Its lots, each once."""
        return list({hold.lot_id: hold.lot for hold in self.holds}.values())


def list_lots(session: Session, show: str, asked: str) -> list[LotLine]:
    """The newest lots whose number or article has the words in it."""
    wanted = sa.select(Lot).join(Article).order_by(Lot.id.desc()).limit(MOST_LOTS)
    if show == "held":
        in_force = sa.select(Hold.lot_id).where(Hold.state.in_(IN_FORCE))
        wanted = wanted.where(Lot.id.in_(in_force))
    elif show == "received":
        wanted = wanted.where(Lot.origin != "")
    elif not asked:
        wanted = wanted.where(Lot.origin == "").order_by(None)
        wanted = wanted.order_by(Lot.produced_on.desc(), Lot.id.desc())
    for word in asked.split():
        like = f"%{word.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        texts = (Lot.code, Article.code, Article.name, Article.name_en)
        wanted = wanted.where(sa.or_(*(text.ilike(like, escape="/") for text in texts)))
    return _with_figures(session, session.scalars(wanted).unique().all())


def holds_in_force(session: Session) -> list[HoldLine]:
    """Every hold in force, the newest first."""
    rows = session.scalars(
        sa.select(Hold).where(Hold.state.in_(IN_FORCE)).order_by(Hold.id.desc())
    ).unique()
    return by_number(rows.all())


def count_held_lots(session: Session) -> int:
    """How many lots are on hold; a hold may be on several, a lot under several."""
    lots = sa.select(Hold.lot_id).where(Hold.state.in_(IN_FORCE)).distinct()
    return session.scalar(sa.select(sa.func.count()).select_from(lots.subquery())) or 0


def holds_of(session: Session, lot_id: int) -> list[HoldLine]:
    """The holds that ever were on a lot, the newest first, with all their lots."""
    numbers = sa.select(Hold.number).where(Hold.lot_id == lot_id)
    rows = session.scalars(
        sa.select(Hold).where(Hold.number.in_(numbers)).order_by(Hold.id.desc())
    ).unique()
    return by_number(rows.all())


def by_number(holds: Sequence[Hold]) -> list[HoldLine]:
    """Rows of the same number are one hold."""
    grouped: dict[str, list[Hold]] = {}
    for hold in holds:
        grouped.setdefault(hold.number, []).append(hold)
    return [HoldLine(tuple(rows)) for rows in grouped.values()]


def sums(
    session: Session, lot_ids: Sequence[int], kinds: Collection[str]
) -> dict[int, int]:
    """Quantity of each lot at places of these kinds."""
    rows = session.execute(
        sa.select(Stock.lot_id, sa.cast(sa.func.sum(Stock.quantity), sa.BigInteger))
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.lot_id.in_(lot_ids), Location.kind.in_(sorted(kinds)))
        .group_by(Stock.lot_id)
    )
    return {lot: quantity for lot, quantity in rows}


def _with_figures(session: Session, lots: Sequence[Lot]) -> list[LotLine]:
    ids = [lot.id for lot in lots]
    made, in_hand = sums(session, ids, SOURCES), sums(session, ids, OWN)
    held = held_items(session, ids)
    rows = session.execute(
        sa.select(Complaint.lot_id, sa.func.count())
        .where(Complaint.lot_id.in_(ids), Complaint.state.in_(OPEN))
        .group_by(Complaint.lot_id)
    )
    complaints = {lot_id: count for lot_id, count in rows}
    return [
        LotLine(
            lot,
            -made.get(lot.id, 0),
            in_hand.get(lot.id, 0),
            held.get(lot.id),
            complaints.get(lot.id, 0),
        )
        for lot in lots
    ]
