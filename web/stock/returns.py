"""Returns: from a customer or a consumer, into the returns area or quarantine."""

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.parties.tables import Partner, Site
from ...trace.stock.returns import endangered, sender_place, take_back
from ..current import actor, house
from ..forms import number_field, scan_field, text_field
from ..once import book_once
from ..problems import status_of
from .goods import Goods, read_goods
from .moves import again, checking, looked_at
from .room import MOST_GOODS, MOST_ID, MOST_REASON, paper_address, room

CONSUMER = 0
"""Stands in the form for: a consumer brings it."""


@room.get("/stock/returns")
def return_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session)


@room.post("/stock/returns")
def return_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        if checking():
            goods, refusal = looked_at(_take_back)
            with house().plant.reading() as session:
                return _page(session, refusal, goods)
        return book_once(_take_back)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, error, again(session)), status_of(error)


def _take_back(session: Session) -> str:
    sender = number_field("sender", CONSUMER, MOST_ID)
    place = sender_place(session, sender or None)
    back = take_back(
        session,
        _goods(session).cargo(place.id),
        number_field("site", 1, MOST_ID),
        actor(),
        clock.now(),
        reason=text_field("reason", MOST_REASON),
        sender=place,
    )
    return paper_address(back.number)


def _goods(session: Session) -> Goods:
    text = scan_field("goods", MOST_GOODS)
    return read_goods(session, house().keys, text)


def _page(
    session: Session,
    error: LotmarkError | None = None,
    goods: Goods | None = None,
) -> str:
    consignees = sa.select(Partner).where(Partner.kind == "consignee")
    lots = (
        {line.lot.id: line.lot for node in goods.nodes for line in node.lots}
        if (goods)
        else {}
    )
    lots |= {lot.id: lot for lot, _ in goods.loose} if goods else {}
    return render_template(
        "stock/returns.html",
        consignees=session.scalars(consignees.order_by(Partner.code)).all(),
        sites=session.scalars(sa.select(Site).order_by(Site.code)).all(),
        feared=endangered(session, lots.values()),
        lots=lots,
        form=request.form or request.args,
        goods=goods,
        error=error,
    )
