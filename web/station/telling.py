"""Telling the server what happened, and giving back what will never be printed."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ...trace.db import Database
from ...trace.identity.items import ItemSet
from .events import anchor_of, keep_anchor, note_event, noted, seal, server_now
from .held import never_sent
from .link import Refused, Server
from .spans import move, spans_of
from .steering import LIVE, end_if_done
from .tables import Batch, Block, Event, Job, fact
from .times import Anchor, Tick, tick

log = structlog.get_logger()

RENEW = timedelta(hours=6)
"""A block with less time left is given back for a new one, so that the network may go
at any moment and half a shift can still be printed."""
GOING = ("planned", "in_production")
FINAL = "!"
"""Stands before the reason of a refusal that will not change."""


def close_over(store: Database, at: Tick) -> None:
    """Give back what will not be printed any more: of a block whose shift is over, that
    has little time left, or whose batch is finished."""
    with store.writing() as session:
        now = server_now(session, at)
        for block in session.scalars(sa.select(Block).where(Block.closed.is_(False))):
            batch = session.get_one(Batch, block.lot_id)
            over = now > block.until
            soon = now > block.until - RENEW and _in_contact(session, now)
            ended = batch.label["status"] not in GOING
            if over or ((soon or ended) and not _busy(session, block)):
                _close(session, block, at)


def _in_contact(session: Session, now: datetime) -> bool:
    contact = fact(session, "contact")
    met = datetime.fromisoformat(contact) if contact else None
    return met is not None and now - met < timedelta(minutes=1)


def _busy(session: Session, block: Block) -> bool:
    live = sa.select(Job.id).where(Job.state.in_(LIVE), Job.lot_id == block.lot_id)
    return session.scalar(live.limit(1)) is not None


def _close(session: Session, block: Block, at: Tick) -> None:
    waiting = [s for s in spans_of(session, "waiting") if s.block_id == block.id]
    jobs = {session.get_one(Job, span.job_id) for span in waiting}
    move(session, waiting, "cancelled")
    for job in jobs:
        end_if_done(session, job)
    block.closed, block.ordered = True, block.count
    rest = never_sent(session, block) - noted(session, block.id, "returned")
    note_event(session, block.id, "returned", rest, at)


def tell_events(store: Database, server: Server, device: str) -> None:
    """Tell the server all it does not know, in the order in which it happened.

    What it will not take is kept with its reason, and the rest goes on.
    """
    for seq in _untold(store):
        at = tick()
        with store.writing() as session:
            event = session.get_one(Event, seq)
            path, body = report_of(session, event, device, at)
        try:
            answer = server.post(path, body)
        except Refused as refused:
            if refused.status in (401, 403) or refused.status >= 500:
                raise
            _note_refusal(store, seq, refused)
            continue
        with store.writing() as session:
            event = session.get_one(Event, seq)
            event.answer, event.refused = answer, ""
        if not answer.get("repeated"):
            hear_time(store, answer["received_at"])


def _untold(store: Database) -> list[int]:
    """Numbers of events that the server has not answered for good."""
    with store.reading() as session:
        rows = sa.select(Event.seq).where(
            Event.answer.is_(sa.null()), Event.refused.not_like(f"{FINAL}%")
        )
        return list(session.scalars(rows.order_by(Event.seq)))


def report_of(
    session: Session, event: Event, device: str, at: Tick
) -> tuple[str, dict[str, Any]]:
    """Where an event is told, and how; the same each time but for the clock."""
    block = session.get_one(Block, event.block_id)
    body: dict[str, Any] = {
        "id": event.id,
        "device": device,
        "places": event.places,
        "paper": block.paper,
    }
    anchor = anchor_of(session) or Anchor.told(at.wall, at)
    shown = seal(event, anchor, at)
    if event.kind == "returned":
        return f"/blocks/{block.id}/returns", body
    assert event.told_since is not None  # noqa: S101 - for the type checker
    assert event.told_until is not None  # noqa: S101 - for the type checker
    body |= {
        "kind": event.kind,
        "reason": event.reason,
        "by": event.by,
        "since": event.told_since.isoformat(),
        "until": event.told_until.isoformat(),
        "clock": shown.isoformat(),
    }
    return f"/lots/{block.lot_id}/items", body


def _note_refusal(store: Database, seq: int, refused: Refused) -> None:
    """Kept for somebody to look at; with ``!`` before it, it is not tried again."""
    mark = "" if refused.passing else FINAL
    with store.writing() as session:
        event = session.get_one(Event, seq)
        event.refused = f"{mark}{refused.code}: {refused.detail}"
    log.warning("station.refused", event=seq, code=refused.code)


def count_untold(session: Session) -> int:
    """Labels of which the server does not know everything yet."""
    rows = session.scalars(
        sa.select(Event.places).where(
            Event.answer.is_(sa.null()), Event.kind != "returned"
        )
    )
    return sum(ItemSet.parse(places).count for places in rows)


def hear_time(store: Database, told: str) -> None:
    """The server said what time it is, a moment ago."""
    with store.writing() as session:
        keep_anchor(session, Anchor.told(datetime.fromisoformat(told), tick()))
