"""The private pages of a recall's consignees: one each, opened by its token alone."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, InvalidInput, NotFound
from ...trace.people import Actor
from ..recalls.scopes import consignees_of, current_scope
from ..recalls.tables import Recall
from .tables import ConsigneeLink

RECORD = "consignee.record"
"""The right to note what consignees say and how they were reached."""
READ = "consignee.read"
_TOKEN_BYTES = 24


def issue_links(session: Session, recall: Recall, actor: Actor, now: datetime) -> int:
    """Give each consignee of the newest scope that has none a page; how many are new.

    Asked again it adds those an expansion brought. Raises Forbidden.
    """
    actor.require(RECORD)
    scope = current_scope(session, recall.id)
    if scope is None:
        return 0
    session.refresh(recall, with_for_update={"of": Recall})
    known = set(
        session.scalars(
            sa.select(ConsigneeLink.partner_id).filter_by(recall_id=recall.id)
        )
    )
    rows = [
        {
            "recall_id": recall.id,
            "partner_id": one.partner_id,
            "token": secrets.token_urlsafe(_TOKEN_BYTES),
            "issued_at": now,
            "issued_by": actor.login,
        }
        for one in consignees_of(session, scope)
        if one.partner_id not in known
    ]
    if rows:
        session.execute(sa.insert(ConsigneeLink), rows)
        about = f"recall:{recall.id}"
        audit.record(
            session, actor.login, "consignee.issue", about, now, count=len(rows)
        )
    return len(rows)


def renew_link(
    session: Session, link_id: int, actor: Actor, now: datetime
) -> ConsigneeLink:
    """A new address for a page whose old one fell into wrong hands: that one ends.

    Raises Forbidden, NotFound.
    """
    actor.require(RECORD)
    link = lock_link(session, link_id)
    link.token = secrets.token_urlsafe(_TOKEN_BYTES)
    link.issued_at, link.issued_by = now, actor.login
    _note(session, link, "consignee.renew", actor.login, now)
    return link


def find_link(session: Session, token: str) -> ConsigneeLink:
    """The page a token opens. Raises NotFound ``link_unknown``."""
    link = None
    if token.isascii() and token.isprintable():  # PostgreSQL refuses a NUL
        link = session.scalar(sa.select(ConsigneeLink).filter_by(token=token))
    if link is None:
        raise NotFound(
            "link_unknown",
            N_("This link opens nothing: it was mistyped, or a newer one replaced it."),
        )
    return link


def lock_link(session: Session, link_id: int) -> ConsigneeLink:
    """A consignee's page, locked and read anew. Raises NotFound ``link_unknown``."""
    link = session.scalar(
        sa.select(ConsigneeLink)
        .where(ConsigneeLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if link is None:
        raise NotFound("link_unknown", N_("No consignee of a recall is recorded here."))
    return link


def note_told(session: Session, link: ConsigneeLink, how: str, at: datetime) -> None:
    """It was told of the recall, by a channel or a person; the first time counts."""
    if link.told_at is None:
        link.told_at, link.told_how = at, how
        session.flush()


def note_opened(session: Session, link_id: int, now: datetime) -> None:
    """Its page was opened; the first time counts."""
    session.execute(
        sa.update(ConsigneeLink)
        .where(ConsigneeLink.id == link_id, ConsigneeLink.opened_at.is_(None))
        .values(opened_at=now)
    )


def close_out(
    session: Session, link_id: int, reason: str, actor: Actor, now: datetime
) -> ConsigneeLink:
    """Give up on one that does not answer, saying why: closed down, bankrupt …

    Its goods stay unaccounted; should it answer yet, it is open again. Raises
    Forbidden, NotFound, InvalidInput ``reason_missing``.
    """
    actor.require(RECORD)
    if not reason.strip():
        raise InvalidInput(
            "reason_missing", N_("Expected a reason: say why, in a few words.")
        )
    link = lock_link(session, link_id)
    link.closed_at, link.closed_by = now, actor.login
    link.closed_reason = reason.strip()
    _note(session, link, "consignee.close_out", actor.login, now, reason=reason.strip())
    return link


def _note(
    session: Session,
    link: ConsigneeLink,
    action: str,
    login: str,
    now: datetime,
    **told: object,
) -> None:
    audit.record(session, login, action, f"consignee_link:{link.id}", now, **told)
    session.flush()
