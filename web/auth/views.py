"""Logging in and out. The cookie holds a random token, the database its hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from ...trace import audit, clock, people
from ...trace.db import Session
from ...trace.errors import N_, Forbidden
from ..current import house

room = Blueprint("auth", __name__, template_folder="templates")

LASTS = timedelta(hours=12)
"""A shift and a bit; after that, or 2 hours idle, one logs in again."""
IDLE = timedelta(hours=2)
TOUCH = timedelta(minutes=5)
"""How precisely we note when a session was last used."""

FIRST_PAGES = (
    ("complaint.read", "desk.queue"),
    ("labels.print", "line.start"),
    ("trace.read", "quality.overview"),
)
"""Where a person starts: the first of these they have the right for."""


def set_up(app: Flask) -> None:
    """Know who is asking, in every request."""
    app.before_request(_recognise)


def log_in_required() -> ResponseReturnValue | None:
    """For ``before_request`` of staff rooms: strangers are sent to the log-in."""
    if g.actor is not None:
        return None
    if request.method != "GET":
        raise Forbidden("not_logged_in", N_("Log in first."))
    return redirect(url_for("auth.log_in", next=request.full_path.rstrip("?")))


@room.get("/login")
def log_in() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(_first_page())
    return render_template("auth/login.html", wrong=False)


@room.post("/login")
def log_in_now() -> ResponseReturnValue:
    login = request.form.get("login", "")[:64]
    now = clock.now()
    with house().plant.writing() as db:
        user = people.log_in(db, login, request.form.get("password", "")[:256])
        if user is None:
            audit.record(db, "stranger", "login.refuse", f"user:{login}", now)
        else:
            token = secrets.token_urlsafe(32)
            db.add(
                people.LoginSession(
                    token_hash=_hash(token),
                    user_id=user.id,
                    created_at=now,
                    seen_at=now,
                )
            )
            audit.record(db, user.login, "login", f"user:{user.login}", now)
            g.actor = people.actor_for(db, user)
    if user is None:
        return render_template("auth/login.html", wrong=True, login=login), 403
    session.clear()  # a new cookie: what a stranger planted before is gone
    session["token"] = token
    wanted = request.form.get("next", "")
    if wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted:
        return redirect(wanted)
    return redirect(_first_page())


@room.post("/logout")
def log_out() -> ResponseReturnValue:
    token = session.pop("token", None)
    if token:
        with house().plant.writing() as db:
            db.execute(
                sa.delete(people.LoginSession).where(
                    people.LoginSession.token_hash == _hash(token)
                )
            )
    return redirect(url_for("auth.log_in"))


def _recognise() -> None:
    g.actor = None
    token = session.get("token")
    if not token or request.endpoint == "static":
        return
    now = clock.now()
    with house().plant.reading() as db:
        row = db.get(people.LoginSession, _hash(token))
        user = db.get(people.User, row.user_id) if row else None
        if row is None or user is None or not user.active or _over(row, now):
            session.pop("token")
            return
        g.actor = people.actor_for(db, user)
    if now - row.seen_at > TOUCH:
        with house().plant.writing() as db:
            _touch(db, row.token_hash, now)


def _over(row: people.LoginSession, now: datetime) -> bool:
    return now - row.created_at > LASTS or now - row.seen_at > IDLE


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
    return url_for("public.start")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
