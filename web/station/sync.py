"""Between a line PC and its server: codes and words come in, reports go out.

Everything can be cut off at any moment and be done again: what is asked for has a
number that is kept before the asking, an event is told until it is answered, and the
server counts it once.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ...trace.db import Database
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.faults import write_fault
from .clearance import tell_clearances
from .events import anchor_of, keep_anchor, server_now
from .held import blocks_of, codes_left, open_blocks, take_batch, take_block
from .link import Refused, Server, Unreached
from .tables import Batch, Block, fact, know
from .telling import close_over, tell_events
from .times import Anchor, Tick, tick

log = structlog.get_logger()

PAGE = 10_000
"""Codes fetched at once."""


@dataclass(frozen=True, slots=True)
class Post:
    """Which line PC this is."""

    server: Server
    device: str
    line: str
    most: int
    """Codes it holds of a batch at most."""


def sync_once(store: Database, post: Post) -> None:
    """Tell what happened, give back what is over, and fetch what is needed.

    Raises Unreached when the network is gone: everything else goes on.
    """
    keep_time(store)
    close_over(store, tick())
    tell_clearances(store, post.server)
    tell_events(store, post.server, post.device)
    fetch_keys(store, post)
    fetch_people(store, post)
    lot_id = fetch_batch(store, post)
    if lot_id is not None:
        fetch_block(store, post, lot_id)
    with store.writing() as session:
        know(session, "contact", server_now(session, tick()).isoformat())
        know(session, "trouble", "")


def keep_time(store: Database) -> None:
    """Write down what time it is: after a restart it goes on from there."""
    at = tick()
    with store.writing() as session:
        anchor = anchor_of(session)
        if anchor is not None:
            keep_anchor(session, anchor.moved(at))


def fetch_keys(store: Database, post: Post) -> None:
    """The keys that papers are signed with. One that was known cannot change.

    Raises Conflict ``server_keys_changed``.
    """
    told = {key["kid"]: key for key in post.server.get("/blocks/keys")["keys"]}
    with store.writing() as session:
        known: dict[str, Any] = fact(session, "keys", {})
        if any(told.get(kid, key) != key for kid, key in known.items()):
            raise Conflict(
                "server_keys_changed",
                N_(
                    "The server signs with other keys than when this PC was set up. "
                    "Call your administrator: it may not be our server."
                ),
            )
        know(session, "keys", {**told, **known})


def fetch_people(store: Database, post: Post) -> None:
    """Who works at lines: names, rights, and digests of badges."""
    told = post.server.get("/operators")["operators"]
    with store.writing() as session:
        know(session, "people", told)


def fetch_batch(store: Database, post: Post) -> int | None:
    """What the labels say of each batch held here, and of the one on the line; that
    one's id."""
    on_line = _running(post)
    with store.reading() as session:
        held = sa.select(Block.lot_id).where(Block.closed.is_(False)).distinct()
        known = [lot for lot in session.scalars(held) if lot not in on_line]
    for lot_id in (*known, *on_line):
        label = post.server.get(f"/lots/{lot_id}/label")
        with store.writing() as session:
            take_batch(session, label, server_now(session, tick()))
    with store.writing() as session:
        if on_line and fact(session, "on_line") != on_line[0]:
            know(session, "on_line", on_line[0])
            know(session, "current", on_line[0])
    return on_line[0] if on_line else None


def _running(post: Post) -> list[int]:
    """The batch that runs on the line now, if there is one."""
    asked = f"/lots?status=in_production&line={quote(post.line)}&limit=1000"
    for lot in reversed(post.server.get(asked)["items"]):
        runs = post.server.get(f"/runs?lot_id={lot['id']}&limit=1000")["items"]
        if any(run["ended_at"] is None and run["line"] == post.line for run in runs):
            return [lot["id"]]
    return []


def fetch_block(store: Database, post: Post, lot_id: int) -> None:
    """Codes for a batch, as many as its plan still has room for, if they are short."""
    at = tick()
    with store.writing() as session:
        batch = session.get_one(Batch, lot_id)
        want = _wanted(session, batch, post.most, at)
        if not want:
            return
        asked = fact(session, "asked") or {}
        if asked.get("lot_id") != lot_id:
            asked = {"lot_id": lot_id, "count": want, "once": secrets.token_hex(16)}
            know(session, "asked", asked)
    body = {"device": post.device, "count": asked["count"], "lot_id": lot_id}
    try:
        given = post.server.post("/blocks", body, once=asked["once"])["blocks"]
        known = {block.id for block in _known(store, lot_id)}
        for block in given:
            if block["id"] not in known:
                _take(store, post, block, lot_id)
    except Refused as refused:
        if not refused.passing:
            _forget_asking(store)
        raise
    _forget_asking(store)


def _wanted(session: Session, batch: Batch, most: int, at: Tick) -> int:
    """How many codes to ask for."""
    label = batch.label
    if label["status"] != "in_production" or label["holds"]:
        return 0
    left = codes_left(session, batch.lot_id, at)
    want = most if label["planned"] is None else label["planned"] - label["issued"]
    want = min(want, most - left)
    return want if want > 0 and left <= most // 2 else 0


def _known(store: Database, lot_id: int) -> list[Block]:
    with store.reading() as session:
        return blocks_of(session, lot_id)


def _take(store: Database, post: Post, given: Mapping[str, Any], lot_id: int) -> None:
    hear = given["issued_at"]
    serials: list[str] = []
    while len(serials) < given["count"]:
        path = f"/blocks/{given['id']}/codes?first={len(serials)}&count={PAGE}"
        codes = post.server.get(path)["codes"]
        if not codes:
            raise Unreached("fewer codes than promised")
        serials += [code["serial"] for code in codes]
    with store.writing() as session:
        keys = list(fact(session, "keys", {}).values())
        if anchor_of(session) is None:
            keep_anchor(session, Anchor.told(datetime.fromisoformat(hear), tick()))
        take_block(session, keys, given, serials, lot_id, post.device)
    log.info("station.block", block=given["id"], codes=len(serials))


def _forget_asking(store: Database) -> None:
    with store.writing() as session:
        know(session, "asked", None)


def note_trouble(store: Database, error: Exception) -> None:
    """Why the server could not be used, for the screen."""
    if isinstance(error, LotmarkError):
        text = write_fault(error)
    elif isinstance(error, Refused):
        text = write_fault(
            Conflict(
                "server_refuses",
                N_("The server refuses: %(detail)s"),
                detail=error.detail or str(error.status),
            )
        )
    else:
        text = ""
    with store.writing() as session:
        if fact(session, "trouble", "") != text:
            know(session, "trouble", text)


def contact_of(session: Session) -> datetime | None:
    """When the server last answered everything."""
    contact = fact(session, "contact")
    return datetime.fromisoformat(contact) if contact else None


def next_until(session: Session, lot_id: int, at: Tick) -> datetime | None:
    """Until when a batch can be printed without the network."""
    return max((b.until for b in open_blocks(session, lot_id, at)), default=None)
