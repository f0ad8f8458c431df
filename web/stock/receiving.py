"""Goods in: a supplier's lot with the fields the law wants."""

from datetime import date

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.exchange.amounts import to_base
from ...trace.parties.lots import BATCH_NUMBER_LIMIT, MOST_ARTWORK
from ...trace.parties.tables import Article, Partner
from ...trace.stock.goods_in import RESULTS, Delivery, receive_lot
from ...trace.stock.stores import own_places
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..i18n import PLANT_ZONE
from ..once import book_once
from ..problems import status_of
from .figures import read_figure
from .room import MOST_ID, paper_address, room

UNITS = ("kg", "g", "l", "ml", "piece", "case")
MOST_PAPER = 60


@room.get("/stock/receive")
def receive_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session)


@room.post("/stock/receive")
def receive_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        return book_once(_receive)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, error), status_of(error)


def _receive(session: Session) -> str:
    delivery = _delivery(session)
    lot = receive_lot(session, delivery, actor(), clock.now())
    return paper_address(delivery.document or lot.code)


def quantity_field(article: Article) -> int:
    """A quantity with its unit, in the article's base unit.

    Raises InvalidInput ``quantity_unreadable``, or as ``to_base``.
    """
    much = read_figure(text_field("quantity", 20, required=True))
    return to_base(article, much, choice_field("unit", UNITS))


def date_field(name: str, *, required: bool = False) -> date | None:
    """A day as the browser sends it. Raises InvalidInput ``date_unreadable``."""
    typed = text_field(name, 10, required=required)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput(
            "date_unreadable",
            N_("Expected a date such as 2026-11-24, got %(found)s."),
            found=typed,
        ) from None


def _delivery(session: Session) -> Delivery:
    article = session.get(Article, number_field("article", 1, MOST_ID))
    if article is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    received = date_field("received_on", required=True)
    return Delivery(
        article_id=article.id,
        supplier_id=number_field("supplier", 1, MOST_ID),
        code=text_field("code", BATCH_NUMBER_LIMIT, required=True),
        quantity=quantity_field(article),
        place_id=number_field("place", 1, MOST_ID),
        received_on=received or date.min,
        result=choice_field("result", RESULTS),
        produced_on=date_field("produced_on"),
        expires_on=date_field("expires_on"),
        certificate=text_field("certificate", MOST_PAPER),
        document=text_field("document", MOST_PAPER),
        artwork=text_field("artwork", MOST_ARTWORK),
    )


def _page(session: Session, error: LotmarkError | None = None) -> str:
    bought = sa.select(Article).where(Article.kind != "product")
    suppliers = sa.select(Partner).where(Partner.kind == "supplier")
    today = clock.now().astimezone(PLANT_ZONE).date()
    return render_template(
        "stock/receive.html",
        articles=session.scalars(bought.order_by(Article.kind, Article.code)).all(),
        suppliers=session.scalars(suppliers.order_by(Partner.code)).all(),
        places=[place for place, _ in own_places(session)],
        units=UNITS,
        form=request.form,
        today=today,
        error=error,
    )
