"""Keys of machines: who has one, a new one shown once, and the end of one."""

from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock, people
from ...trace.api_keys import (
    MACHINE_RIGHTS,
    NAME_LIMIT,
    ApiKey,
    issue_key,
    key_named,
    list_keys,
    revoke_key,
)
from ...trace.errors import N_, LotmarkError
from ..current import actor, house
from ..forms import choice_field, text_field
from ..problems import status_of
from .room import room

RIGHT_WORDS = {
    "trace.read": N_("Read lots, stock, movements and records"),
    "scope.compute": N_("Compute what is affected"),
    "complaint.read": N_("Read how many complaints there are"),
    "batch.open": N_("Open batches"),
    "batch.plan": N_("Plan more packs for a batch"),
    "batch.finish": N_("Report labels on packs, finish batches"),
    "batch.test": N_("Take batches into their outgoing inspection"),
    "line.record": N_("Record runs, loads, cleanings and checks"),
    "line.status": N_("Stop and start lines"),
    "codes.issue": N_("Issue item codes"),
    "labels.print": N_("Read codes for printing, report them printed"),
    "labels.void": N_("Report labels voided or missing"),
    "unit.build": N_("Pack cases and pallets"),
    "stock.move": N_("Move and ship goods"),
    "hold.place": N_("Put lots on hold"),
    "inspection.record": N_("Record inspections"),
    "sample.keep": N_("Record samples"),
    "paper.add": N_("Add papers to lots"),
    "data.import": N_("Import files"),
    "batch.release": N_("Release, reject and close batches"),
    "rework.approve": N_("Approve rework and repacking"),
    "hold.propose": N_("Ask that a hold be lifted"),
    "hold.release": N_("Sign that a hold is lifted"),
    "caution.end": N_("End the caution on the consumer page"),
    "stock.count": N_("Count stock"),
    "stock.book_count": N_("Sign the differences of a count"),
    "stock.lose_kept": N_("Sign that goods are missing which may not leave"),
    "master.edit": N_("Change spare stock policies"),
}
"""What each right lets a machine do; the last ones only a person's own key has."""

STATE_WORDS = {
    "active": ("ok", N_("Key in use")),
    "expired": ("none", N_("Expired")),
    "revoked": ("bad", N_("Revoked")),
}
LASTING = {
    "365": N_("One year"),
    "90": N_("90 days"),
    "30": N_("30 days"),
    "0": N_("Until it is revoked"),
}
"""Days a key lasts; the longest wise choice first."""


@room.get("/admin/keys")
def keys() -> ResponseReturnValue:
    """All keys, and the form for a new one."""
    actor().require("key.manage")
    return _list()


@room.post("/admin/keys")
def add_key() -> ResponseReturnValue:
    """Make a key and show it: this once."""
    actor().require("key.manage")
    now = clock.now()
    try:
        name = text_field("name", NAME_LIMIT, required=True)
        rights = request.form.getlist("right")
        until = _until(choice_field("days", LASTING), now)
        with house().plant.writing() as session:
            key, text = issue_key(session, name, rights, actor(), now, until)
    except LotmarkError as error:
        return _list(error)
    return show_new(key, text, url_for("admin.keys"))


@room.get("/admin/keys/<prefix>/revoke")
def end_key(prefix: str) -> ResponseReturnValue:
    """Say what ends with a key, before it does."""
    actor().require("key.manage")
    with house().plant.reading() as session:
        key = key_named(session, prefix)
        by = people.name_of(session, key.created_by)
    end = url_for("admin.end_key_now", prefix=prefix)
    return ask_to_end(key, by, url_for("admin.keys"), end)


@room.post("/admin/keys/<prefix>/revoke")
def end_key_now(prefix: str) -> ResponseReturnValue:
    actor().require("key.manage")
    with house().plant.writing() as session:
        revoke_key(session, prefix, actor(), clock.now())
    return redirect(url_for("admin.keys"))


def show_new(key: ApiKey, text: str, back: str) -> str:
    """The page that shows a new key, this once."""
    return render_template(
        "admin/new_key.html",
        key=key,
        text=text,
        rights=RIGHT_WORDS,
        base_url=house().settings.base_url,
        back=back,
    )


def ask_to_end(key: ApiKey, by: str, back: str, end: str) -> str:
    """The page that says what ends with a key; ``by`` is who made it."""
    return render_template(
        "admin/end_key.html",
        key=key,
        names={key.created_by: by},
        rights=RIGHT_WORDS,
        state=STATE_WORDS[key.state(clock.now())],
        back=back,
        end=end,
    )


def _list(error: LotmarkError | None = None) -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        rows = list_keys(session)
        logins = {row.created_by for row in rows}
        names = {login: people.name_of(session, login) for login in logins}
    page = render_template(
        "admin/keys.html",
        rows=[(row, STATE_WORDS[row.state(now)]) for row in rows],
        names=names,
        rights=RIGHT_WORDS,
        known=MACHINE_RIGHTS,
        lasting=LASTING,
        most=NAME_LIMIT,
        error=error,
    )
    return page, status_of(error) if error else 200


def _until(days: str, now: datetime) -> datetime | None:
    return now + timedelta(days=int(days)) if int(days) else None
