"""Raising a signal, which holds its batches at once, and opening a recall on it."""

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...recall.recalls import queries
from ...recall.recalls.cases import start_assessment
from ...recall.recalls.rulesets import jurisdictions
from ...recall.signals import service
from ...recall.signals.tables import KINDS
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.parties.lots import find_lot
from ...trace.people import name_of
from ..current import actor, house
from ..forms import choice_field, moment_field, text_field
from ..once import book_once
from ..problems import status_of
from ..uploads import read_upload
from .room import room

MOST_TEXT = 2000
MOST_LINE = 120
MOST_LOTS = 200


@room.get("/recall/signals/new")
def signal_form() -> ResponseReturnValue:
    actor().require("signal.raise")
    return _form()


@room.post("/recall/signals")
def raise_now() -> ResponseReturnValue:
    """Take the signal in; its batches are held in the same transaction."""
    actor().require("signal.raise")
    try:
        paper = read_upload("paper")
        kind = choice_field("kind", KINDS)
        text = text_field("text", MOST_TEXT, required=True)
        numbers = _numbers()
        heard_at = moment_field("heard_at") if request.form.get("heard_at") else None

        def deed(session: Session) -> str:
            now = clock.now()
            files = {paper.keep(session, now): kind} if paper else {}
            signal = service.raise_signal(
                session,
                kind=kind,
                text=text,
                lot_ids=[find_lot(session, number).id for number in numbers],
                request_key=request.form.get("once", "")[:80],
                actor=actor(),
                now=now,
                verified=request.form.get("proof") != "report",
                heard_at=heard_at,
                files=files,
                drill="drill" in request.form,
            )
            return url_for("recalls.signal", number=signal.number)

        return book_once(deed)
    except LotmarkError as error:
        return _form(error), status_of(error)


@room.get("/recall/signals/<number>")
def signal(number: str) -> ResponseReturnValue:
    return _page(number)


@room.post("/recall/signals/<number>/settle")
def settle(number: str) -> ResponseReturnValue:
    """Duty QA confirms or dismisses it, alone, with a reason."""
    actor().require("signal.settle")
    try:
        steps = {
            "confirm": service.confirm_signal,
            "dismiss": service.dismiss_signal,
        }
        step = steps[choice_field("step", steps)]
        reason = text_field("reason", MOST_TEXT, required=True)
        with house().plant.writing() as session:
            step(session, number, reason, actor(), clock.now())
    except LotmarkError as error:
        return _page(number, error), status_of(error)
    return redirect(url_for("recalls.signal", number=number))


@room.post("/recall/signals/<number>/assess")
def assess(number: str) -> ResponseReturnValue:
    """Open a recall case on it."""
    actor().require("recall.assess")
    try:
        title = text_field("title", MOST_LINE, required=True)
        places = request.form.getlist("place") or ["cn_food"]
        with house().plant.writing() as session:
            opened = start_assessment(
                session, number, title, actor(), clock.now(), jurisdictions=places
            ).number
    except LotmarkError as error:
        return _page(number, error), status_of(error)
    return redirect(url_for("recalls.case", number=opened))


def _numbers() -> list[str]:
    typed = text_field("lots", MOST_LOTS * 70, required=True)
    numbers = [one for one in re.split(r"[\s,，、;；]+", typed) if one]
    if len(numbers) > MOST_LOTS:
        raise InvalidInput(
            "lots_too_many",
            N_("Expected at most %(most)s batches, got %(found)s."),
            most=MOST_LOTS,
            found=len(numbers),
        )
    return numbers


def _form(error: LotmarkError | None = None) -> str:
    return render_template(
        "recalls/signal_form.html", kinds=KINDS, most=MOST_TEXT, error=error
    )


def _page(number: str, error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        found = queries.heard(session, service.find_signal(session, number))
        logins = {found.signal.reported_by, found.signal.settled_by or ""}
        names = {login: name_of(session, login) for login in logins if login}
    return render_template(
        "recalls/signal.html",
        heard=found,
        signal=found.signal,
        names=names,
        places=jurisdictions(),
        most=MOST_TEXT,
        error=error,
    )
