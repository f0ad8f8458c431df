"""The line's room: which line this screen stands at."""

from datetime import timedelta

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from ...trace.db import Session
from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Line, Lot
from ..auth.views import log_in_required
from ..current import actor
from ..paths import ID_DIGITS
from ..shown import staff_context

room = Blueprint("line", __name__, template_folder="templates")
room.context_processor(staff_context)

OPEN = ("line.operator", "line.operator_now")
"""Where a badge or a PIN is asked for."""
COOKIE = "line"
"""Remembers the line's id on this screen."""


@room.before_request
def let_in() -> ResponseReturnValue | None:
    """``batch.open`` opens the room; each deed needs its own right.

    Strangers may show a badge: at a screen that stands at a line they are asked for it.
    """
    if request.endpoint in OPEN:
        return None
    if g.actor is None and request.method == "GET" and COOKIE in request.cookies:
        return redirect(url_for("line.operator"))
    stopped = log_in_required()
    if stopped is None:
        actor().require("batch.open")
    return stopped


def chosen_line(session: Session) -> Line | None:
    """The line this screen stands at, if one was chosen."""
    number = request.cookies.get(COOKIE, "")
    known = number.isdecimal() and len(number) <= ID_DIGITS
    return session.get(Line, int(number)) if known else None


def remember_line(answer: Response, line: Line) -> Response:
    """Let this screen stand at ``line`` from now on."""
    answer.set_cookie(
        COOKIE,
        str(line.id),
        max_age=timedelta(days=365),
        samesite="Lax",
        httponly=True,
    )
    return answer


def own_batch(session: Session, lot_id: int) -> Lot:
    """One of our own batches that was made on a line. Raises NotFound."""
    lot = session.get(Lot, lot_id)
    if lot is None or not lot.own or lot.line is None:
        raise NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)
    return lot
