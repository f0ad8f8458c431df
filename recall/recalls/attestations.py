"""Signed attestations: somebody takes it upon themselves that something is done."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, InvalidInput
from ...trace.people import Actor
from .cases import check_running, find_recall
from .clocks import note_report, places_of
from .guards import ATTESTATIONS, wave_of
from .history import note_event
from .tables import Recall, RecallAttestation


def attest(
    session: Session,
    number: str,
    guard: str,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    file: tuple[str, str] | None = None,
) -> RecallAttestation:
    """Sign that what a guard asks for is done; ``file`` is a stored file and its name.

    The same words of the same person again are one attestation.

    Raises Forbidden, NotFound, InvalidInput ``attestation_unknown``, ``text_missing``;
    Conflict ``recall_ended``.
    """
    actor.require("recall.attest")
    if guard not in ATTESTATIONS:
        raise InvalidInput(
            "attestation_unknown",
            N_("Expected something to sign, one of %(known)s, got %(found)s."),
            known=", ".join(ATTESTATIONS),
            found=guard,
        )
    text = text.strip()
    if not text:
        raise InvalidInput(
            "text_missing", N_("Write what was done, where and when: you sign it.")
        )
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    wave, sha256 = wave_of(session, recall), file[0] if file else None
    same = sa.select(RecallAttestation).where(
        RecallAttestation.recall_id == recall.id,
        RecallAttestation.wave == wave,
        RecallAttestation.guard == guard,
        RecallAttestation.signed_by == actor.login,
        RecallAttestation.text == text,
        RecallAttestation.sha256 == sha256,
    )
    if (known := session.scalars(same.limit(1)).first()) is not None:
        return known
    signed = RecallAttestation(
        recall_id=recall.id,
        wave=wave,
        guard=guard,
        text=text,
        sha256=sha256,
        file_name=file[1] if file else "",
        signed_by=actor.login,
        signed_at=now,
    )
    session.add(signed)
    told = {"guard": guard, "wave": wave, "file": sha256}
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.attest", subject, now, **told)
    note_event(session, recall, "attest", actor, now, text, data=told)
    return signed


def attestations_of(session: Session, recall_id: int) -> list[RecallAttestation]:
    """Everything signed for a recall, oldest first."""
    rows = (
        sa.select(RecallAttestation)
        .where(RecallAttestation.recall_id == recall_id)
        .order_by(RecallAttestation.id)
    )
    return list(session.scalars(rows))


def to_sign(missing: Iterable[str]) -> list[str]:
    """Of missing guards, those that a signature fulfils."""
    return [name for name in ATTESTATIONS if name in set(missing)]


def file_report(
    session: Session,
    number: str,
    jurisdiction: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> Recall:
    """An interim report went to the authority (A7); the next one's clock begins.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``, ``jurisdiction_unknown``;
    Conflict ``recall_ended``.
    """
    actor.require("recall.assess")
    if not text.strip():
        raise InvalidInput("text_missing", N_("Say what was reported, and to whom."))
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    known = [one.jurisdiction for one in places_of(session, recall.id)]
    if jurisdiction not in known:
        raise InvalidInput(
            "jurisdiction_unknown",
            N_("No recall rules for %(name)s. Expected one of: %(known)s."),
            name=jurisdiction,
            known=", ".join(known),
        )
    note_report(session, recall, jurisdiction, now)
    told = {"jurisdiction": jurisdiction}
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.report", subject, now, **told)
    note_event(session, recall, "report", actor, now, text.strip(), data=told)
    return recall
