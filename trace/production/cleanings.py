"""Cleanings of a line, or of one equipment at it (domain.md §2.1, §4.3)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..parties.tables import Line
from ..people import Actor
from .cycles import find_equipment
from .tables import Cleaning
from .told import check_choice, check_past, check_reason

KINDS = ("dry", "wet", "full", "allergen")
RESULTS = ("pass", "fail")


def record_cleaning(
    session: Session,
    line_id: int,
    *,
    equipment: str,
    start: datetime,
    end: datetime,
    kind: str,
    result: str,
    verified_by: str,
    actor: Actor,
    now: datetime,
) -> Cleaning:
    """A line was cleaned, or one equipment at it; only a passed one is a clean break.

    ``equipment`` is the retort, kettle or chiller, empty for the whole line. One of
    that name must have had a load at the line's site: a name misspelt would clean
    nothing.

    Raises Forbidden, NotFound ``line_unknown``, ``equipment_unknown``, InvalidInput
    ``cleaning_times``, ``cleaning_unverified``, ``time_ahead``, Conflict
    ``cleaning_exists``.
    """
    actor.require("line.record")
    check_choice(kind, KINDS)
    check_choice(result, RESULTS)
    line = session.get(Line, line_id, with_for_update={"of": Line})
    if line is None:
        raise NotFound(
            "line_unknown", N_("No line %(line)s is recorded."), line=line_id
        )
    _check_told(start, end, now, result, verified_by)
    if equipment := equipment.strip():
        _, equipment = find_equipment(session, f"{line.site.code}/{equipment}")
    same = sa.select(Cleaning.id).filter_by(
        line_id=line.id, started_at=start, equipment=equipment, withdrawn_at=None
    )
    if session.scalars(same.limit(1)).first() is not None:
        raise Conflict(
            "cleaning_exists",
            N_("A cleaning that began then is recorded already: look at the list."),
        )
    cleaning = Cleaning(
        line_id=line.id,
        started_at=start,
        ended_at=end,
        kind=kind,
        result=result,
        verified_by=verified_by.strip(),
        equipment=equipment,
    )
    session.add(cleaning)
    session.flush()
    told = {"line": line.id, "equipment": equipment, "kind": kind, "result": result}
    told |= {"start": start.isoformat(), "end": end.isoformat()}
    subject = f"cleaning:{cleaning.id}"
    audit.record(session, actor.login, "cleaning.record", subject, now, **told)
    return cleaning


def withdraw_cleaning(
    session: Session, cleaning_id: int, reason: str, actor: Actor, now: datetime
) -> Cleaning:
    """Take back a cleaning that was recorded by mistake.

    The record stays, and says why, when and by whom; it ends no suspect time any more,
    so that scopes kept before may become stale. Once withdrawn it stays so: one that
    took place after all is recorded anew.

    Raises Forbidden, InvalidInput ``reason_missing``, NotFound ``cleaning_unknown``,
    Conflict ``already_withdrawn``.
    """
    actor.require("line.status")
    reason = check_reason(reason)
    cleaning = session.get(Cleaning, cleaning_id, with_for_update=True)
    if cleaning is None:
        raise NotFound(
            "cleaning_unknown",
            N_("No cleaning %(name)s is recorded."),
            name=cleaning_id,
        )
    if cleaning.withdrawn_at is not None:
        if cleaning.withdrawn_reason == reason:
            return cleaning
        raise Conflict(
            "already_withdrawn",
            N_("This cleaning is withdrawn already: %(reason)s."),
            reason=cleaning.withdrawn_reason,
        )
    cleaning.withdrawn_at, cleaning.withdrawn_reason = now, reason
    cleaning.withdrawn_by = actor.login
    subject = f"cleaning:{cleaning.id}"
    told = {"line": cleaning.line_id, "equipment": cleaning.equipment, "reason": reason}
    audit.record(session, actor.login, "cleaning.withdraw", subject, now, **told)
    session.flush()
    return cleaning


def _check_told(
    start: datetime, end: datetime, now: datetime, result: str, verified_by: str
) -> None:
    check_past(end, now)
    if end <= start:
        raise InvalidInput(
            "cleaning_times",
            N_("Expected a cleaning that ends after it begins: correct the times."),
        )
    if result == "pass" and not verified_by.strip():
        raise InvalidInput(
            "cleaning_unverified",
            N_("Somebody must have verified a cleaning that passed: write the name."),
        )
