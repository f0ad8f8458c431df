"""Goods that left without a batch: put on record, and their batches named later."""

from datetime import timedelta

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.parties.tables import Article, Partner, Site
from ...trace.stock.shipping import Transport
from ...trace.stock.unbatched import (
    NAME_ANY,
    Likely,
    Named,
    find_unbatched,
    likely_lots,
    list_unbatched,
    name_batches,
    record_unbatched,
)
from ..current import actor, house
from ..forms import moment_field, number_field, text_field
from ..i18n import PLANT_ZONE
from ..once import book_once, try_out
from ..problems import status_of
from .figures import WEIGHED, amount_field
from .moves import checking
from .receiving import quantity_field
from .room import MOST_ID, require_one, room

MOST_ROWS = 100
MOST_WORD = 60
UNITS = ("case", "piece", "kg", "l")


@room.get("/stock/unbatched")
def unbatched() -> ResponseReturnValue:
    require_one("stock.move", NAME_ANY)
    with house().plant.reading() as session:
        waiting, many = list_unbatched(session, MOST_ROWS)
    return render_template("stock/unbatched.html", waiting=waiting, many=many)


@room.get("/stock/unbatched/new")
def unbatched_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _form(session)


@room.post("/stock/unbatched/new")
def record_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        return book_once(_record)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, error), status_of(error)


@room.get("/stock/unbatched/<int:row_id>")
def naming(row_id: int) -> ResponseReturnValue:
    require_one("stock.move", NAME_ANY)
    with house().plant.reading() as session:
        return _page(session, row_id)


@room.post("/stock/unbatched/<int:row_id>")
def name_now(row_id: int) -> ResponseReturnValue:
    """The batches named: looked at first, booked by the second button."""
    require_one("stock.move", NAME_ANY)

    def name(session: Session) -> str:
        shipment = find_unbatched(session, row_id).shipment.number
        name_batches(session, row_id, _named(session, row_id), actor(), clock.now())
        return url_for("stock.shipment", number=shipment)

    try:
        if not checking():
            return book_once(name)
        refusal = try_out(name)
        with house().plant.reading() as session:
            return _page(session, row_id, refusal, checked=refusal is None)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, row_id, error), status_of(error)


def _record(session: Session) -> str:
    article = session.get(Article, number_field("article", 1, MOST_ID))
    if article is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    shipped = moment_field("shipped_at")
    arrived = max(clock.now(), shipped + timedelta(minutes=1))
    told = ("carrier", "vehicle", "driver_phone")
    row = record_unbatched(
        session,
        number_field("consignee", 1, MOST_ID),
        number_field("site", 1, MOST_ID),
        article.id,
        quantity_field(article),
        shipped,
        Transport(*(text_field(name, MOST_WORD) for name in told)),
        actor(),
        clock.now(),
        number=text_field("number", MOST_WORD),
        delivered_at=arrived if "delivered" in request.form else None,
    )
    return url_for("stock.naming", row_id=row.id, done="yes")


def _named(session: Session, row_id: int) -> list[Named]:
    """The quantities filled in beside the batches it may have been of."""
    row = find_unbatched(session, row_id)
    return [
        Named(one.lot.id, one.place.id, amount_field(_field(one), row.article))
        for one in likely_lots(session, row)
        if request.form.get(_field(one), "").strip()
    ]


def _field(one: Likely) -> str:
    """The field of a form for so much of a lot at a place."""
    return f"of-{one.lot.id}-{one.place.id}"


def _form(session: Session, error: LotmarkError | None = None) -> str:
    made = sa.select(Article).where(Article.kind == "product").order_by(Article.code)
    customers = sa.select(Partner).where(Partner.kind == "consignee")
    return render_template(
        "stock/unbatched_new.html",
        articles=session.scalars(made).all(),
        consignees=session.scalars(customers.order_by(Partner.code)).all(),
        sites=session.scalars(sa.select(Site).order_by(Site.id)).all(),
        units=UNITS,
        form=request.form,
        today=clock.now().astimezone(PLANT_ZONE).strftime("%Y-%m-%dT%H:%M"),
        error=error,
    )


def _page(
    session: Session,
    row_id: int,
    error: LotmarkError | None = None,
    *,
    checked: bool = False,
) -> str:
    row = find_unbatched(session, row_id)
    likely = likely_lots(session, row)
    return render_template(
        "stock/naming.html",
        row=row,
        likely=likely,
        field=_field,
        weighed=WEIGHED,
        told=_told(likely) if checked else [],
        checked=checked,
        form=request.form,
        done="done" in request.args,
        error=error,
    )


def _told(likely: list[Likely]) -> list[tuple[Likely, str]]:
    """What was filled in, as it was typed."""
    typed = ((one, request.form.get(_field(one), "").strip()) for one in likely)
    return [(one, text) for one, text in typed if text]
