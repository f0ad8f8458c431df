"""Publishing: one transaction writes our own page and asks for all the rest."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, outbox, rules
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.flow import second_needed
from ...trace.people import Actor, system
from ..recalls.marking import PUBLIC_PATH, mark_recalled
from ..recalls.tables import Recall, RecallConsignee
from . import rulebook
from .approval import highest_level, pass_lint
from .barrier import check_out, window
from .channels import PER_CONSIGNEE, Channel, Consignee, plan
from .deliveries import write_deliveries
from .machine import NOTICE, OUT, SHOWN
from .reading import ZONE, state_digest, variants
from .tables import Notice
from .values import Content

WATCH = "notice.watch"
"""Outbox effect: look after 15 minutes whether the channels are out together."""
SILENT = "notice.silent"
"""Outbox effect: look for recipients that did not answer in their time."""
KEPT_AFTER_CLOSE = timedelta(days=365)
"""A notice is retired so long after its recall is closed (N6)."""


def publish_notice(
    session: Session,
    notice: Notice,
    channels: tuple[Channel, ...],
    actor: Actor,
    now: datetime,
) -> None:
    """Publish an approved notice (N3). Sent twice, it is published once.

    Raises Forbidden; Conflict ``recall_not_started``, ``notice_lint``,
    ``notice_changed``, ``wrong_state``.
    """
    session.refresh(notice, with_for_update={"of": Notice})
    if notice.state in SHOWN:
        actor.require(NOTICE.steps["publish"].right)
        return
    _check_ready(session, notice, now)
    flow.apply(session, NOTICE, notice, "publish", actor, now, publishing_at=now)
    _put_out(session, notice, channels, now)


def publish_alone(
    session: Session,
    notice: Notice,
    channels: tuple[Channel, ...],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """One person publishes at once (紧急先行处置); another countersigns within 24 h.

    The linter must pass all the same. Raises as ``publish_notice``.
    """
    actor.require(NOTICE.steps["publish_alone"].right)
    session.refresh(notice, with_for_update={"of": Notice})
    if notice.state in SHOWN:
        return
    reason = reason.strip()
    if not reason:
        raise InvalidInput(
            "reason_missing", N_("Say why it cannot wait for a second person.")
        )
    _check_ready(session, notice, now)
    limit = rules.limit("notice.countersign", now.astimezone(ZONE).date())
    flow.apply(
        session,
        NOTICE,
        notice,
        "publish_alone",
        actor,
        now,
        publishing_at=now,
        alone_by=actor.login,
        alone_reason=reason[:2000],
        counter_due_at=now + timedelta(minutes=limit.minutes),
    )
    _put_out(session, notice, channels, now)


def countersign_notice(
    session: Session, notice: Notice, actor: Actor, now: datetime
) -> None:
    """The second signature under what one person published. Raises Conflict
    ``second_person``, ``nothing_to_countersign``.
    """
    actor.require("notice.countersign")
    session.refresh(notice, with_for_update={"of": Notice})
    if notice.countersigned_by == actor.login:
        return
    if notice.alone_by is None or notice.countersigned_by is not None:
        raise Conflict(
            "nothing_to_countersign", N_("This notice waits for no countersignature.")
        )
    if notice.alone_by == actor.login:
        raise second_needed(actor)
    notice.countersigned_by, notice.countersigned_at = actor.login, now
    about = f"notice:{notice.id}"
    audit.record(session, actor.login, "notice.countersign", about, now)
    session.flush()


def retire_due(session: Session, now: datetime) -> list[Notice]:
    """Retire the notices whose recall was closed a year ago; the address stays (N6)."""
    due = (
        sa.select(Notice)
        .join(Recall)
        .where(
            Notice.state == "published",
            Recall.state == "closed",
            Recall.ended_at <= now - KEPT_AFTER_CLOSE,
        )
    )
    retired = list(session.scalars(due))
    for notice in retired:
        flow.apply(session, NOTICE, notice, "retire", system(), now)
    return retired


def public_path(number: str) -> str:
    """Address of a recall's notice on our own site, for good."""
    return PUBLIC_PATH + number


def _check_ready(session: Session, notice: Notice, now: datetime) -> None:
    recall = notice.recall
    if recall.started_at is None or recall.ended_at is not None:
        raise Conflict(
            "recall_not_started",
            N_(
                "%(number)s is not running: start it, then publish. One person can do "
                "that alone in an emergency."
            ),
            number=recall.number,
        )
    pass_lint(session, notice, now)
    if state_digest(session, notice) != notice.digest:
        raise Conflict(
            "notice_changed",
            N_("The notice says something else by now: read it again, then sign."),
        )


def _put_out(
    session: Session, notice: Notice, channels: tuple[Channel, ...], now: datetime
) -> None:
    _replace_older(session, notice, now)
    mark_recalled(session, notice.recall, now)
    together, needed = _asked_channels(notice, now)
    who = (
        _consignees(session, notice)
        if {*needed, *(one.kind for one in channels)} & set(PER_CONSIGNEE)
        else ()
    )
    planned = plan(channels, together, needed, who)
    write_deliveries(session, notice, variants(session, notice)[0], planned, now)
    _look_again(session, notice, now)
    check_out(session, notice, now)


def _asked_channels(
    notice: Notice, now: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    """Kinds of channels that go together, and further ones, under all its laws."""
    today = now.astimezone(ZONE).date()
    laws = [
        rulebook.jurisdiction(name, today)
        for name in Content.read(notice.content).levels
    ]
    together = frozenset(kind for law in laws for kind in law.together)
    return together, frozenset(kind for law in laws for kind in law.channels)


def _consignees(session: Session, notice: Notice) -> tuple[Consignee, ...]:
    """Everybody with units of the scope, as frozen with it."""
    rows = sa.select(RecallConsignee).where(
        RecallConsignee.recall_scope_id == notice.recall_scope_id
    )
    return tuple(
        Consignee(row.partner_id, row.name, row.phone, row.email)
        for row in session.scalars(rows.order_by(RecallConsignee.partner_id))
    )


def _replace_older(session: Session, notice: Notice, now: datetime) -> None:
    """The version that was out until now stays readable, and leads to this one."""
    step = "correct" if notice.kind == "correction" else "supersede"
    older = sa.select(Notice).where(
        Notice.recall_id == notice.recall_id,
        Notice.id != notice.id,
        Notice.state.in_(OUT),
    )
    for row in session.scalars(older).all():
        flow.apply(session, NOTICE, row, step, system(), now)


def _look_again(session: Session, notice: Notice, now: datetime) -> None:
    """What the clock brings: the alarm, and the recipients that do not answer."""
    after = window(now) + timedelta(seconds=1)
    payload = {"notice": notice.id}
    outbox.enqueue(
        session, WATCH, payload, f"{WATCH}:{notice.id}", now, due_at=now + after
    )
    level = highest_level(notice).lower()
    limit = rules.limit(f"notice.silent_{level}", now.astimezone(ZONE).date())
    outbox.enqueue(
        session,
        SILENT,
        payload,
        f"{SILENT}:{notice.id}",
        now,
        due_at=now + timedelta(minutes=limit.minutes),
    )
