"""One consignee: call it, take its answer down, print its letter."""

from io import BytesIO

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.quarantine.answers import (
    MOST_NAME,
    MOST_TEXT,
    answers_of,
    lines_of,
    record_answer,
)
from ...recall.quarantine.board import answering, seat_of, state_of
from ...recall.quarantine.calls import RESULTS, calls_of, record_call
from ...recall.quarantine.links import RECORD, close_out, renew_link
from ...recall.quarantine.tables import WAYS, ConsigneeLink
from ...recall.recalls.cases import find_recall
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ..current import actor, house
from ..figures_said import ASKED, read_figures, written
from ..forms import choice_field, text_field
from ..once import book_once
from ..print.imprint import imprint
from ..print.pdf import render_pdf
from ..print.recovery import letter
from ..problems import status_of
from .room import MOST_REASON, room

SUBS = {"yes": True, "no": False, "none": None}
BY_STAFF = tuple(way for way in WAYS if way != "page")
DEEDS = ("call", "answer", "close", "renew")


@room.get("/recall/<number>/consignees/<int:partner_id>")
def consignee(number: str, partner_id: int) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return _page(session, number, partner_id)


@room.post("/recall/<number>/consignees/<int:partner_id>")
def say_of(number: str, partner_id: int) -> ResponseReturnValue:
    """Note what came of a call, or what it answered, or give it up."""
    actor().require(RECORD)

    def deed(session: Session) -> str:
        link = seat_of(session, find_recall(session, number), partner_id)
        _deeds[choice_field("deed", DEEDS)](session, link)
        return url_for("recovery.consignee", number=number, partner_id=partner_id)

    try:
        return book_once(deed)
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, number, partner_id, error), status_of(error)


@room.get("/recall/<number>/consignees/<int:partner_id>/letter.pdf")
def letter_pdf(number: str, partner_id: int) -> ResponseReturnValue:
    """The trade letter with the QR code of its page."""
    actor().require(RECORD)
    now = clock.now()
    with house().plant.reading() as session:
        link = seat_of(session, find_recall(session, number), partner_id)
        paper = letter(session, answering(session, link), _address(link))
    return send_file(
        BytesIO(render_pdf(paper, imprint(actor().name, now))),
        mimetype="application/pdf",
        download_name=f"{number}-{partner_id}.pdf",
    )


def _call(session: Session, link: ConsigneeLink) -> None:
    record_call(
        session,
        link.id,
        choice_field("outcome", RESULTS),
        actor(),
        clock.now(),
        way=choice_field("way", BY_STAFF),
        spoke_with=text_field("spoke_with", MOST_NAME),
        text=text_field("text", MOST_TEXT),
    )


def _answer(session: Session, link: ConsigneeLink) -> None:
    record_answer(
        session,
        link.id,
        read_figures(answering(session, link).lots),
        f"{link.id}:{text_field('once', 80, required=True)}",
        clock.now(),
        actor=actor(),
        way=choice_field("way", BY_STAFF),
        said_by=text_field("said_by", MOST_NAME),
        subs_told=SUBS[choice_field("subs", SUBS)],
        text=text_field("text", MOST_TEXT),
    )


def _close(session: Session, link: ConsigneeLink) -> None:
    reason = text_field("reason", MOST_REASON, required=True)
    close_out(session, link.id, reason, actor(), clock.now())


def _renew(session: Session, link: ConsigneeLink) -> None:
    renew_link(session, link.id, actor(), clock.now())


_deeds = {"call": _call, "answer": _answer, "close": _close, "renew": _renew}


def _address(link: ConsigneeLink) -> str:
    return house().settings.base_url + url_for("public.consignee", token=link.token)


def _page(
    session: Session, number: str, partner_id: int, error: LotmarkError | None = None
) -> str:
    recall = find_recall(session, number)
    link = seat_of(session, recall, partner_id)
    asked = answering(session, link)
    answers = answers_of(session, link.id)
    filled = {
        lot.id: (
            {name: request.form.get(f"{name}-{lot.id}", "") for name in ASKED}
            if error
            else written(asked.rows[lot.id].said if lot.id in asked.rows else None, lot)
        )
        for lot in asked.lots
    }
    return render_template(
        "recovery/consignee.html",
        recall=recall,
        link=link,
        state=state_of(link),
        asked=asked,
        answers=answers,
        lines=lines_of(session, [one.id for one in answers]),
        last=calls_of(session, [link.id]).get(link.id),
        address=_address(link),
        filled=filled,
        results=RESULTS,
        by_staff=BY_STAFF,
        form=request.form,
        error=error,
    )
