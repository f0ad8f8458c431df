"""Choosing the line, opening a batch on it, its bench, and its end."""

import sqlalchemy as sa
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError, NotFound
from ...trace.parties.tables import Article, Line
from ...trace.production.batches import (
    expiry,
    finish_batch,
    local_day,
    open_batch,
    propose_batch,
)
from ...trace.production.codes import MOST_AT_ONCE
from ..current import actor, house
from ..forms import number_field, text_field
from ..problems import status_of
from .bench import band_of, bench_of, running_batch
from .room import chosen_line, own_batch, remember_line, room


@room.get("/line")
def start() -> ResponseReturnValue:
    """To the batch that runs here; else to the next product; else to the lines."""
    with house().plant.reading() as session:
        line = chosen_line(session)
        lot = running_batch(session, line) if line else None
    if line is None:
        return redirect(url_for("line.lines"))
    if lot is not None:
        return redirect(url_for("line.batch", lot_id=lot.id))
    return redirect(url_for("line.products"))


@room.get("/line/lines")
def lines() -> ResponseReturnValue:
    with house().plant.reading() as session:
        rows = session.scalars(sa.select(Line).order_by(Line.site_id, Line.code))
        known = [(line, running_batch(session, line)) for line in rows.unique()]
        here = chosen_line(session)
    return render_template("line/lines.html", lines=known, line=here)


@room.post("/line/lines")
def choose_line() -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = session.get(Line, number_field("line", 1, 2**31))
    if line is None:
        raise NotFound("line_unknown", N_("No such line is recorded. Choose another."))
    return remember_line(make_response(redirect(url_for("line.start"))), line)


@room.get("/line/products")
def products() -> ResponseReturnValue:
    with house().plant.reading() as session:
        line = chosen_line(session)
        if line is None:
            return redirect(url_for("line.lines"))
        running = running_batch(session, line)
        made = sa.select(Article).where(Article.kind == "product")
        articles = session.scalars(made.order_by(Article.code)).all()
    return render_template(
        "line/products.html", line=line, articles=articles, running=running
    )


@room.get("/line/products/<int:article_id>")
def batch_form(article_id: int) -> ResponseReturnValue:
    actor().require("batch.open")
    with house().plant.reading() as session:
        return _batch_form(session, article_id)


@room.post("/line/products/<int:article_id>")
def open_now(article_id: int) -> ResponseReturnValue:
    actor().require("batch.open")
    now = clock.now()
    try:
        code = text_field("code", 60, required=True)
        planned = number_field("planned", 1, MOST_AT_ONCE)
        with house().plant.writing() as session:
            line = _line_here(session)
            article = _product(session, article_id)
            day = local_day(line, now)
            lot = open_batch(session, article, line, code, day, planned, actor(), now)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _batch_form(session, article_id, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot.id))


@room.get("/line/batches/<int:lot_id>")
def batch(lot_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id))
    band = band_of(bench, clock.now())
    return render_template(
        "line/batch.html", bench=bench, lot=bench.lot, line=bench.lot.line, band=band
    )


@room.get("/line/batches/<int:lot_id>/finish")
def finish_form(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    with house().plant.reading() as session:
        bench = bench_of(session, own_batch(session, lot_id))
    return render_template(
        "line/finish.html", bench=bench, lot=bench.lot, line=bench.lot.line
    )


@room.post("/line/batches/<int:lot_id>/finish")
def finish_now(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.finish")
    with house().plant.writing() as session:
        own_batch(session, lot_id)
        finish_batch(session, lot_id, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=lot_id))


def _product(session: Session, article_id: int) -> Article:
    article = session.get(Article, article_id)
    if article is None or article.kind != "product":
        raise NotFound("article_unknown", N_("No such product is recorded."))
    return article


def _line_here(session: Session) -> Line:
    line = chosen_line(session)
    if line is None:
        raise Conflict(
            "line_not_chosen", N_("Choose first the line this screen stands at.")
        )
    return line


def _batch_form(
    session: Session, article_id: int, error: LotmarkError | None = None
) -> str:
    line = _line_here(session)
    article = _product(session, article_id)
    day = local_day(line, clock.now())
    return render_template(
        "line/open.html",
        line=line,
        article=article,
        day=day,
        expires=expiry(article, day),
        code=request.form.get("code") or propose_batch(session, line, article, day),
        running=running_batch(session, line),
        error=error,
    )
