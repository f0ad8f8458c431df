"""One complaint: what is known, what was done, and the steps that may come next."""

import re
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from ...recall.complaints import queries, service
from ...recall.complaints.checks import MOST
from ...recall.complaints.looks import note_look
from ...recall.complaints.tables import Complaint, ComplaintPhoto
from ...trace import clock, files
from ...trace.db import Session
from ...trace.errors import N_, LotmarkError, NotFound
from ...trace.files import StoredFile
from ...trace.people import Actor, name_of
from ..current import actor, house
from ..forms import number_field, text_field
from ..problems import status_of
from .pack import pack_of
from .room import room

_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,20}")
Step = Callable[[Session, str, Actor, datetime], object]


@room.get("/desk/<number>")
def case(number: str) -> ResponseReturnValue:
    return _page(number)


@room.post("/desk/<number>/accept")
def accept(number: str) -> ResponseReturnValue:
    return _take(number, service.acknowledge)


@room.post("/desk/<number>/investigate")
def investigate(number: str) -> ResponseReturnValue:
    return _take(number, service.investigate)


@room.post("/desk/<number>/answer")
def answer(number: str) -> ResponseReturnValue:
    def step(session: Session, number: str, actor: Actor, now: datetime) -> object:
        text = text_field("text", MOST["text"])
        seen = number_field("seen", 1, 10**9)
        return service.propose_answer(session, number, text, actor, now, seen=seen)

    return _take(number, step)


@room.post("/desk/<number>/close")
def close(number: str) -> ResponseReturnValue:
    return _take(number, _with_text(service.close))


@room.post("/desk/<number>/put-aside")
def put_aside(number: str) -> ResponseReturnValue:
    actor().require("complaint.supervise")
    return _take(number, _with_text(service.mark_invalid))


@room.post("/desk/<number>/note")
def note(number: str) -> ResponseReturnValue:
    def add(session: Session, number: str, actor: Actor, now: datetime) -> object:
        text, public = text_field("text", MOST["text"]), "public" in request.form
        return service.add_note(session, number, text, actor, now, public=public)

    return _take(number, add)


@room.get("/desk/photos/<sha256>")
def photo(sha256: str) -> ResponseReturnValue:
    """A photo of a complaint; other stored files are not shown here."""
    with house().plant.reading() as session:
        of_complaint = sa.select(ComplaintPhoto).where(ComplaintPhoto.sha256 == sha256)
        shown = session.scalars(of_complaint.limit(1)).first()
        row = session.get(StoredFile, sha256) if shown else None
    if row is None or not row.media_type.startswith("image/"):
        raise NotFound("photo_unknown", N_("There is no such photo."))
    path = files.path_of(house().settings.files, sha256).resolve()
    return send_file(path, mimetype=row.media_type, max_age=0)


def _take(number: str, step: Step) -> ResponseReturnValue:
    """Take a step and go back to the case; a refusal shows there, the text is kept."""
    actor().require("complaint.handle")
    try:
        with house().plant.writing() as session:
            step(session, number, actor(), clock.now())
    except NotFound:
        raise
    except LotmarkError as error:
        return _page(number, error), status_of(error)
    return redirect(url_for("desk.case", number=number))


def _with_text(
    step: Callable[[Session, str, str, Actor, datetime], object],
) -> Step:
    def take(session: Session, number: str, actor: Actor, now: datetime) -> object:
        return step(session, number, text_field("text", MOST["text"]), actor, now)

    return take


def _page(number: str, error: LotmarkError | None = None) -> str:
    with house().plant.reading() as session:
        found = queries.case(session, number)
        contact, health = _private(session, found)
        page = _drawn(session, found, contact, health, error)
    told = [what for what, text in (("contact", contact), ("health", health)) if text]
    if told:
        with house().plant.writing() as session:
            for what in told:
                note_look(session, found.complaint.id, what, actor(), clock.now())
    return page


def _private(session: Session, found: queries.Case) -> tuple[str, str]:
    """The contact and the health report, as far as they are for this person."""
    complaint_id, who = found.complaint.id, actor()
    contact = health = ""
    if found.has_contact and queries.may_reach(found.complaint, who):
        contact = queries.contact_of(session, found.complaint, who)
    if found.has_health and who.may("complaint.health"):
        health = queries.health_text_of(session, complaint_id, who)
    return contact, health


def _drawn(
    session: Session,
    found: queries.Case,
    contact: str,
    health: str,
    error: LotmarkError | None,
) -> str:
    complaint = found.complaint
    logins = {event.actor for event in found.events} | {complaint.owner or ""}
    return render_template(
        "desk/case.html",
        case=found,
        complaint=complaint,
        lot=complaint.lot,
        pack=pack_of(session, house(), complaint),
        contact=contact,
        tel=re.sub(r"[\s-]", "", contact) if _PHONE.fullmatch(contact) else "",
        health=health,
        others=_others(session, complaint),
        names={login: name_of(session, login) for login in logins if login},
        most=MOST["text"],
        error=error,
        in_hand=service.may_answer(complaint, actor()),
        may_put_aside=actor().may("complaint.supervise"),
    )


def _others(session: Session, complaint: Complaint) -> list[Complaint]:
    """Other complaints about the same batch, newest first."""
    if complaint.lot_id is None:
        return []
    rows = (
        sa.select(Complaint)
        .where(Complaint.lot_id == complaint.lot_id, Complaint.id != complaint.id)
        .order_by(Complaint.reported_at.desc())
    )
    return list(session.scalars(rows).unique())
