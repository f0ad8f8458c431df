"""A consignee's own page of a recall: it knows, and says what became of the goods."""

from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...recall.quarantine.answers import (
    MOST_NAME,
    MOST_TEXT,
    acknowledge,
    answers_of,
    lines_of,
    record_answer,
)
from ...recall.quarantine.board import Answering, answering
from ...recall.quarantine.figures import Figures
from ...recall.quarantine.links import find_link, note_opened
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError, NotFound
from ..counted import counted
from ..current import house
from ..figures_said import ASKED, FLAGS, read_figures, written
from ..forms import choice_field, text_field
from ..once import form_number
from ..problems import status_of
from .pages import house_site, said_time, show
from .room import forms, guesses, room

STEPS = ("acknowledge", "answer")
SUBS = {"yes": True, "no": False, "none": None}
"""Whether those it sold to were told; ``none`` where it sold to nobody."""


@room.get("/r/<token>")
@guesses
def consignee(token: str) -> ResponseReturnValue:
    """The page; that it was opened is kept, once."""
    now = clock.now()
    with house().plant.reading() as session:
        try:
            link = find_link(session, token)
        except NotFound:
            return show("unknown_link", house_site(session)), 404
        page = _page(session, token, now)
    if link.opened_at is None:
        with house().plant.writing() as session:
            note_opened(session, link.id, now)
    return page


@room.post("/r/<token>")
@forms
def consignee_says(token: str) -> ResponseReturnValue:
    """Keep an answer, or bring the form back with what is wrong."""
    now = clock.now()
    try:
        with house().plant.writing() as session:
            link = find_link(session, token)
            step = choice_field("step", STEPS)
            name = text_field("said_by", MOST_NAME)
            if step == "acknowledge":
                acknowledge(session, link.id, name, now)
            else:
                record_answer(
                    session,
                    link.id,
                    read_figures(answering(session, link).lots),
                    f"{link.id}:{text_field('once', 80, required=True)}",
                    now,
                    said_by=name,
                    subs_told=SUBS[choice_field("subs", SUBS)],
                    text=text_field("text", MOST_TEXT),
                )
    except NotFound:
        with house().plant.reading() as session:
            return show("unknown_link", house_site(session)), 404
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, token, now, error), status_of(error)
    return redirect(url_for("public.consignee", token=token, done=step), 303)


def _page(
    session: Session, token: str, now: datetime, error: LotmarkError | None = None
) -> str:
    link = find_link(session, token)
    asked = answering(session, link)
    answers = answers_of(session, link.id)
    typed = {
        lot.id: (
            {name: request.form.get(f"{name}-{lot.id}", "") for name in ASKED}
            if error
            else written(_said(asked, lot.id), lot)
        )
        for lot in asked.lots
    }
    first = next((lot.site for lot in asked.lots if lot.site), None)
    return show(
        "consignee",
        first or house_site(session),
        link=link,
        asked=asked,
        answers=answers,
        lines=lines_of(session, [one.id for one in answers]),
        typed=typed,
        names=ASKED,
        flags=FLAGS,
        counted=counted,
        once=form_number(),
        error=error,
        form=request.form,
        done=request.args.get("done", "") if not error else "",
        said_time=lambda value: said_time(value, now),
    )


def _said(asked: Answering, lot_id: int) -> Figures | None:
    row = asked.rows.get(lot_id)
    return row.said if row else None
