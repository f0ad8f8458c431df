"""Opening a batch of a product on the line this screen stands at."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.service import check_printable
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError, NotFound
from ...trace.parties.lots import MOST_ARTWORK, MOST_WORK_ORDER
from ...trace.parties.tables import Article, Line, Lot
from ...trace.production.batches import (
    expiry,
    local_day,
    lock_running,
    open_batch,
    propose_batch,
)
from ...trace.production.codes import MOST_AT_ONCE
from ...trace.production.starting import last_artwork, start_planned
from ..current import actor, house
from ..forms import number_field, text_field
from ..problems import status_of
from .bench import running_batch
from .room import chosen_line, room


@room.get("/line/products/<int:article_id>")
def batch_form(article_id: int) -> ResponseReturnValue:
    actor().require("batch.open")
    with house().plant.reading() as session:
        return _batch_form(session, article_id, clock.now())


@room.post("/line/products/<int:article_id>")
def open_now(article_id: int) -> ResponseReturnValue:
    actor().require("batch.open")
    now = clock.now()
    try:
        code = text_field("code", 60, required=True)
        planned = number_field("planned", 1, MOST_AT_ONCE)
        artwork = text_field("artwork", MOST_ARTWORK)
        work_order = text_field("work_order", MOST_WORK_ORDER)
        with house().plant.writing() as session:
            line = _line_here(session)
            article = _product(session, article_id)
            lock_running(session, line)
            _check_shown(session, line, now)
            day = local_day(line, now)
            lot = open_batch(
                session,
                article,
                line,
                code,
                day,
                planned,
                actor(),
                now,
                artwork=artwork,
                work_order=work_order,
            )
            check_printable(lot, house().settings.base_url)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _batch_form(session, article_id, now, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot.id))


@room.get("/line/planned/<int:lot_id>")
def planned_form(lot_id: int) -> ResponseReturnValue:
    actor().require("batch.open")
    with house().plant.reading() as session:
        return _planned_form(session, lot_id, clock.now())


@room.post("/line/planned/<int:lot_id>")
def start_now(lot_id: int) -> ResponseReturnValue:
    """A planned batch goes onto this line."""
    actor().require("batch.open")
    now = clock.now()
    try:
        artwork = text_field("artwork", MOST_ARTWORK)
        with house().plant.writing() as session:
            line = _line_here(session)
            lock_running(session, line)
            _check_shown(session, line, now)
            lot = start_planned(session, lot_id, line.id, actor(), now, artwork)
            check_printable(lot, house().settings.base_url)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _planned_form(session, lot_id, now, error), status_of(error)
    return redirect(url_for("line.batch", lot_id=lot_id))


def _planned_form(
    session: Session, lot_id: int, now: datetime, error: LotmarkError | None = None
) -> str:
    lot = session.get(Lot, lot_id)
    if lot is None or not lot.own:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    line = _line_here(session)
    day = local_day(line, now)
    running = running_batch(session, line)
    return render_template(
        "line/planned.html",
        lot=lot,
        line=line,
        day=day,
        expires=expiry(lot.article, day),
        artwork=lot.artwork or last_artwork(session, lot.article_id),
        running=running,
        running_name=_name_of(running),
        error=error,
    )


def _check_shown(session: Session, line: Line, now: datetime) -> None:
    """Raises Conflict ``form_outdated`` unless the form said what is true now: the
    line, the batch it ends there, and the day that goes onto the labels."""
    running = _name_of(running_batch(session, line))
    true = (str(line.id), running, str(local_day(line, now)))
    if true != tuple(request.form.get(name) for name in ("line", "running", "day")):
        raise Conflict(
            "form_outdated",
            N_(
                "Since this form was opened, the line, its batch or the day has "
                "changed. Read it again below, then open the batch."
            ),
        )


def _name_of(running: Lot | None) -> str:
    return str(running.id) if running else ""


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
    session: Session, article_id: int, now: datetime, error: LotmarkError | None = None
) -> str:
    line = _line_here(session)
    article = _product(session, article_id)
    day = local_day(line, now)
    running = running_batch(session, line)
    artwork = last_artwork(session, article.id)
    proposed = propose_batch(session, line, article, day)
    typed = request.form.get("code", "")
    # A number we proposed for another day, or that somebody took, is proposed anew.
    ours = typed in ("", request.form.get("proposed"))
    return render_template(
        "line/open.html",
        line=line,
        article=article,
        day=day,
        expires=expiry(article, day),
        code=proposed if ours else typed,
        proposed=proposed,
        artwork=request.form.get("artwork", artwork),
        running=running,
        running_name=_name_of(running),
        error=error,
    )
