"""Taking complaints in (domain.md §3.1 C1).

What identifies a person goes to ``complainant`` and ``health_report`` and nowhere else:
neither audit nor events hold it, so that erasing those two rows erases the person.
"""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.numbers import next_number
from ...trace.people import Actor
from .checks import (
    SEVERITIES,
    ZONE,
    check_consent,
    check_kind,
    check_lengths,
    check_photos,
)
from .history import due, note_event
from .tables import Complainant, Complaint, ComplaintPhoto, HealthReport


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
        due_at=due("complaint.response", now),
    )
    session.add(complaint)
    session.flush()
    _keep_person(session, complaint.id, contact, health_text, now)
    for name in dict.fromkeys(photos):
        session.add(ComplaintPhoto(complaint_id=complaint.id, sha256=name))
    _note_filing(session, complaint, actor.login if actor else "consumer", now)
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
    note_event(session, complaint, "file", "", login, now, public=True)
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
