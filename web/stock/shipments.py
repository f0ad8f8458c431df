"""Shipments: sent, on the way, delivered in whole or in part, or back at the door."""

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.parties.tables import Location, Lot, Partner, Site
from ...trace.stock.queries import find_shipment
from ...trace.stock.returns import bring_back
from ...trace.stock.shipping import (
    Transport,
    deliver_goods,
    on_the_way,
    ship_goods,
    under_way,
)
from ...trace.stock.stores import own_places
from ...trace.stock.tables import LogisticUnit, Movement, Shipment, Unbatched
from ...trace.stock.unbatched import list_unbatched
from ...trace.stock.units import Contents
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..once import book_once
from ..problems import status_of
from .figures import WEIGHED, amount_field
from .goods import Goods
from .moves import again, checking, goods_meant, looked_at
from .room import MOST_ID, MOST_REASON, paper_address, room

MOST_ROWS = 100
MOST_WORD = 60


@room.get("/stock/ship")
def ship_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _form(session)


@room.post("/stock/ship")
def ship_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        if checking():
            goods, refusal = looked_at(_ship)
            with house().plant.reading() as session:
                return _form(session, refusal, goods)
        return book_once(_ship)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, error, again(session)), status_of(error)


def _ship(session: Session) -> str:
    source, goods = goods_meant(session)
    told = ("carrier", "vehicle", "driver_phone")
    shipment = ship_goods(
        session,
        number_field("consignee", 1, MOST_ID),
        _site_of(session, source),
        goods.cargo(source),
        Transport(*(text_field(name, MOST_WORD) for name in told)),
        actor(),
        clock.now(),
        out_of_turn=text_field("out_of_turn", MOST_REASON),
        unit_place_id=source,
    )
    return url_for("stock.shipment", number=shipment.number, done="yes")


@room.get("/stock/shipments")
def shipments() -> ResponseReturnValue:
    actor().require("stock.move")
    newest = sa.select(Shipment).order_by(Shipment.shipped_at.desc()).limit(MOST_ROWS)
    with house().plant.reading() as session:
        waiting, many = under_way(session, MOST_ROWS)
        rest = newest.where(Shipment.delivered_at.is_not(None))
        done = session.scalars(rest).all()
        _, unnamed = list_unbatched(session, 0)
    told = {"waiting": waiting, "many": many, "done": done, "unnamed": unnamed}
    return render_template("stock/shipments.html", **told)


@room.get("/stock/shipments/<number>")
def shipment(number: str) -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session, number)


@room.post("/stock/shipments/<number>/deliver")
def deliver(number: str) -> ResponseReturnValue:
    """All of it arrived, or so many of each lot."""
    actor().require("stock.move")

    def arrive(session: Session) -> str:
        sent = find_shipment(session, number)
        some = None
        if choice_field("much", ("all", "part")) == "part":
            some = {
                lot.id: amount_field(f"lot-{lot.id}", lot.article)
                for lot, _ in _on_board(session, sent)
            }
        deliver_goods(session, sent, actor(), clock.now(), some)
        return url_for("stock.shipment", number=number)

    try:
        return book_once(arrive)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, error), status_of(error)


@room.post("/stock/shipments/<number>/back")
def refuse_delivery(number: str) -> ResponseReturnValue:
    """What is still on the way comes back."""
    actor().require("stock.move")

    def back(session: Session) -> str:
        reason = text_field("reason", MOST_REASON, required=True)
        sent = find_shipment(session, number)
        came = bring_back(session, sent, actor(), clock.now(), reason)
        return paper_address(came.number)

    try:
        return book_once(back)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, error), status_of(error)


def _site_of(session: Session, place_id: int) -> int:
    """The site that ships; the first one for a place that says none."""
    site_id = session.scalar(
        sa.select(Location.site_id).where(Location.id == place_id)
    ) or session.scalar(sa.select(sa.func.min(Site.id)))
    if site_id is None:
        raise Conflict(
            "site_missing", N_("No site is recorded yet: import the plant first.")
        )
    return site_id


def _form(
    session: Session,
    error: LotmarkError | None = None,
    goods: Goods | None = None,
) -> str:
    consignees = sa.select(Partner).where(Partner.kind == "consignee")
    return render_template(
        "stock/ship.html",
        places=[place for place, _ in own_places(session)],
        consignees=session.scalars(consignees.order_by(Partner.code)).all(),
        form=request.form or request.args,
        goods=goods,
        error=error,
    )


def _page(session: Session, number: str, error: LotmarkError | None = None) -> str:
    sent = find_shipment(session, number)
    on_board = sa.select(LogisticUnit).filter_by(shipment_id=sent.id)
    booked = sa.select(Movement).where(Movement.shipment_id == sent.id)
    moves = session.scalars(booked.order_by(Movement.id)).all()
    for move in moves:
        _ = (move.lot, move.source, move.target)
    waiting = sa.select(Unbatched).where(Unbatched.shipment_id == sent.id)
    return render_template(
        "stock/shipment.html",
        shipment=sent,
        unnamed=session.scalars(waiting.order_by(Unbatched.id)).unique().all(),
        rest=_on_board(session, sent),
        units=session.scalars(on_board.order_by(LogisticUnit.sscc)).all(),
        weighed=WEIGHED,
        moves=moves,
        form=request.form,
        done="done" in request.args,
        error=error,
    )


def _on_board(session: Session, sent: Shipment) -> list[tuple[Lot, Contents]]:
    """What of a shipment is on the way, each lot with how much of it."""
    rest = on_the_way(session, sent)
    lots = sa.select(Lot).where(Lot.id.in_(rest)).order_by(Lot.article_id, Lot.code)
    return [(lot, rest[lot.id]) for lot in session.scalars(lots).unique()]
