"""Changing the operator at a line: scan a badge, or touch a name and type a PIN."""

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import badges, clock
from ...trace.errors import N_, Forbidden, LotmarkError
from ...trace.people import find_user
from ..auth.views import begin_session
from ..current import house
from ..forms import text_field
from ..limits import limiter
from ..problems import status_of
from .room import chosen_line, room

MOST_BADGE = 64
MOST_LOGIN = 64
MOST_PIN = 12


def _refused(answer: Response) -> bool:
    return answer.status_code == 403


@room.get("/line/operator")
def operator() -> ResponseReturnValue:
    return _form()


@room.post("/line/operator")
@limiter.limit("10/minute", deduct_when=_refused)
def operator_now() -> ResponseReturnValue:
    """Somebody else works here from now on."""
    try:
        badge = text_field("badge", MOST_BADGE)
        if badge:
            come_in(badge)
        else:
            _come_by_pin()
    except LotmarkError as error:
        return _form(error), status_of(error)
    return redirect(url_for("line.start"))


def come_in(badge: str) -> None:
    """Log in who holds a badge. Raises Forbidden ``badge_unknown``."""
    with house().plant.reading() as session:
        user = badges.holder_of(session, badge)
    begin_session(user, clock.now(), at_line=True)


def _come_by_pin() -> None:
    login = text_field("user", MOST_LOGIN, required=True)
    pin = text_field("pin", MOST_PIN, required=True)
    now = clock.now()
    with house().plant.reading() as session:
        user = find_user(session, login)
        badge = badges.badge_of(session, user) if user else None
        able = user is not None and badges.works_at_lines(session, user)
    if user is None or badge is None or not able:
        raise _wrong_pin()
    # Outside of any transaction: it takes a tenth of a second.
    fits = badges.pin_fits(badge, pin, now)
    with house().plant.writing() as session:
        badges.note_pin(session, user.id, fits, now)
    if not fits:
        raise _wrong_pin()
    begin_session(user, now, at_line=True)


def _wrong_pin() -> Forbidden:
    return Forbidden(
        "pin_wrong",
        N_("That is not the PIN. Type it again, or scan the badge."),
    )


def _form(error: LotmarkError | None = None) -> str:
    """Names are shown to those who work here; strangers scan, or type theirs."""
    with house().plant.reading() as session:
        line = chosen_line(session)
        known = badges.people_with_pin(session) if g.actor is not None else []
    return render_template(
        "line/operator.html",
        line=line,
        people=known,
        login=request.form.get("user", request.args.get("user", ""))[:MOST_LOGIN],
        error=error,
    )
