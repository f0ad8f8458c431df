"""What a count shows: the sheet without figures, the differences, and what is due."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, NotFound
from ..numbers import next_number
from ..parties.tables import Location, Lot
from .gates import WITHDRAWN
from .holds import held_items
from .stores import day_at
from .tables import Movement, Stock, StockCount, StockCountLine

DUE_KINDS = ("warehouse",)
"""Kinds of places counted every month."""
LOSE_KEPT = "stock.lose_kept"
"""The right to sign that goods are missing which may not leave."""
UNDER_WAY = ("open", "counted")
"""States of a count that waits for somebody."""
IN_ORDER = (Lot.article_id, Lot.expires_on, Lot.code)
"""As they stand on a sheet: by product, what expires first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sheet: what was found, and never what is booked."""

    lot: Lot
    counted: int | None
    """None while nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Variance:
    """A lot whose figures differ."""

    lot: Lot
    counted: int
    booked: int
    """What the book had at the moment it was counted."""
    reason: str
    moves: int = 0
    """Movements of it here since the count began: a figure that was written down late
    differs by them."""

    @property
    def difference(self) -> int:
        return self.counted - self.booked


def lots_there(session: Session, place_id: int) -> list[Lot]:
    """Lots that the book has at a place, without how many."""
    here = sa.select(Stock.lot_id).where(
        Stock.location_id == place_id, Stock.quantity > 0
    )
    lots = sa.select(Lot).where(Lot.id.in_(here)).order_by(*IN_ORDER)
    return list(session.scalars(lots).unique())


def sheet_of(session: Session, count: StockCount) -> list[Entry]:
    """What there is to count, and what was found so far: blind."""
    rows = session.execute(
        sa.select(StockCountLine.lot_id, StockCountLine.counted).where(
            StockCountLine.count_id == count.id
        )
    )
    found = {lot_id: counted for lot_id, counted in rows}
    lots = {lot.id: lot for lot in lots_there(session, count.location_id)}
    added = sa.select(Lot).where(Lot.id.in_(found.keys() - lots.keys()))
    more = session.scalars(added.order_by(*IN_ORDER)).unique()
    lots |= {lot.id: lot for lot in more}
    return [Entry(lot, found.get(lot_id)) for lot_id, lot in lots.items()]


def results_of(session: Session, count: StockCount) -> list[Variance]:
    """Every line of a count that was submitted, whether it differs or not."""
    rows = session.execute(
        sa.select(Lot, StockCountLine)
        .join(StockCountLine, StockCountLine.lot_id == Lot.id)
        .where(StockCountLine.count_id == count.id)
        .order_by(Lot.article_id, Lot.code)
    ).unique()
    moved = _moved_since(session, count)
    return [
        Variance(lot, one.counted, one.booked, one.reason, moved.get(lot.id, 0))
        for lot, one in rows
    ]


def _moved_since(session: Session, count: StockCount) -> dict[int, int]:
    """How many movements of each lot the place saw while it was counted."""
    here = count.location_id
    until = count.counted_at or count.opened_at
    rows = session.execute(
        sa.select(Movement.lot_id, sa.func.count())
        .where(
            sa.or_(Movement.from_id == here, Movement.to_id == here),
            Movement.recorded_at > count.opened_at,
            Movement.recorded_at <= until,
            Movement.lot_id.in_(
                sa.select(StockCountLine.lot_id).filter_by(count_id=count.id)
            ),
        )
        .group_by(Movement.lot_id)
    )
    return {lot_id: many for lot_id, many in rows}


def variances(session: Session, count: StockCount) -> list[Variance]:
    """The lines that differ."""
    return [one for one in results_of(session, count) if one.difference]


def kept_losses(session: Session, differ: Iterable[Variance]) -> dict[int, Variance]:
    """What lacks of lots on hold, rejected or recalled: goods that may not leave."""
    lacking = {one.lot.id: one for one in differ if one.difference < 0}
    held = held_items(session, lacking)
    return {
        lot_id: one
        for lot_id, one in lacking.items()
        if lot_id in held or one.lot.status in WITHDRAWN
    }


def find_count(session: Session, number: str) -> StockCount:
    """The count with that number. Raises NotFound ``count_unknown``."""
    count = session.scalars(sa.select(StockCount).filter_by(number=number)).first()
    if count is None:
        raise NotFound(
            "count_unknown", N_("No count %(number)s is recorded."), number=number
        )
    return count


def due_counts(session: Session) -> list[StockCount]:
    """Counts that wait for somebody, what is due first before the rest."""
    waiting = sa.select(StockCount).where(StockCount.state.in_(UNDER_WAY))
    rows = session.scalars(waiting.order_by(StockCount.due_on, StockCount.id))
    return list(rows.unique())


def open_due_counts(session: Session, now: datetime) -> list[StockCount]:
    """Ask for this month's count of every warehouse that has none and is not counted.

    One that was given up is asked for again. Two workers at once ask once: the
    warehouses are locked.
    """
    places = session.scalars(
        sa.select(Location)
        .where(Location.kind.in_(DUE_KINDS))
        .order_by(Location.id)
        .with_for_update(key_share=True)
    ).all()
    opened = []
    for place in places:
        first, last = _month(day_at(session, place.site_id, now))
        state = StockCount.state
        done = sa.and_(state == "booked", StockCount.due_on.between(first, last))
        there = sa.select(StockCount.id).where(
            StockCount.location_id == place.id, sa.or_(state.in_(UNDER_WAY), done)
        )
        if session.scalars(there).first() is not None:
            continue
        count = StockCount(
            number=next_number(session, "PD", now.year),
            location_id=place.id,
            due_on=last,
            opened_by="system",
            opened_at=now,
        )
        session.add(count)
        session.flush()
        told = {"number": count.number, "place": place.code, "due": last.isoformat()}
        audit.record(session, "system", "count.open", f"count:{count.id}", now, **told)
        opened.append(count)
    return opened


def _month(day: date) -> tuple[date, date]:
    last = calendar.monthrange(day.year, day.month)[1]
    return day.replace(day=1), day.replace(day=last)
