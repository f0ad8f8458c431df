"""What a scan does at a line PC, and who works there."""

from http import HTTPStatus

from flask import jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...trace import badges
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.identity.links import LINK_LIMIT
from ..forms import scan_field, text_field
from ..i18n import say
from ..problems import status_of, wants_json
from . import marks, orders, screen, steering
from .operators import Operator, chosen, holder_of, operators
from .printing import pause_now
from .room import batch_here, label_of, room, store, writing
from .times import tick

COMMANDS = {
    "PAUSE": "station.line",
    "RESUME": "station.resume_form",
    "VOID": "station.void_form",
    "REPRINT": "station.reprint_form",
    "CANCEL": "station.cancel_form",
    "FIRST": "station.line",
    "CLEAR": "station.clearance_form",
    "NEXT": "station.batches",
    "GO": "station.print_form",
    "WHO": "station.operator",
    "BACK": "station.line",
}
"""Where the laminated codes of the line lead here, after ``LM:``."""


@room.post("/line/scan")
def scan_now() -> ResponseReturnValue:
    """A badge, a command, the first label of a job, or a label on a pack."""
    try:
        scanned = scan_field("code", LINK_LIMIT)
        mark = scanned.upper()
        if mark.startswith(badges.MARK):
            return _come_in(scanned)
        if mark.startswith("LM:"):
            return _command(mark.removeprefix("LM:"))
        return _verdict("ok", gettext(_label_scanned(scanned)))
    except LotmarkError as error:
        return _verdict("bad", gettext(_word_of(error)), error)


def _command(name: str) -> ResponseReturnValue:
    if name not in COMMANDS:
        raise InvalidInput(
            "command_unknown",
            N_("This code is no command of this line. Print the sheet of codes anew."),
        )
    if name == "PAUSE":
        pause_now()
    return _go(url_for(COMMANDS[name]))


def _label_scanned(scanned: str) -> str:
    """The first label of a job that waits for it; else it is on a pack now. A word."""
    with writing() as (kept, who):
        label = label_of(kept, scanned)
        job = orders.live_job(kept)
        batch = batch_here(kept)
        checking = job is not None and screen.bench_of(kept, batch, tick()).checking
        if checking and job is not None:
            steering.resume(kept, job, label, who.name, tick())
            return N_("First label is right")
    with writing("batch.finish") as (kept, who):
        new = marks.apply(kept, label, who.name, tick())
    return N_("On a pack") if new else N_("Counted before")


def _word_of(error: LotmarkError) -> str:
    """The biggest word on the screen: a wrong label stops the line."""
    wrong = ("label_of_other_here", "label_void", "label_never_sent")
    return N_("Stop") if error.code in wrong else N_("Not done")


def _verdict(
    kind: str, word: str, error: LotmarkError | None = None
) -> ResponseReturnValue:
    """The whole screen says what a scan was: colour first, then the word."""
    status = status_of(error) if error else HTTPStatus.OK
    if wants_json():
        text = say(error) if error else ""
        go = url_for("station.line")
        return jsonify(kind=kind, word=word, text=text, step="", go=go), status
    page = render_template("station/verdict.html", kind=kind, word=word, error=error)
    return page, status


def _go(address: str) -> ResponseReturnValue:
    return jsonify(go=address) if wants_json() else redirect(address)


@room.get("/line/operator")
def operator() -> ResponseReturnValue:
    return _operator_form()


@room.post("/line/operator")
def operator_now() -> ResponseReturnValue:
    try:
        scanned = request.form.get("badge", "").strip()
        if scanned:
            return _come_in(scanned)
        with store().reading() as kept:
            found = chosen(kept, text_field("who", 64))
    except LotmarkError as error:
        return _operator_form(error)
    return _work_as(found)


def _operator_form(error: LotmarkError | None = None) -> ResponseReturnValue:
    with store().reading() as kept:
        people = operators(kept)
    page = render_template("station/operator.html", people=people, error=error)
    return page, status_of(error) if error else 200


def _come_in(scanned: str) -> ResponseReturnValue:
    with store().reading() as kept:
        return _work_as(holder_of(kept, scanned))


def _work_as(found: Operator) -> ResponseReturnValue:
    session.clear()
    session["who"] = found.login
    session.permanent = True
    return _go(url_for("station.line"))
