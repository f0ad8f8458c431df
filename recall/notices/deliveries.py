"""Deliveries: what the house sends and tries again, and what people do by hand.

Nothing is given up in silence: what the house could not send becomes a task (N3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, outbox
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.people import Actor
from .barrier import check_out
from .channels import PER_CONSIGNEE, Planned
from .machine import SHOWN
from .tables import Notice, NoticeDelivery, NoticeVariant

EFFECT = "notice.deliver"
"""Outbox effect of one automatic delivery."""
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Before each further try; after the last a person takes over (domain.md §3.6)."""
CALLS = 3
"""Calls without an answer before somebody counts as unreachable."""
WAITING = ("queued", "retry", "sending")
DONE = ("sent", "delivered", "acknowledged")
Outcome: TypeAlias = Literal["done", "acknowledged", "no_answer"]
OUTCOMES: tuple[Outcome, ...] = ("done", "acknowledged", "no_answer")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one try."""

    delivery_id: int
    receipt: str = ""
    error: str = ""
    """Why it failed; empty when it was sent."""
    final: bool = False
    """Trying again cannot help, e.g. no such address."""


def write_deliveries(
    session: Session,
    notice: Notice,
    variant: NoticeVariant,
    planned: Sequence[Planned],
    now: datetime,
) -> None:
    """Write every delivery of a publication, and ask for the automatic ones.

    Our own site is out with the transaction.
    """
    rows = [_row(notice, variant, one, now) for one in planned]
    if not rows:
        return
    session.execute(sa.insert(NoticeDelivery), rows)
    queued = (
        sa.select(NoticeDelivery.id)
        .where(NoticeDelivery.notice_id == notice.id, NoticeDelivery.state == "queued")
        .order_by(NoticeDelivery.id)
    )
    effects = [_effect(id_, 1, now, now) for id_ in session.scalars(queued)]
    if effects:
        session.execute(sa.insert(outbox.Effect), effects)


def _row(
    notice: Notice, variant: NoticeVariant, one: Planned, now: datetime
) -> dict[str, object]:
    site = one.transport == "site"
    state = "sent" if site else "queued" if one.automatic else "manual"
    who = one.partner_id if one.partner_id is not None else one.channel
    return {
        "notice_id": notice.id,
        "variant_id": variant.id,
        "kind": one.kind,
        "channel": one.channel,
        "recipient": one.recipient,
        "address": one.address,
        "partner_id": one.partner_id,
        "automatic": one.automatic,
        "together": one.together,
        "state": state,
        "tries": 1 if site else 0,
        "dedup_key": f"notice-{notice.id}-{one.kind}-{one.channel}-{who}",
        "queued_at": now,
        "sent_at": now if site else None,
    }


def _effect(id_: int, number: int, now: datetime, due: datetime) -> dict[str, object]:
    return {
        "kind": EFFECT,
        "payload": {"delivery": id_},
        "dedup_key": f"{EFFECT}:{id_}:{number}",
        "state": "pending",
        "created_at": now,
        "due_at": due,
        "attempts": 0,
    }


def begin_sending(session: Session, ids: Iterable[int]) -> list[NoticeDelivery]:
    """Mark deliveries as being sent; those that are settled already are left out."""
    wanted = sorted(ids)
    rows = sa.select(NoticeDelivery).where(
        NoticeDelivery.id.in_(wanted), NoticeDelivery.state.in_(WAITING)
    )
    found = list(session.scalars(rows.order_by(NoticeDelivery.id).with_for_update()))
    for row in found:
        row.state = "sending"
        row.tries += 1
    return found


def note_results(session: Session, results: Iterable[Result], now: datetime) -> None:
    """Settle what was tried: sent, tried again later, or left to a person."""
    told: set[int] = set()
    by_id = {result.delivery_id: result for result in results}
    sending = (
        sa.select(NoticeDelivery)
        .where(NoticeDelivery.id.in_(by_id), NoticeDelivery.state == "sending")
        .order_by(NoticeDelivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    # What is in another state was settled by another worker, or by a person.
    for row in session.scalars(sending).all():
        result = by_id[row.id]
        if not result.error:
            row.state, row.sent_at, row.receipt = "sent", now, result.receipt[:500]
            row.last_error = ""
            if row.together:
                told.add(row.notice_id)
            continue
        row.last_error = result.error[:500]
        if result.final:
            row.state = "bounced"
        elif row.tries > len(WAITS):
            row.state = "manual"
        else:
            row.state = "retry"
            due = now + WAITS[row.tries - 1]
            session.execute(
                sa.insert(outbox.Effect), [_effect(row.id, row.tries + 1, now, due)]
            )
    session.flush()
    for notice_id in sorted(told):
        check_out(session, session.get_one(Notice, notice_id), now)


def find_delivery(session: Session, id_: int) -> NoticeDelivery:
    """Raises NotFound ``delivery_unknown``."""
    row = session.get(NoticeDelivery, id_)
    if row is None:
        raise NotFound("delivery_unknown", N_("There is no such delivery."))
    return row


def is_proof(session: Session, notice: Notice, sha256: str) -> bool:
    """Whether a stored file is the proof of one of the notice's deliveries."""
    found = sa.select(NoticeDelivery.id).where(
        NoticeDelivery.notice_id == notice.id, NoticeDelivery.proof == sha256
    )
    return session.scalar(found.limit(1)) is not None


def note_by_hand(
    session: Session,
    id_: int,
    outcome: Outcome,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    proof: str | None = None,
    at: datetime | None = None,
) -> NoticeDelivery:
    """What a person did for a delivery: carried out, heard an answer, reached nobody.

    ``text`` says where it hangs or whom they spoke to; ``proof`` is a stored file;
    ``at`` is when it was done, if not now. Raises InvalidInput ``outcome_missing``
    without text and proof, ``time_invalid``; Conflict ``delivery_settled``.
    """
    actor.require("notice.deliver")
    row = find_delivery(session, id_)
    notice = session.get_one(Notice, row.notice_id, with_for_update={"of": Notice})
    session.refresh(row, with_for_update=True)
    text = text.strip()
    if outcome != "no_answer" and not (text or proof):
        raise InvalidInput(
            "outcome_missing",
            N_("Say where it hangs or whom you spoke to, or add a screenshot."),
        )
    since = notice.publishing_at or now
    done_at = at or now
    if not since - timedelta(minutes=1) <= done_at <= now + timedelta(minutes=1):
        raise InvalidInput(
            "time_invalid",
            N_("Give a time between the publication and now."),
        )
    if row.state == "acknowledged" or (row.state in DONE and outcome != "acknowledged"):
        if row.done_by == actor.login and row.outcome == text:
            return row
        raise Conflict(
            "delivery_settled", N_("This was done already: load the page again.")
        )
    row.done_by, row.outcome, row.proof = actor.login, text[:2000], proof or row.proof
    if outcome == "no_answer":
        row.tries += 1
        row.state = "unreachable" if row.tries >= CALLS else "manual"
        row.settled_at = now if row.tries >= CALLS else None
    else:
        row.state = "acknowledged" if outcome == "acknowledged" else "sent"
        row.sent_at = row.sent_at or done_at
        row.settled_at = now if outcome == "acknowledged" else None
    about = f"notice:{notice.id}"
    audit.record(
        session,
        actor.login,
        "notice.delivered",
        about,
        now,
        delivery=id_,
        result=outcome,
    )
    session.flush()
    if row.together and row.sent_at is not None:
        check_out(session, notice, now)
    return row


def acknowledge_partner(
    session: Session, recall_id: int, partner_id: int, now: datetime
) -> int:
    """A consignee answered, on its page or otherwise: none of its deliveries waits any
    more. How many that were.
    """
    done = session.execute(
        sa.update(NoticeDelivery)
        .where(
            NoticeDelivery.partner_id == partner_id,
            NoticeDelivery.state != "acknowledged",
            NoticeDelivery.notice_id.in_(
                sa.select(Notice.id).where(
                    Notice.recall_id == recall_id, Notice.state.in_(SHOWN)
                )
            ),
        )
        .values(state="acknowledged", settled_at=now)
        .returning(NoticeDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def call_the_silent(session: Session, notice: Notice, now: datetime) -> int:
    """A call for every consignee that got a message and did not answer in its time
    (domain.md §3.6); how many.
    """
    answered = sa.select(NoticeDelivery.partner_id).where(
        NoticeDelivery.notice_id == notice.id,
        sa.or_(
            NoticeDelivery.state == "acknowledged",
            NoticeDelivery.automatic.is_(False),
        ),
        NoticeDelivery.partner_id.is_not(None),
    )
    silent = session.scalars(
        sa.select(NoticeDelivery)
        .where(
            NoticeDelivery.notice_id == notice.id,
            NoticeDelivery.kind.in_(PER_CONSIGNEE),
            NoticeDelivery.partner_id.not_in(answered),
        )
        .order_by(NoticeDelivery.id)
    ).all()
    first = {row.partner_id: row for row in reversed(silent)}
    rows = [
        {
            "notice_id": notice.id,
            "variant_id": row.variant_id,
            "kind": row.kind,
            "channel": "",
            "recipient": row.recipient,
            "address": row.address,
            "partner_id": row.partner_id,
            "automatic": False,
            "together": False,
            "state": "manual",
            "tries": 0,
            "dedup_key": f"notice-{notice.id}-{row.kind}-call-{row.partner_id}",
            "queued_at": now,
        }
        for row in first.values()
    ]
    if rows:
        session.execute(sa.insert(NoticeDelivery), rows)
    return len(rows)
