"""Logging in and out. The cookie holds a random token, the database its hash."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from ...trace import audit, clock, people
from ...trace.badges import LINE_RIGHTS
from ...trace.db import Session
from ...trace.errors import N_, Forbidden
from ..current import house
from ..installation import Installation
from ..limits import limiter
from ..paths import safe_path
from ..problems import wants_json

room = Blueprint("auth", __name__, template_folder="templates")

CARRIED = "carried-"
"""Before the names of fields that are taken along through the log-in."""
TOUCH = timedelta(minutes=5)
"""How precisely we note when a session was last used."""
WATCHES = ("imports.progress", "line.batch_progress", "line.job_progress")
"""What a screen asks for by itself: it does not show that anybody is there."""

FOR_LINES = ("auth.log_out", "language")
"""Beside the line's room, what a session by badge or PIN is good for."""
FIRST_PAGES = (
    ("complaint.read", "desk.queue"),
    ("labels.print", "line.start"),
    ("trace.read", "quality.overview"),
)
"""Where a person starts: the first of these they have the right for."""


def _typed_login() -> str:
    return request.form.get("login", "")[:64]


def _refused(answer: Response) -> bool:
    return answer.status_code == 403


# Only refusals count: a shift that starts logs in through one address of the plant. By
# login *and* address: or a stranger who fails on purpose would keep its owner out.
by_address = limiter.limit("10/minute", deduct_when=_refused)
by_login = limiter.limit(
    "5/minute",
    key_func=lambda: f"{get_remote_address()} {people.known_login(_typed_login())}",
    deduct_when=_refused,
)


def set_up(app: Flask) -> None:
    """Know who is asking, in every request."""
    app.before_request(_recognise)


def log_in_required() -> ResponseReturnValue | None:
    """For ``before_request`` of staff rooms: strangers are sent to the log-in.

    A form that was filled in meanwhile goes with them, and is offered again after it.
    """
    if g.actor is not None:
        return None
    if request.method == "GET":
        return redirect(url_for("auth.log_in", next=request.full_path.rstrip("?")))
    if wants_json():
        raise Forbidden("not_logged_in", N_("Log in first."))
    page = render_template(
        "auth/login.html", carried=_typed(), next=request.path, wrong=False
    )
    return make_response(page, 403)


def _typed() -> list[tuple[str, str]]:
    """What the form says, but for its token."""
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if name != "csrf_token"]


@room.get("/login")
def log_in() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(_first_page())
    return render_template("auth/login.html", wrong=False)


@room.post("/login")
@by_address
@by_login
def log_in_now() -> ResponseReturnValue:
    typed, password = (
        _typed_login(),
        request.form.get("password", "")[: people.MAX_PASSWORD],
    )
    now = clock.now()
    with house().plant.reading() as db:
        user = people.find_user(db, typed)
    # Outside of any transaction: on SQLite nobody else could write meanwhile.
    if not people.password_fits(user, password) or user is None:
        return _refuse(typed, user, now)
    begin_session(user, now)
    wanted = safe_path(request.form.get("next", ""))
    if carried := _carried():
        return render_template("auth/resend.html", carried=carried, path=wanted)
    return redirect(wanted if request.form.get("next") else _first_page())


def begin_session(user: people.User, now: datetime, *, at_line: bool = False) -> None:
    """Log somebody in on this browser; ``at_line``: by badge or PIN, for lines alone.

    Whoever was logged in there before is no more.
    """
    token = secrets.token_urlsafe(32)
    with house().plant.writing() as db:
        _end_session(db)
        row = people.LoginSession(
            token_hash=_hash(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            at_line=at_line,
        )
        db.add(row)
        action = "login.line" if at_line else "login"
        audit.record(db, user.login, action, f"user:{user.login}", now)
        g.actor = _actor_of(db, user, row)
    session.clear()  # a new cookie: what a stranger planted before is gone
    session["token"] = token


@room.get("/me")
def home() -> ResponseReturnValue:
    """Who is logged in: where people start who have no room of their own."""
    stopped = log_in_required()
    return stopped or render_template("auth/home.html")


@room.post("/logout")
def log_out() -> ResponseReturnValue:
    with house().plant.writing() as db:
        _end_session(db)
        if g.actor is not None:
            login = g.actor.login
            audit.record(db, login, "logout", f"user:{login}", clock.now())
    return redirect(url_for("auth.log_in"))


def _end_session(db: Session) -> None:
    token = session.pop("token", None)
    if token:
        ours = people.LoginSession.token_hash == _hash(token)
        db.execute(sa.delete(people.LoginSession).where(ours))


def _carried() -> list[tuple[str, str]]:
    """The form that came along with the log-in."""
    fields = request.form.items(multi=True)
    return [
        (name.removeprefix(CARRIED), value)
        for name, value in fields
        if name.startswith(CARRIED)
    ]


def _refuse(typed: str, user: people.User | None, now: datetime) -> ResponseReturnValue:
    answer = make_response(
        render_template("auth/login.html", wrong=True, login=typed, carried=_carried()),
        403,
    )
    if user is not None:
        # After the answer is sent: a name we know must not take longer. What was typed
        # for any other name is not kept, people type passwords into the wrong field.
        note = partial(_note_refusal, house(), user.login, now)
        answer.call_on_close(note)
    return answer


def _note_refusal(house: Installation, login: str, now: datetime) -> None:
    with house.plant.writing() as db:
        audit.record(db, "stranger", "login.refuse", f"user:{login}", now)


def _recognise() -> None:
    g.actor = None
    token = session.get("token")
    if not token or request.endpoint == "static":
        return
    now = clock.now()
    with house().plant.reading() as db:
        row = db.get(people.LoginSession, _hash(token))
        user = db.get(people.User, row.user_id) if row else None
        if row is None or user is None or not user.active or row.over(now):
            session.pop("token")
            return
        if row.at_line and not _good_for_lines():
            return  # a badge opens nothing else; whoever holds it logs in
        g.actor = _actor_of(db, user, row)
    if now - row.seen_at > TOUCH and request.endpoint not in WATCHES:
        with house().plant.writing() as db:
            _touch(db, row.token_hash, now)


def _actor_of(db: Session, user: people.User, row: people.LoginSession) -> people.Actor:
    """Who acts in a session: by badge or PIN with line rights alone."""
    actor = people.actor_for(db, user)
    return replace(actor, rights=actor.rights & LINE_RIGHTS) if row.at_line else actor


def _good_for_lines() -> bool:
    return request.blueprint == "line" or request.endpoint in FOR_LINES


def _touch(db: Session, token_hash: str, now: datetime) -> None:
    db.execute(
        sa.update(people.LoginSession)
        .where(people.LoginSession.token_hash == token_hash)
        .values(seen_at=now)
    )


def _first_page() -> str:
    for right, page in FIRST_PAGES:
        if g.actor.may(right):
            return url_for(page)
    return url_for("auth.home")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
