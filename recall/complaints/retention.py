"""Personal data goes when its time is over; the case and its statistics stay.

domain.md §10: contact and photos three years after closing, what somebody wrote about
their health one year after. An open case keeps everything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, rules
from ...trace.files import StoredFile
from .tables import (
    Complainant,
    Complaint,
    ComplaintEvent,
    ComplaintPhoto,
    HealthReport,
)

ENDED = ("closed", "invalid")


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were erased."""

    complainants: int
    photos: int
    health_reports: int


def erase_expired(session: Session, now: datetime) -> Erased:
    """Erase the personal data of complaints that ended long enough ago.

    Photos' files lose their rows here; the sweep of the files folder deletes them.
    """
    days = rules.read("retention")["days"]
    people = _ended_before(now - timedelta(days=days["complainant"]))
    health = _ended_before(now - timedelta(days=days["health_report"]))
    contacts = _delete(session, Complainant, people)
    photos = _delete(session, ComplaintPhoto, people)
    reports = _delete(session, HealthReport, health)
    if photos:
        kept = sa.select(ComplaintPhoto.sha256)
        session.execute(
            sa.delete(StoredFile).where(
                StoredFile.sha256.in_(photos), StoredFile.sha256.not_in(kept)
            )
        )
    erased = Erased(len(contacts), len(photos), len(reports))
    if any((contacts, photos, reports)):
        audit.record(
            session,
            "system",
            "personal_data.erase",
            "complaint:expired",
            now,
            complainants=erased.complainants,
            photos=erased.photos,
            health_reports=erased.health_reports,
        )
    return erased


def _ended_before(limit: datetime) -> sa.Select[int]:
    last = sa.func.max(ComplaintEvent.at)
    return (
        sa.select(Complaint.id)
        .join(ComplaintEvent, ComplaintEvent.complaint_id == Complaint.id)
        .where(Complaint.state.in_(ENDED))
        .group_by(Complaint.id)
        .having(last < limit)
    )


def _delete(
    session: Session,
    table: type[Complainant] | type[ComplaintPhoto] | type[HealthReport],
    complaints: sa.Select[int],
) -> list[str]:
    """Delete a table's rows of these complaints; file names, or ids as text."""
    named = table.sha256 if table is ComplaintPhoto else table.complaint_id
    rows = session.execute(
        sa.delete(table)
        .where(table.complaint_id.in_(complaints))
        .returning(named)
        .execution_options(synchronize_session=False)
    )
    return [str(row[0]) for row in rows]
