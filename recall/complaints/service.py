"""Taking a complaint to its end (domain.md §3.1)."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict, Forbidden, NotFound
from ...trace.flow import Machine, Step
from ...trace.people import Actor
from .checks import check_lengths, checked_text
from .history import due, note_event
from .tables import Complaint, ComplaintEvent

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
            ("received", "acknowledged"), "invalid", "complaint.supervise"
        ),
    },
)
"""C2, C3, C4 and C6, C13, C18 of domain.md §3.1."""

ONE_NOTE = timedelta(minutes=1)
"""The same words of the same person within this time are one note sent twice."""


def acknowledge(
    session: Session, number: str, actor: Actor, now: datetime
) -> Complaint:
    """Take charge of it: the first to respond becomes its owner (首问责任人).

    The trace verification is due next (C2). Raises Conflict when somebody else was
    first.
    """
    complaint = find(session, number)
    due_at = due("complaint.trace", complaint.reported_at)
    changes = {"owner": actor.login, "due_at": due_at}
    if flow.apply(session, MACHINE, complaint, "acknowledge", actor, now, **changes):
        note_event(session, complaint, "acknowledge", "", actor.login, now, public=True)
    return complaint


def investigate(
    session: Session, number: str, actor: Actor, now: datetime
) -> Complaint:
    """Begin the trace verification (C3)."""
    complaint = find(session, number)
    if flow.apply(session, MACHINE, complaint, "investigate", actor, now):
        note_event(session, complaint, "investigate", "", actor.login, now, public=True)
    return complaint


def propose_answer(
    session: Session,
    number: str,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    seen: int | None = None,
) -> Complaint:
    """Answer with a plan, which the complainant reads on their page (C4, C6).

    Until the case is closed the answer can be put better; the history keeps both.
    ``seen`` is the version of the case that the writer had before them.

    Raises Forbidden ``not_owner``; Conflict ``case_changed``, ``trace_needed``.
    """
    text = checked_text(text, N_("Write the answer first: the complainant reads it."))
    complaint = find(session, number)
    session.refresh(complaint, with_for_update={"of": Complaint})
    actor.require(MACHINE.steps["propose_answer"].right)
    _check_owner(complaint, actor)
    if complaint.state == "proposed" and complaint.answer == text:
        return complaint
    _check_seen(complaint, seen)
    if complaint.state == "proposed":
        about = f"complaint:{complaint.id}"
        audit.record(session, actor.login, "complaint.revise_answer", about, now)
    else:
        _check_traced(complaint)
        due_at = due("complaint.close", now)
        flow.apply(
            session, MACHINE, complaint, "propose_answer", actor, now, due_at=due_at
        )
    complaint.answer = text
    note_event(
        session, complaint, "propose_answer", text, actor.login, now, public=True
    )
    return complaint


def close(
    session: Session, number: str, text: str, actor: Actor, now: datetime
) -> Complaint:
    """Close an answered complaint (C13); ``text``, if any, goes to the complainant.

    Raises Forbidden ``not_owner``.
    """
    complaint = find(session, number)
    check_lengths(text=text)
    _check_owner(complaint, actor)
    if flow.apply(session, MACHINE, complaint, "close", actor, now, due_at=None):
        text = text.strip()
        note_event(session, complaint, "close", text, actor.login, now, public=True)
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
        note_event(
            session, complaint, "mark_invalid", reason, actor.login, now, public=True
        )
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
    """Write into the history; ``public`` notes reach the complainant too.

    Sent twice within a minute it is one note.
    """
    actor.require("complaint.handle")
    text = checked_text(text, N_("Write the note first."))
    complaint = find(session, number)
    session.refresh(complaint, with_for_update={"of": Complaint})
    told = sa.select(ComplaintEvent).where(
        ComplaintEvent.complaint_id == complaint.id,
        ComplaintEvent.what == "note",
        ComplaintEvent.actor == actor.login,
        ComplaintEvent.text == text,
        ComplaintEvent.public == public,
        ComplaintEvent.at > now - ONE_NOTE,
    )
    if (known := session.scalars(told).first()) is not None:
        return known
    subject = f"complaint:{complaint.id}"
    audit.record(session, actor.login, "complaint.note", subject, now, public=public)
    return note_event(session, complaint, "note", text, actor.login, now, public=public)


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


def may_answer(complaint: Complaint, actor: Actor) -> bool:
    """Whether a case is in their hands: its owner, or who supervises (§8.2: own)."""
    return actor.login == complaint.owner or actor.may("complaint.supervise")


def _check_owner(complaint: Complaint, actor: Actor) -> None:
    if complaint.owner is not None and not may_answer(complaint, actor):
        raise Forbidden(
            "not_owner",
            N_(
                "%(number)s is in the hands of %(owner)s: only its owner or a "
                "supervisor answers and closes it. Write a note for them."
            ),
            number=complaint.number,
            owner=complaint.owner,
        )


def _check_seen(complaint: Complaint, seen: int | None) -> None:
    if seen is not None and seen != complaint.version:
        raise Conflict(
            "case_changed",
            N_(
                "%(number)s was changed while you were writing. Read what it says "
                "now, then send your text again if it still fits."
            ),
            number=complaint.number,
        )


def _check_traced(complaint: Complaint) -> None:
    # C4 spares only matters of service the trace verification.
    if complaint.state == "acknowledged" and complaint.severity != "service":
        raise Conflict(
            "trace_needed",
            N_(
                "%(number)s is about quality or health: begin the trace verification "
                "before you answer."
            ),
            number=complaint.number,
        )
