"""What is where: the places, what stands at one, and a search over all of them."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.parties.tables import Article, Location, Lot
from ...trace.stock.counted import due_counts
from ...trace.stock.holds import Held, held_items
from ...trace.stock.shipping import under_way
from ...trace.stock.spare import spare_lines
from ...trace.stock.stores import OWN_KINDS, own_place, own_places
from ...trace.stock.tables import LogisticUnit, Movement, Stock, UnitContent
from ...trace.stock.units import INSIDE
from ..current import actor, house
from ..forms import text_argument
from ..i18n import PLANT_ZONE
from .room import require_one, room

MOST_ROWS = 200
MOST_ASKED = 80


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One of our places, and how full it is."""

    place: Location
    lots: int
    packs: int
    """Of what is counted in pieces."""
    kilos: int
    """Of what is weighed, in milligrams."""
    units: int
    """Cases and pallets that stand there."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """A lot at a place."""

    lot: Lot
    place: Location
    quantity: int
    packed: int
    """How many of it are in cases there."""
    held: Held | None


@room.get("/stock")
def overview() -> ResponseReturnValue:
    require_one("stock.move", "stock.book_count", "unit.build")
    asked = text_argument("q", MOST_ASKED)
    with house().plant.reading() as session:
        places = _places(session)
        rows = _rows(session, words=asked) if asked else []
        due = due_counts(session)
        _, trucks = under_way(session, 0)
        spare = spare_lines(session, clock.now(), str(PLANT_ZONE))
    today = clock.now().astimezone(PLANT_ZONE).date()
    return render_template(
        "stock/overview.html",
        places=[line for line in places if line.lots or line.units],
        empty=[line for line in places if not line.lots and not line.units],
        trucks=trucks,
        short=sum(line.state == "below" for line in spare),
        late=[one for one in due if one.due_on < today],
        rows=rows,
        asked=asked,
        due=due,
        most=MOST_ROWS,
    )


@room.get("/stock/places/<int:place_id>")
def place(place_id: int) -> ResponseReturnValue:
    actor().require("stock.move")
    asked = text_argument("q", MOST_ASKED)
    with house().plant.reading() as session:
        here = own_place(session, place_id)
        rows = _rows(session, place_id=here.id, words=asked)
        counts = [one for one in due_counts(session) if one.location_id == here.id]
    return render_template(
        "stock/place.html",
        place=here,
        rows=rows,
        asked=asked,
        counts=counts,
        most=MOST_ROWS,
    )


@room.get("/stock/papers/<path:number>")
def paper(number: str) -> ResponseReturnValue:
    """What was booked under one number."""
    actor().require("stock.move")
    booked = sa.select(Movement).where(Movement.document == number)
    with house().plant.reading() as session:
        moves = session.scalars(booked.order_by(Movement.id).limit(MOST_ROWS)).all()
        for move in moves:  # read along what the page shows of them
            _ = (move.lot, move.source, move.target)
    return render_template(
        "stock/paper.html", number=number, moves=moves, done="done" in request.args
    )


def _places(session: Session) -> list[PlaceLine]:
    def total(unit: str) -> sa.ColumnElement[int]:
        much = sa.case((Article.base_unit == unit, Stock.quantity), else_=0)
        return sa.cast(sa.func.sum(much), sa.BigInteger)

    sums = {
        row[0]: row[1:]
        for row in session.execute(
            sa.select(
                Stock.location_id,
                sa.func.count(),
                total("piece"),
                total("mg"),
            )
            .join(Lot, Lot.id == Stock.lot_id)
            .join(Article, Article.id == Lot.article_id)
            .where(Stock.quantity > 0)
            .group_by(Stock.location_id)
        )
    }
    rows = session.execute(
        sa.select(LogisticUnit.location_id, sa.func.count())
        .where(LogisticUnit.state != "dissolved")
        .group_by(LogisticUnit.location_id)
    )
    units = {place_id: count for place_id, count in rows}
    return [
        PlaceLine(row, *sums.get(row.id, (0, 0, 0)), units.get(row.id, 0))
        for row, _ in own_places(session)
    ]


def _rows(
    session: Session, *, place_id: int | None = None, words: str = ""
) -> list[StockRow]:
    """Lots at our places, what expires first before the rest."""
    inside = (
        sa.select(sa.cast(sa.func.sum(UnitContent.quantity), sa.BigInteger))
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(
            INSIDE,
            UnitContent.lot_id == Stock.lot_id,
            LogisticUnit.location_id == Stock.location_id,
        )
        .scalar_subquery()
    )
    select = (
        sa.select(Lot, Location, Stock.quantity, inside)
        .select_from(Stock)
        .join(Lot, Lot.id == Stock.lot_id)
        .join(Article, Article.id == Lot.article_id)
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.quantity > 0, Location.kind.in_(OWN_KINDS))
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, Lot.code, Location.code)
        .limit(MOST_ROWS)
    )
    if place_id is not None:
        select = select.where(Stock.location_id == place_id)
    for word in words.split():
        like = f"%{word.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        texts = (Lot.code, Article.code, Article.name, Article.name_en)
        select = select.where(sa.or_(*(text.ilike(like, escape="/") for text in texts)))
    rows = session.execute(select).unique().all()
    held = held_items(session, (row[0].id for row in rows))
    return [
        StockRow(lot, where, quantity, packed or 0, held.get(lot.id))
        for lot, where, quantity, packed in rows
    ]
