"""Keys a person makes for programs they use: they act under the person's name."""

from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock, people
from ...trace.api_keys import (
    NAME_LIMIT,
    ApiKey,
    is_own,
    issue_own_key,
    key_named,
    keys_of,
    own_rights,
    revoke_key,
)
from ...trace.db import Session
from ...trace.errors import N_, Forbidden, LotmarkError, NotFound
from ..current import actor, house
from ..forms import choice_field, text_field
from ..limits import limiter
from ..problems import status_of
from .keys import RIGHT_WORDS, STATE_WORDS, ask_to_end, show_new
from .room import room

LASTING = {"7": N_("7 days"), "30": N_("30 days"), "90": N_("90 days")}
"""Days a person's own key lasts: it can sign, so it has an end."""


@room.get("/me/keys")
def own_keys() -> ResponseReturnValue:
    """One's own keys, and the form for a new one."""
    return _list()


@room.post("/me/keys")
@limiter.limit("10/minute")
def add_own_key() -> ResponseReturnValue:
    """Make a key of one's own; the password shows that it is oneself who asks."""
    now = clock.now()
    try:
        name = text_field("name", NAME_LIMIT, required=True)
        rights = request.form.getlist("right")
        until = now + timedelta(days=int(choice_field("days", LASTING)))
        _check_password()
        with house().plant.writing() as session:
            user = _user(session)
            key, text = issue_own_key(session, user, name, rights, now, until)
    except LotmarkError as error:
        return _list(error)
    return show_new(key, text, url_for("admin.own_keys"))


@room.get("/me/keys/<prefix>/revoke")
def end_own_key(prefix: str) -> ResponseReturnValue:
    """Say what ends with a key, before it does."""
    with house().plant.reading() as session:
        key = _own(session, prefix)
    back, end = (
        url_for("admin.own_keys"),
        url_for("admin.end_own_key_now", prefix=prefix),
    )
    return ask_to_end(key, actor().name, back, end)


@room.post("/me/keys/<prefix>/revoke")
def end_own_key_now(prefix: str) -> ResponseReturnValue:
    with house().plant.writing() as session:
        _own(session, prefix)
        revoke_key(session, prefix, actor(), clock.now())
    return redirect(url_for("admin.own_keys"))


def _list(error: LotmarkError | None = None) -> ResponseReturnValue:
    now: datetime = clock.now()
    with house().plant.reading() as session:
        rows = keys_of(session, actor().login)
    page = render_template(
        "admin/own_keys.html",
        rows=[(row, STATE_WORDS[row.state(now)]) for row in rows],
        rights=RIGHT_WORDS,
        known=own_rights(actor()),
        lasting=LASTING,
        most=NAME_LIMIT,
        error=error,
    )
    return page, status_of(error) if error else 200


def _check_password() -> None:
    """A page left open must not be enough for a key that can sign."""
    with house().plant.reading() as session:
        user = people.find_user(session, actor().login)
    typed = request.form.get("password", "")[: people.MAX_PASSWORD]
    # Outside of any transaction: it takes a tenth of a second.
    if not people.password_fits(user, typed):
        raise Forbidden("password_wrong", N_("This is not your password. Try again."))


def _user(session: Session) -> people.User:
    user = people.find_user(session, actor().login)
    if user is None:
        raise Forbidden("not_logged_in", N_("Log in first."))
    return user


def _own(session: Session, prefix: str) -> ApiKey:
    key = key_named(session, prefix)
    if not is_own(session, key, actor()):
        raise NotFound("key_unknown", N_("There is no key %(name)s."), name=prefix[:80])
    return key
