"""What line machines report of items, online or after a shift without a network."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from ...labels.jobs.offline import note_reprints
from ...trace.identity.codes import Serial
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.people import Actor
from ...trace.production.blocks import codes_of, put_on_lot, read_paper
from ...trace.production.codes import items_of
from ...trace.production.device_reports import (
    FOREIGN_SHOWN,
    KIND_RIGHTS,
    Report,
    check_size,
    record_report,
)
from ...trace.production.tables import DeviceReport
from ..current import house
from .lots import find_lot
from .much import Serials
from .paging import read_cursor, write_cursor
from .room import reads, writes
from .values import Asked, Code, DeviceTime, Items, Line, Shown, Told

TAG = "Line machines"
Kind = Literal["printed", "applied", "voided", "sampled", "missing", "reprinted"]
PAPER = r"^$|^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
"""A compact JWS, or nothing."""


class ReportIn(Told):
    """What happened to items of a lot: by number, or by the serials on them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5b0-6c1e-7c3a-9f2e-2b6f0a4d8e11",
                    "device": "L2-camera",
                    "kind": "applied",
                    "items": "0-1199,1201",
                    "since": "2026-11-24T10:02:00+08:00",
                    "until": "2026-11-24T10:12:00+08:00",
                }
            ],
        }
    )

    id: UUID
    """Made up by the device, best as UUIDv7; sent again with the same report."""
    device: Code
    """Name of the device."""
    kind: Kind
    items: Items | None = None
    """Numbers of items in the lot."""
    serials: Serials | None = None
    """Serials as they stand in the codes."""
    places: Items | None = None
    """Places in the block that `paper` is of. Give one of the three."""
    paper: Annotated[str, StringConstraints(max_length=2000, pattern=PAPER)] = ""
    """The signed paper of a block that the device holds; with `places`."""
    clock: DeviceTime | None = None
    """What the device's clock shows as it sends this. Where it is wrong, `since` and
    `until` are put right by the difference; two tries may say different times."""
    since: DeviceTime | None = None
    """When the first happened, by the device's clock; when `until` is given alone, that
    moment. With neither, it was at some time since the codes were issued."""
    until: DeviceTime | None = None
    """When the last happened."""
    reason: Line = ""
    """Needed for items that are voided, sampled, missing or reprinted."""
    by: Line = ""
    """Who did it, where the device knows."""

    @model_validator(mode="after")
    def one_of_three(self) -> "ReportIn":
        given = (self.items, self.serials, self.places)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give items, serials or places, one of the three")
        if (self.places is None) != (not self.paper):
            raise ValueError("places and the paper of their block belong together")
        return self


class RefusedItems(Shown):
    """Items of a report that could not be recorded."""

    reason: str
    """`not_issued`, `not_of_this_lot`, `item_voided`, `item_on_pack` or
    `item_accounted`."""
    count: int
    items: str
    serials: list[str]
    """The first 100 serials, where no item is known for them."""


class ReportOut(Shown):
    """What was recorded of a report."""

    id: UUID
    device: str
    lot_id: int
    kind: Kind
    by: str = ""
    recorded: str
    """Items that were recorded now."""
    recorded_count: int
    already: str
    """Items of which this was known before."""
    already_count: int
    refused: list[RefusedItems]
    since: datetime
    """As recorded: the server's time where the device's cannot be true."""
    until: datetime
    flags: list[Literal["clock_wrong", "clock_corrected", "late", "after_batch"]]
    received_at: datetime
    repeated: bool = False
    """This report came before; nothing was recorded now."""


@writes("/lots/<int:lot_id>/items", None, ReportIn, ReportOut, tag=TAG, status=200)
def post_items(
    session: Session, body: ReportIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Report items as printed, applied, voided, sampled, missing or reprinted.

    Up to 100,000 items. The report may come late, twice and in any order: the same `id`
    with the same content gets the first answer, with other content 409. What cannot be
    recorded is listed under `refused`, the rest is recorded. Times that cannot be true
    are replaced by the server's and flagged `clock_wrong`.

    Rights by kind: printed and reprinted `labels.print`, applied `batch.finish`, voided
    and missing `labels.void`, sampled `sample.keep`.
    """
    actor.require(KIND_RIGHTS[body.kind])
    items, foreign = _items(session, lot_id, body, actor, now)
    unsaid = {"clock"} if body.by else {"clock", "by"}
    told = body.model_dump(mode="json", exclude=unsaid)
    said = json.dumps({"lot": lot_id, **told}, sort_keys=True)
    report = Report(
        id=str(body.id),
        device=body.device,
        kind=body.kind,
        items=items,
        foreign=tuple(foreign),
        since=body.since,
        until=body.until,
        clock=body.clock,
        reason=body.reason,
        digest=hashlib.sha256(said.encode()).hexdigest(),
        by=body.by,
    )
    answer = record_report(session, lot_id, report, actor, now)
    if body.kind == "reprinted" and not answer["repeated"]:
        done = ItemSet.parse(answer["recorded"]) if answer["recorded"] else EMPTY
        at = datetime.fromisoformat(answer["until"])
        note_reprints(session, lot_id, done, body.reason, body.by or actor.login, at)
    return answer


def _items(
    session: Session, lot_id: int, body: ReportIn, actor: Actor, now: datetime
) -> tuple[ItemSet, list[str]]:
    find_lot(session, lot_id)
    if body.places is not None:
        places = ItemSet.parse(body.places)
        check_size(places)
        block = read_paper(session, house().keys, body.paper, body.device)
        items, others = put_on_lot(session, block, lot_id, places, actor, now)
        first = others.take(FOREIGN_SHOWN)
        numbers = (n for lo, hi in first.intervals for n in range(lo, hi))
        shown = [codes_of(house().keys, block, n, 1)[0] for n in numbers]
        return items, shown + [""] * (others.count - len(shown))
    if body.serials is not None:
        serials = [Serial(text) for text in body.serials]
        return items_of(session, house().keys, lot_id, serials)
    return (ItemSet.parse(body.items) if body.items else EMPTY), []


class ReportsQuery(Asked):
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, max_length=80)


class ReportPage(Shown):
    """Reports on a lot."""

    items: list[ReportOut]
    next: str | None = None


@reads(
    "/lots/<int:lot_id>/reports", "trace.read", ReportPage, tag=TAG, query=ReportsQuery
)
def list_reports(session: Session, lot_id: int, query: ReportsQuery) -> Any:
    """What devices reported of a lot's items, as it came in, refusals included."""
    find_lot(session, lot_id)
    start = read_cursor(query.cursor, 1)[0] if query.cursor else 0
    rows = session.scalars(
        sa.select(DeviceReport)
        .where(DeviceReport.lot_id == lot_id)
        .order_by(DeviceReport.received_at, DeviceReport.id)
        .offset(start)
        .limit(query.limit + 1)
    ).all()
    more = len(rows) > query.limit
    return {
        "items": [row.answer for row in rows[: query.limit]],
        "next": write_cursor([start + query.limit]) if more else None,
    }
