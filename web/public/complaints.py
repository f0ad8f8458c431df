"""Complaining, and following what becomes of it."""

from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...recall.complaints import checks, filing, queries
from ...recall.complaints.tables import Complaint
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, NotFound
from ..clocks import span, when
from ..current import house
from ..i18n import language
from .complaint_form import ComplaintForm, new_form, sent_form
from .pages import house_site, said_time, show
from .photos import MEDIA_TYPE, keep_for_now, preview
from .room import forms, guesses, room
from .verdicts import Pack, look_up

STEPS = ("received", "acknowledged", "investigating", "proposed", "closed")
"""The way of a complaint, as its page draws it."""

EVENTS = {
    "file": N_("You sent the complaint."),
    "acknowledge": N_("We have taken it up."),
    "investigate": N_("The trace verification has begun."),
    "propose_answer": N_("Our answer:"),
    "close": N_("The case is closed."),
    "mark_invalid": N_("We put this aside because:"),
    "note": N_("A note for you:"),
}
"""What the complainant reads for each step in the history."""


@room.get("/complaints/new")
def complain() -> ResponseReturnValue:
    return _show_form(new_form(request.args.get("code", "")))


@room.post("/complaints/new")
@forms
def file() -> ResponseReturnValue:
    """File the complaint, or bring the form back with what is wrong."""
    sent = sent_form()
    if sent.errors:
        return _show_form(sent), 400
    now = clock.now()
    # The disk is slow, and on SQLite one writes at a time: files come first.
    names = [files.write(house().settings.files, content) for content in sent.photos]
    with house().plant.writing() as session:
        for name, content in zip(names, sent.photos, strict=True):
            files.keep(session, name, len(content), MEDIA_TYPE, now)
        complaint = _file(session, sent, names, now)
    return redirect(url_for("public.follow", token=complaint.token), 303)


@room.get("/c/<token>")
@guesses
def follow(token: str) -> ResponseReturnValue:
    """The complainant's own page."""
    now = clock.now()
    with house().plant.reading() as session:
        first = house_site(session)
        try:
            case = queries.case_by_token(session, token)
        except NotFound:
            return show("unknown_link", first), 404
    complaint = case.complaint
    site = (complaint.lot.site if complaint.lot else None) or first
    due = complaint.due_at
    return show(
        "case",
        site,
        case=case,
        complaint=complaint,
        steps=STEPS,
        events=EVENTS,
        link=house().settings.base_url + url_for("public.follow", token=token),
        late=due is not None and due < now,
        left=span(due - now) if due and due >= now else "",
        due=when(due, now) if due else "",
        said_time=lambda value: said_time(value, now),
    )


def _file(
    session: Session, sent: ComplaintForm, photos: list[str], now: datetime
) -> Complaint:
    pack = look_up(session, house().keys, sent.code) if sent.code else None
    return filing.file_complaint(
        session,
        kind=sent.kind,
        text=sent.text,
        channel="qr" if pack else "typed",
        lot_id=pack.lot.id if pack and pack.lot else None,
        item=pack.item.lot_item if pack and pack.item else None,
        pack_text=_about_pack(sent, pack),
        contact=sent.contact,
        consent=sent.consent,
        health_text=sent.health_text,
        health_consent=sent.health_consent,
        photos=photos,
        language=language(),
        request_key=sent.request_key,
        now=now,
    )


def _about_pack(sent: ComplaintForm, pack: Pack | None) -> str:
    """What staff must know beside the batch: the address when it does not fit."""
    if pack and (pack.lot is None or pack.contradicts):
        return f"{pack.path} {sent.pack_text}".strip()[: checks.MOST["pack_text"]]
    return sent.pack_text


def _show_form(filled: ComplaintForm) -> str:
    with house().plant.reading() as session:
        pack = look_up(session, house().keys, filled.code) if filled.code else None
        first = house_site(session)
    site = (pack.lot.site if pack and pack.lot else None) or first
    kept = [
        (keep_for_now(content, filled.request_key), preview(content))
        for content in filled.photos
    ]
    return show("complain", site, form=filled, pack=pack, kept=kept)
