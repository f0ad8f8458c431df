"""Reaching consignees: who is asked to call whom, and what came of it."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.among import among
from ...trace.errors import N_, InvalidInput
from ...trace.people import Actor
from .answers import MOST_NAME, MOST_TEXT
from .links import RECORD, lock_link, note_told
from .tables import CALLS, WAYS, ConsigneeCall, ConsigneeLink

RESULTS = tuple(one for one in CALLS if one != "asked")
"""What can come of a call."""


def nudge_silent(
    session: Session,
    recall_id: int,
    actor: Actor,
    now: datetime,
    *,
    partner_ids: Iterable[int] | None = None,
) -> list[ConsigneeCall]:
    """Ask for a call to each consignee that has not answered, and to no other.

    ``partner_ids`` asks for some of them only. One whose call is asked for already is
    not asked for twice. Raises Forbidden.
    """
    actor.require(RECORD)
    link = ConsigneeLink
    waiting = sa.select(ConsigneeCall.link_id).where(ConsigneeCall.outcome == "asked")
    silent = (
        sa.select(link)
        .where(
            link.recall_id == recall_id,
            link.answered_at.is_(None),
            link.closed_at.is_(None),
            link.id.not_in(waiting),
        )
        .order_by(link.id)
        .with_for_update()
    )
    if partner_ids is not None:
        silent = silent.where(among(link.partner_id, set(partner_ids)))
    calls = [
        ConsigneeCall(
            link_id=one.id, at=now, actor=actor.login, way="phone", outcome="asked"
        )
        for one in session.scalars(silent)
    ]
    session.add_all(calls)
    if calls:
        about, count = f"recall:{recall_id}", len(calls)
        audit.record(session, actor.login, "consignee.nudge", about, now, count=count)
    session.flush()
    return calls


def record_call(
    session: Session,
    link_id: int,
    outcome: str,
    actor: Actor,
    now: datetime,
    *,
    way: str = "phone",
    spoke_with: str = "",
    text: str = "",
) -> ConsigneeCall:
    """Note what came of a call, visit or letter; a call asked for is done with it.

    Whoever was reached, or refused, was told. Raises Forbidden, NotFound, InvalidInput
    ``choice_invalid``, ``text_too_long``.
    """
    actor.require(RECORD)
    if outcome not in RESULTS or way not in WAYS or way == "page":
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    if len(spoke_with) > MOST_NAME or len(text) > MOST_TEXT:
        raise InvalidInput(
            "text_too_long",
            N_(
                "Expected at most %(most)s characters, got %(found)s. Shorten the text."
            ),
            most=MOST_TEXT,
            found=max(len(spoke_with), len(text)),
        )
    link = lock_link(session, link_id)
    call = session.scalar(
        sa.select(ConsigneeCall).filter_by(link_id=link.id, outcome="asked").limit(1)
    )
    if call is None:
        call = ConsigneeCall(link_id=link.id)
        session.add(call)
    call.at, call.actor, call.way, call.outcome = now, actor.login, way, outcome
    call.spoke_with, call.text = spoke_with.strip(), text.strip()
    if outcome in ("reached", "refused"):
        note_told(session, link, way, now)
    about = f"consignee_link:{link.id}"
    audit.record(
        session, actor.login, "consignee.call", about, now, way=way, outcome=outcome
    )
    session.flush()
    return call


def calls_of(session: Session, link_ids: Iterable[int]) -> dict[int, ConsigneeCall]:
    """The last call of each consignee."""
    last = (
        sa.select(sa.func.max(ConsigneeCall.id))
        .where(among(ConsigneeCall.link_id, link_ids))
        .group_by(ConsigneeCall.link_id)
    )
    rows = session.scalars(sa.select(ConsigneeCall).where(ConsigneeCall.id.in_(last)))
    return {one.link_id: one for one in rows}
