"""Filing complaints and taking them to their end (domain.md §3.1).

What identifies a person goes to ``complainant`` and ``health_report`` and nowhere else:
neither audit nor events hold it, so that erasing those two rows erases the person.
"""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, rules
from ...trace.errors import N_, Conflict, NotFound
from ...trace.flow import Machine, Step
from ...trace.numbers import next_number
from ...trace.people import Actor
from .checks import (
    SEVERITIES,
    ZONE,
    check_consent,
    check_kind,
    check_lengths,
    check_photos,
    checked_text,
)
from .tables import (
    Complainant,
    Complaint,
    ComplaintEvent,
    ComplaintPhoto,
    HealthReport,
)

MACHINE = Machine(
    "complaint",
    "state",
    {
        "acknowledge": Step(("received",), "acknowledged", "complaint.handle"),
        "investigate": Step(("acknowledged",), "investigating", "complaint.handle"),
        "propose_answer": Step(
            ("acknowledged", "investigating"), "proposed", "complaint.handle"
        ),
        "close": Step(("proposed",), "closed", "complaint.handle"),
        "mark_invalid": Step(
            ("received", "acknowledged"), "invalid", "complaint.handle"
        ),
    },
)
"""C2, C3, C4 and C6, C13, C18 of domain.md §3.1."""


def file_complaint(
    session: Session,
    *,
    kind: str,
    text: str,
    channel: str,
    lot_id: int | None,
    item: int | None,
    pack_text: str,
    contact: str,
    consent: bool,
    health_text: str,
    health_consent: bool,
    photos: list[str],
    language: str,
    request_key: str,
    now: datetime,
    actor: Actor | None = None,
) -> Complaint:
    """Take a complaint in; the clock of the first response starts.

    ``photos`` are names of stored files. ``request_key`` is the form's own random key:
    sent twice, the first complaint is returned. ``actor`` is the member of staff who
    takes it down for somebody; None for the consumer.

    Raises InvalidInput or TooLarge, as the functions of ``checks`` say.
    """
    health_text = health_text.strip() if kind == "ill" else ""
    text, pack_text, contact = text.strip(), pack_text.strip(), contact.strip()
    check_kind(kind)
    check_lengths(
        text=text, health_text=health_text, pack_text=pack_text, contact=contact
    )
    check_photos(photos)
    check_consent(bool(contact or photos), consent, bool(health_text), health_consent)
    if (known := _filed_with(session, request_key)) is not None:
        return known
    # The counter's row is locked from here to the commit: a second request with the
    # same key waits here and then finds the first.
    number = next_number(session, "KS", now.astimezone(ZONE).year)
    if (known := _filed_with(session, request_key)) is not None:
        return known
    complaint = Complaint(
        number=number,
        token=secrets.token_urlsafe(24),
        request_key=request_key,
        kind=kind,
        severity=SEVERITIES[kind],
        channel=channel,
        text=text,
        lot_id=lot_id,
        item=item if lot_id is not None else None,
        pack_text=pack_text,
        language=language,
        reported_at=now,
        due_at=_due("complaint.response", now),
    )
    session.add(complaint)
    session.flush()
    _keep_person(session, complaint.id, contact, health_text, now)
    for name in dict.fromkeys(photos):
        session.add(ComplaintPhoto(complaint_id=complaint.id, sha256=name))
    _note_filing(session, complaint, actor.login if actor else "consumer", now)
    return complaint


def acknowledge(
    session: Session, number: str, actor: Actor, now: datetime
) -> Complaint:
    """Take charge of it: the first to respond becomes its owner (首问责任人).

    The trace verification is due next (C2). Raises Conflict when somebody else was
    first.
    """
    complaint = find(session, number)
    due_at = _due("complaint.trace", complaint.reported_at)
    changes = {"owner": actor.login, "due_at": due_at}
    if flow.apply(session, MACHINE, complaint, "acknowledge", actor, now, **changes):
        _note(session, complaint, "acknowledge", "", actor.login, now, public=True)
    return complaint


def investigate(
    session: Session, number: str, actor: Actor, now: datetime
) -> Complaint:
    """Begin the trace verification (C3)."""
    complaint = find(session, number)
    if flow.apply(session, MACHINE, complaint, "investigate", actor, now):
        _note(session, complaint, "investigate", "", actor.login, now, public=True)
    return complaint


def propose_answer(
    session: Session, number: str, text: str, actor: Actor, now: datetime
) -> Complaint:
    """Answer with a plan, which the complainant reads on their page (C4, C6).

    Until the case is closed the answer can be put better; the history keeps both.
    """
    text = checked_text(text, N_("Write the answer first: the complainant reads it."))
    complaint = find(session, number)
    session.refresh(complaint, with_for_update={"of": Complaint})
    if complaint.state == "proposed":
        actor.require(MACHINE.steps["propose_answer"].right)
        if complaint.answer == text:
            return complaint
        about = f"complaint:{complaint.id}"
        audit.record(session, actor.login, "complaint.revise_answer", about, now)
    else:
        due_at = _due("complaint.close", now)
        flow.apply(
            session, MACHINE, complaint, "propose_answer", actor, now, due_at=due_at
        )
    complaint.answer = text
    _note(session, complaint, "propose_answer", text, actor.login, now, public=True)
    return complaint


def close(
    session: Session, number: str, text: str, actor: Actor, now: datetime
) -> Complaint:
    """Close an answered complaint (C13); ``text``, if any, goes to the complainant."""
    complaint = find(session, number)
    check_lengths(text=text)
    if flow.apply(session, MACHINE, complaint, "close", actor, now, due_at=None):
        _note(session, complaint, "close", text.strip(), actor.login, now, public=True)
    return complaint


def mark_invalid(
    session: Session, number: str, reason: str, actor: Actor, now: datetime
) -> Complaint:
    """Put aside spam or what is not about our product, telling the complainant why.

    Raises Conflict for a complaint about health: those are always looked into (C18).
    """
    reason = checked_text(reason, N_("Give the reason: the complainant reads it."))
    complaint = find(session, number)
    if complaint.severity == "health":
        raise Conflict(
            "health_not_invalid",
            N_(
                "%(number)s concerns somebody's health: it is looked into and "
                "answered, never put aside."
            ),
            number=number,
        )
    if flow.apply(session, MACHINE, complaint, "mark_invalid", actor, now, due_at=None):
        _note(session, complaint, "mark_invalid", reason, actor.login, now, public=True)
    return complaint


def add_note(
    session: Session,
    number: str,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    public: bool,
) -> ComplaintEvent:
    """Write into the history; ``public`` notes reach the complainant too."""
    actor.require("complaint.handle")
    text = checked_text(text, N_("Write the note first."))
    complaint = find(session, number)
    subject = f"complaint:{complaint.id}"
    audit.record(session, actor.login, "complaint.note", subject, now, public=public)
    return _note(session, complaint, "note", text, actor.login, now, public=public)


def find(session: Session, number: str) -> Complaint:
    """The complaint people call ``number``. Raises NotFound."""
    known = sa.select(Complaint).where(Complaint.number == number.strip().upper())
    # PostgreSQL refuses to look for a NUL, which no number of ours holds
    complaint = session.scalar(known) if number.isprintable() else None
    if complaint is None:
        raise NotFound(
            "complaint_unknown",
            N_("No complaint %(number)s is recorded."),
            number=number[:40],
        )
    return complaint


def _filed_with(session: Session, request_key: str) -> Complaint | None:
    return session.scalar(
        sa.select(Complaint).where(Complaint.request_key == request_key)
    )


def _keep_person(
    session: Session, complaint_id: int, contact: str, health_text: str, now: datetime
) -> None:
    if contact:
        session.add(
            Complainant(complaint_id=complaint_id, contact=contact, consented_at=now)
        )
    if health_text:
        session.add(
            HealthReport(complaint_id=complaint_id, text=health_text, consented_at=now)
        )


def _note_filing(
    session: Session, complaint: Complaint, login: str, now: datetime
) -> None:
    _note(session, complaint, "file", "", login, now, public=True)
    audit.record(
        session,
        login,
        "complaint.file",
        f"complaint:{complaint.id}",
        now,
        number=complaint.number,
        kind=complaint.kind,
        channel=complaint.channel,
        lot=complaint.lot_id,
        item=complaint.item,
    )


def _note(
    session: Session,
    complaint: Complaint,
    what: str,
    text: str,
    login: str,
    now: datetime,
    *,
    public: bool,
) -> ComplaintEvent:
    event = ComplaintEvent(
        complaint_id=complaint.id,
        at=now,
        actor=login,
        what=what,
        text=text,
        public=public,
    )
    session.add(event)
    session.flush()
    return event


def _due(limit: str, start: datetime) -> datetime:
    """The end of a time limit by the rules in force on the day it starts."""
    minutes = rules.limit(limit, start.astimezone(ZONE).date()).minutes
    return start + timedelta(minutes=minutes)
