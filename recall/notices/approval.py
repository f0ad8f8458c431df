"""Approving a notice: the linter first, then other persons than who wrote it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.flow import second_needed
from ...trace.people import Actor, system
from . import lint
from .machine import NOTICE
from .reading import draft_of, state_digest
from .tables import PARTS, Notice, NoticeAuthor, NoticeSignature
from .values import Content


def lint_notice(session: Session, notice: Notice, now: datetime) -> list[lint.Finding]:
    """Everything the linter finds in it as it is now."""
    return lint.lint(draft_of(session, notice, now))


def submit_notice(
    session: Session, notice: Notice, actor: Actor, now: datetime
) -> None:
    """Hand it to those who sign. Raises Conflict ``notice_lint`` with what blocks."""
    actor.require(NOTICE.steps["submit"].right)
    pass_lint(session, notice, now)
    if notice.state == "linted":
        flow.apply(session, NOTICE, notice, "submit", actor, now, submitted_at=now)


def pass_lint(session: Session, notice: Notice, now: datetime) -> None:
    """Lint it, and bring a draft to ``linted`` (N1).

    Raises Conflict ``notice_lint`` when the linter finds an error, in any state: what
    was approved yesterday may not fit the case of today.
    """
    session.refresh(notice, with_for_update={"of": Notice})
    errors = [one for one in lint_notice(session, notice, now) if one.blocks]
    if errors:
        raise Conflict(
            "notice_lint",
            N_(
                "The notice cannot go on: %(count)s errors. The first, in %(where)s: "
                "%(what)s"
            ),
            count=len(errors),
            where=errors[0].where,
            what=errors[0].message % errors[0].params,
        )
    if notice.state == "draft":
        digest = state_digest(session, notice)
        flow.apply(session, NOTICE, notice, "lint", system(), now, digest=digest)


def parts_needed(notice: Notice) -> tuple[str, ...]:
    """What has to be signed: at level I the director too (N2)."""
    return PARTS if highest_level(notice) == "I" else PARTS[:2]


def signers_needed(notice: Notice) -> int:
    """How many persons besides the authors."""
    return 2 if highest_level(notice) == "I" else 1


def highest_level(notice: Notice) -> str:
    """The gravest of its levels; an unknown one counts as I (domain.md §1.2)."""
    levels = Content.read(notice.content).levels.values()
    return min((level or "I" for level in levels), key=len, default="I")


def signatures(session: Session, notice: Notice) -> list[NoticeSignature]:
    rows = sa.select(NoticeSignature).where(NoticeSignature.notice_id == notice.id)
    return list(session.scalars(rows.order_by(NoticeSignature.at)))


def authors(session: Session, notice: Notice) -> set[str]:
    """Everybody who wrote in it."""
    rows = sa.select(NoticeAuthor.login).where(NoticeAuthor.notice_id == notice.id)
    return set(session.scalars(rows))


def sign_notice(
    session: Session,
    notice: Notice,
    part: str,
    digest: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Sign a part; the last one approves.

    ``digest`` is of what the signer had before them. Raises Forbidden without the
    part's right; Conflict ``second_person`` for an author, and for the one person who
    would sign everything at level I; ``notice_changed`` when it says something else by
    now; ``notice_lint``.
    """
    if part not in parts_needed(notice):
        raise InvalidInput(
            "part_unknown", N_("A notice has no part %(part)s to sign."), part=part
        )
    actor.require(f"notice.sign_{part}")
    session.refresh(notice, with_for_update={"of": Notice})
    signed = {one.part: one for one in signatures(session, notice)}
    if part in signed and signed[part].login == actor.login:
        return
    if notice.state != "in_review" or part in signed:
        raise Conflict(
            "notice_not_waiting",
            N_("This part does not wait for a signature: load the page again."),
        )
    if actor.login in authors(session, notice):
        raise second_needed(actor)
    pass_lint(session, notice, now)
    if digest != notice.digest or state_digest(session, notice) != notice.digest:
        raise Conflict(
            "notice_changed",
            N_("The notice says something else by now: read it again, then sign."),
        )
    last = {*signed, part} == set(parts_needed(notice))
    persons = {one.login for one in signed.values()} | {actor.login}
    if last and len(persons) < signers_needed(notice):
        raise second_needed(actor)
    session.add(
        NoticeSignature(
            notice_id=notice.id, part=part, login=actor.login, at=now, digest=digest
        )
    )
    about = f"notice:{notice.id}"
    audit.record(session, actor.login, "notice.sign", about, now, part=part)
    session.flush()
    if last:
        flow.apply(session, NOTICE, notice, "approve", actor, now)


def decline_notice(
    session: Session, notice: Notice, reason: str, actor: Actor, now: datetime
) -> None:
    """Give it back to who writes it, with the reason; what was signed is void."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput("reason_missing", N_("Say what has to be changed."))
    actor.require("notice.sign")
    session.refresh(notice, with_for_update={"of": Notice})
    if flow.apply(session, NOTICE, notice, "decline", actor, now, digest=""):
        session.execute(
            sa.delete(NoticeSignature).where(NoticeSignature.notice_id == notice.id)
        )
        about = f"notice:{notice.id}"
        audit.record(
            session, actor.login, "notice.declined", about, now, reason=reason[:2000]
        )
