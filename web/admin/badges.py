"""Badges and PINs for the lines: one's own, and those an administrator hands out."""

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import badges, clock, people
from ...trace.db import Session
from ...trace.errors import N_, Forbidden, LotmarkError, NotFound
from ...trace.people import User
from ..codes_drawn import code_picture
from ..current import actor, house
from ..forms import text_field
from ..limits import limiter
from ..problems import status_of
from .room import room

MOST_PIN = 12


@room.get("/me/badge")
def own_badge() -> ResponseReturnValue:
    """One's own badge and PIN."""
    return _own()


@room.post("/me/badge/new")
@limiter.limit("10/minute")
def new_own_badge() -> ResponseReturnValue:
    """A badge of one's own; the password shows that it is oneself who asks."""
    try:
        _check_password()
        with house().plant.writing() as session:
            user = _user(session, actor().login)
            text = badges.issue_badge(session, user, actor(), clock.now())
    except LotmarkError as error:
        return _own(error)
    return _show_new(user, text, url_for("admin.own_badge"))


@room.post("/me/badge/pin")
@limiter.limit("10/minute")
def set_own_pin() -> ResponseReturnValue:
    try:
        _check_password()
        pin = text_field("pin", MOST_PIN, required=True)
        with house().plant.writing() as session:
            user = _user(session, actor().login)
            badges.set_pin(session, user, pin, actor(), clock.now())
    except LotmarkError as error:
        return _own(error)
    return _own()


@room.get("/admin/badges")
def all_badges() -> ResponseReturnValue:
    """Everybody who works at lines, with badge and PIN."""
    actor().require("user.add")
    return _all()


@room.post("/admin/badges/<login>/new")
def new_badge(login: str) -> ResponseReturnValue:
    actor().require("user.add")
    try:
        with house().plant.writing() as session:
            user = _user(session, login)
            text = badges.issue_badge(session, user, actor(), clock.now())
    except LotmarkError as error:
        return _all(error)
    return _show_new(user, text, url_for("admin.all_badges"))


@room.post("/admin/badges/<login>/pin")
def set_pin_of(login: str) -> ResponseReturnValue:
    actor().require("user.add")
    try:
        pin = text_field("pin", MOST_PIN, required=True)
        with house().plant.writing() as session:
            badges.set_pin(session, _user(session, login), pin, actor(), clock.now())
    except LotmarkError as error:
        return _all(error)
    return _all()


def _user(session: Session, login: str) -> User:
    user = people.find_user(session, login)
    if user is None:
        raise NotFound(
            "user_unknown", N_("Nobody has the log-in %(name)s."), name=login[:40]
        )
    return user


def _check_password() -> None:
    """A page left open must not be enough for a badge that logs in."""
    text_field("password", people.MAX_PASSWORD, required=True)
    with house().plant.reading() as session:
        user = people.find_user(session, actor().login)
    typed = request.form.get("password", "")[: people.MAX_PASSWORD]
    # Outside of any transaction: it takes a tenth of a second.
    if not people.password_fits(user, typed):
        raise Forbidden("password_wrong", N_("This is not your password. Try again."))


def _show_new(user: User, text: str, back: str) -> str:
    return render_template(
        "admin/new_badge.html", person=user, code=code_picture(text), back=back
    )


def _own(error: LotmarkError | None = None) -> ResponseReturnValue:
    with house().plant.reading() as session:
        user = _user(session, actor().login)
        badge = badges.badge_of(session, user)
        able = badges.works_at_lines(session, user)
    page = render_template("admin/badge.html", badge=badge, able=able, error=error)
    return page, status_of(error) if error else 200


def _all(error: LotmarkError | None = None) -> ResponseReturnValue:
    with house().plant.reading() as session:
        active = session.scalars(sa.select(User).where(User.active).order_by(User.name))
        rows = [
            (user, badges.badge_of(session, user))
            for user in active.all()
            if badges.works_at_lines(session, user)
        ]
    page = render_template("admin/badges.html", rows=rows, error=error)
    return page, status_of(error) if error else 200
