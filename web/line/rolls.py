"""Rolls printed weeks ahead: ordered without a batch, bound to one by two scans."""

import secrets
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...labels.engine.stock import load_stock, stock_names
from ...labels.jobs.rolls import (
    MOST_ON_ROLLS,
    bind_printed,
    draw_roll,
    find_roll,
    order_roll,
    recent_rolls,
)
from ...labels.jobs.service import JOB_FORMATS
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.codes import ItemCode
from ...trace.identity.links import LINK_LIMIT
from ...trace.parties.tables import Article
from ..current import actor, house
from ..forms import choice_field, number_field, text_field
from ..problems import status_of
from .codes import read_label
from .jobs import MEDIA_TYPES
from .previews import USUAL_STOCK
from .room import chosen_line, own_batch, room

MOST_ID = 2**31


@room.get("/line/rolls")
def rolls() -> ResponseReturnValue:
    actor().require("codes.issue")
    with house().plant.reading() as session:
        return _form(session)


@room.post("/line/rolls")
def order_roll_now() -> ResponseReturnValue:
    actor().require("codes.issue")
    try:
        order: dict[str, Any] = {
            "article_id": number_field("article", 1, MOST_ID),
            "count": number_field("count", 1, MOST_ON_ROLLS),
            "stock": choice_field("stock", stock_names()),
            "format": choice_field("format", JOB_FORMATS),
            "request_key": text_field("key", 64, required=True),
            "key_version": house().keys.current.version,
            "base_url": house().settings.base_url,
        }
        with house().plant.writing() as session:
            order_roll(session, **order, actor=actor(), now=clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _form(session, error), status_of(error)
    return redirect(url_for("line.rolls"))


@room.get("/line/rolls/<number>/file")
def roll_file(number: str) -> ResponseReturnValue:
    actor().require("codes.issue")
    out = BytesIO()
    with house().plant.reading() as session:
        roll = find_roll(session, number)
        draw_roll(session, house().keys, roll, house().settings.base_url, out)
    out.seek(0)
    name = f"{roll.number}-{roll.article.code}.{roll.format}"
    return send_file(
        out,
        mimetype=MEDIA_TYPES[roll.format],
        as_attachment=roll.format != "pdf",
        download_name=name,
        max_age=0,
    )


@room.get("/line/batches/<int:lot_id>/bind")
def bind_form(lot_id: int) -> ResponseReturnValue:
    actor().require("codes.issue")
    with house().plant.reading() as session:
        return _bind_form(session, lot_id)


@room.post("/line/batches/<int:lot_id>/bind")
def bind_now(lot_id: int) -> ResponseReturnValue:
    """The labels of a roll from its first to its last scanned code are this batch's."""
    actor().require("codes.issue")
    try:
        first, last = (
            text_field(name, LINK_LIMIT, required=True) for name in ("first", "last")
        )
        with house().plant.writing() as session:
            lot = own_batch(session, lot_id)
            ends = _on_roll(session, first), _on_roll(session, last)
            bind_printed(session, lot.id, *ends, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _bind_form(session, lot_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _on_roll(session: Session, scanned: str) -> ItemCode:
    status = read_label(session, scanned)
    if status is None:
        raise InvalidInput(
            "code_unknown_on_roll",
            N_("That code is none of ours. Scan a label of the roll."),
        )
    return ItemCode(status.series, status.item)


def _form(session: Session, error: LotmarkError | None = None) -> str:
    made = sa.select(Article).where(Article.kind == "product").order_by(Article.code)
    return render_template(
        "line/rolls.html",
        line=chosen_line(session),
        rolls=recent_rolls(session),
        articles=session.scalars(made).all(),
        papers=[load_stock(name) for name in stock_names()],
        stock=request.form.get("stock", USUAL_STOCK),
        most=MOST_ON_ROLLS,
        request_key=request.form.get("key") or secrets.token_urlsafe(16),
        error=error,
    )


def _bind_form(session: Session, lot_id: int, error: LotmarkError | None = None) -> str:
    lot = own_batch(session, lot_id)
    return render_template("line/bind.html", lot=lot, line=lot.line, error=error)
