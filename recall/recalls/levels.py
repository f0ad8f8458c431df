"""Changing a level (A13): raising it takes one person, lowering it two.

Deadlines are computed anew, and an earlier one stays.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.flow import second_needed
from ...trace.people import Actor
from .asking import no_request, note_request
from .cases import check_running, find_recall
from .clocks import recompute
from .history import note_event
from .machine import FIRST, LOWER
from .tables import LEVELS, Recall, RecallJurisdiction


def raise_level(
    session: Session,
    number: str,
    jurisdiction: str,
    level: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Recall:
    """Take a graver level than the present one. One person.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``, ``level_unknown``;
    Conflict ``level_lower``, ``level_undecided``, ``recall_ended``.
    """
    actor.require("recall.decide")
    recall, place = _place(session, number, jurisdiction, level, reason)
    if place.level == level:
        return recall
    if _is_lower(level, place):
        raise Conflict(
            "level_lower",
            N_("%(level)s is lower than %(now)s: that takes two persons. Ask for it."),
            level=level,
            now=place.level,
        )
    _change(session, recall, place, level, "raise_level", reason, actor, now)
    return recall


def ask_lower_level(
    session: Session,
    number: str,
    jurisdiction: str,
    level: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Recall:
    """The first person asks that a level be lowered. Raises as ``raise_level``."""
    actor.require(FIRST)
    recall, place = _place(session, number, jurisdiction, level, reason)
    asked = {"reason": reason.strip(), "jurisdiction": jurisdiction, "level": level}
    if (recall.asked_by, recall.asked) == (actor.login, asked):
        return recall
    if not _is_lower(level, place):
        raise Conflict(
            "level_not_lower",
            N_("%(level)s is not lower than %(now)s: raising takes one person."),
            level=level,
            now=place.level,
        )
    note_request(session, recall, "lower", asked, actor, now)
    return recall


def sign_lower_level(
    session: Session, number: str, actor: Actor, now: datetime
) -> Recall:
    """The second person signs that a level is lowered.

    Raises Forbidden, NotFound, Conflict ``not_asked``, ``second_person``.
    """
    actor.require(LOWER)
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    if recall.asked_step != "lower":
        raise Conflict(
            "not_asked",
            N_("%(number)s: nobody asked for this step. One asks, another signs."),
            number=recall.number,
        )
    if recall.asked_by == actor.login:
        raise second_needed(actor)
    asked, first = recall.asked, (recall.asked_by, recall.asked_at)
    place = session.get_one(RecallJurisdiction, (recall.id, asked["jurisdiction"]))
    _change(
        session,
        recall,
        place,
        asked["level"],
        "lower",
        asked["reason"],
        actor,
        now,
        first=first,
    )
    for column, value in no_request().items():
        setattr(recall, column, value)
    session.flush()
    return recall


def _change(
    session: Session,
    recall: Recall,
    place: RecallJurisdiction,
    level: str,
    what: str,
    reason: str,
    actor: Actor,
    now: datetime,
    first: tuple[str | None, datetime | None] = (None, None),
) -> None:
    told = {"jurisdiction": place.jurisdiction, "before": place.level, "after": level}
    place.level = level
    recompute(session, recall, keep_earlier=True)
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, f"recall.{what}", subject, now, **told)
    note_event(
        session,
        recall,
        what,
        actor,
        now,
        reason.strip(),
        data=told,
        first_by=first[0],
        first_at=first[1],
    )


def _place(
    session: Session, number: str, jurisdiction: str, level: str, reason: str
) -> tuple[Recall, RecallJurisdiction]:
    if level not in LEVELS:
        raise InvalidInput(
            "level_unknown",
            N_("Expected one of the levels %(known)s, got %(found)s."),
            known=", ".join(LEVELS),
            found=level,
        )
    if not reason.strip():
        raise InvalidInput("text_missing", N_("Say why, in a few words."))
    recall = find_recall(session, number, lock=True)
    check_running(recall)
    place = session.get(RecallJurisdiction, (recall.id, jurisdiction))
    if place is None:
        raise NotFound(
            "jurisdiction_missing",
            N_("%(number)s does not run under %(name)s. Add it first."),
            number=recall.number,
            name=jurisdiction,
        )
    if recall.state == "assessment":
        raise Conflict(
            "level_undecided",
            N_("The level of %(number)s is said with the decision."),
            number=recall.number,
        )
    return recall, place


def _is_lower(level: str, place: RecallJurisdiction) -> bool:
    return LEVELS.index(level) > LEVELS.index(place.level or "I")
