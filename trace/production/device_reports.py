"""What machines on a line say of items: late, twice, in any order, by a wrong clock.

A report is kept by the id its device gave it. What can be recorded is; what cannot is
named in the answer and kept with it, so that nothing a machine said is lost (domain.md
§9 item 6).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from .. import audit
from ..db import insert_if_new
from ..errors import N_, Conflict, TooLarge
from ..identity.items import EMPTY, ItemSet
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .batches import NOT_ON_PACKS, book_applied
from .device_times import Times, believed
from .items import report_missing
from .label_balance import label_balance
from .marks import mark_items, marked_items
from .tables import DeviceReport
from .told import check_reason

KIND_RIGHTS = {
    "printed": "labels.print",
    "applied": "batch.finish",
    "voided": "labels.void",
    "sampled": "sample.keep",
    "missing": "labels.void",
    "reprinted": "labels.print",
}
"""What may be reported of items, and the right it takes."""

AGAINST = {
    "printed": "",
    "applied": "item_voided",
    "voided": "item_on_pack",
    "sampled": "item_voided",
    "missing": "item_accounted",
    "reprinted": "",
}
"""Why items cannot be what a report says: the codes staff would be refused with."""

MOST_ITEMS = 100_000
"""Items one report may name."""
MOST_RUNS = 10_000
"""Runs of items one report may name: each is a row of its own, and takes its time."""
FOREIGN_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says happened to items of one lot."""

    id: str
    """UUID the device made up; the same again is the same report."""
    device: str
    kind: str
    """One of ``KIND_RIGHTS``."""
    items: ItemSet
    foreign: tuple[str, ...]
    """Serials it named that are none of the lot's items."""
    since: datetime | None
    """Between these two times, by the device's clock; none is now."""
    until: datetime | None
    clock: datetime | None
    """What that clock showed when the report was sent, to put the times right by."""
    reason: str
    digest: str
    """SHA-256 of what it said, word for word."""
    by: str = ""
    """Who did it, as the device knows them."""


def record_report(
    session: Session, lot_id: int, report: Report, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Record what can be recorded of a report; the answer says what was.

    Raises:
        NotFound: ``lot_unknown``.
        InvalidInput: ``reason_missing`` for items voided, sampled, missing or
            reprinted.
        TooLarge: ``items_too_many``.
        Conflict: ``report_contradicts`` when the id stands for another report,
            ``lot_without_line``, or what the ledger refuses.
        Forbidden: without the kind's right, or ``missing_needs_qa``.
    """
    actor.require(KIND_RIGHTS[report.kind])
    if report.kind in (*NOT_ON_PACKS, "reprinted"):
        check_reason(report.reason)
    check_size(report.items)
    lot = lock_lots(session, [lot_id])[lot_id]
    if (known := _answer_of(session, report, lot, now)) is not None:
        return {**known, "repeated": True}
    good, already, refused = _sorted_out(session, lot, report)
    told = Times(report.since, report.until, report.clock)
    between, flags = believed(session, lot, told, now)
    if good:
        _record(session, lot, report, good, between, actor, now)
    answer = _document(lot, report, good, already, refused, between, flags, now)
    session.get_one(DeviceReport, report.id).answer = answer
    audit.record(
        session,
        actor.login,
        "device.report",
        f"lot:{lot.id}",
        now,
        report=report.id,
        device=report.device,
        kind=report.kind,
        by=report.by,
        items=str(good)[:200],
        refused=sum(count for _, count, _ in refused),
        flags=flags,
    )
    session.flush()
    return {**answer, "repeated": False}


def check_size(items: ItemSet) -> None:
    """Raises TooLarge ``items_too_many`` for more than one report may name."""
    if items.count > MOST_ITEMS or len(items.intervals) > MOST_RUNS:
        raise TooLarge(
            "items_too_many",
            N_(
                "Expected at most %(most)s items in at most %(runs)s runs, got "
                "%(count)s in %(found)s. Send several reports."
            ),
            most=MOST_ITEMS,
            runs=MOST_RUNS,
            count=items.count,
            found=len(items.intervals),
        )


def _answer_of(
    session: Session, report: Report, lot: Lot, now: datetime
) -> dict[str, Any] | None:
    """The answer the report got before; None when it is new, and is kept now."""
    new = insert_if_new(
        session,
        DeviceReport,
        id=report.id,
        device=report.device,
        lot_id=lot.id,
        digest=report.digest,
        answer={},
        received_at=now,
    )
    if new:
        return None
    known = session.get_one(DeviceReport, report.id)
    if known.digest != report.digest:
        raise Conflict(
            "report_contradicts",
            N_(
                "Report %(id)s said something else when it came first. Give a new "
                "report an id of its own."
            ),
            id=report.id,
        )
    return known.answer


Refused = tuple[str, int, str | list[str]]
"""Why, how many, and which: item numbers as text, or serials."""


def _sorted_out(
    session: Session, lot: Lot, report: Report
) -> tuple[ItemSet, ItemSet, list[Refused]]:
    """What is to be recorded, what is recorded already, and what cannot be."""
    issued = report.items & ItemSet.range(0, lot.next_item)
    balance = label_balance(session, lot.id)
    already, against = {
        "printed": (marked_items(session, lot.id, "printed"), EMPTY),
        "applied": (balance.applied, balance.voided | balance.taken | balance.missing),
        "voided": (balance.voided, balance.applied),
        "sampled": (balance.taken, balance.voided | balance.missing),
        "missing": (balance.missing, issued - balance.open),
        "reprinted": (EMPTY, EMPTY),
    }[report.kind]
    rest = issued - already
    named = (
        ("not_issued", report.items - issued),
        (AGAINST[report.kind], rest & against),
    )
    refused: list[Refused] = [
        (why, some.count, str(some)) for why, some in named if some
    ]
    if report.foreign:
        shown = list(report.foreign[:FOREIGN_SHOWN])
        refused.append(("not_of_this_lot", len(report.foreign), shown))
    return rest - against, issued & already, refused


def _record(
    session: Session,
    lot: Lot,
    report: Report,
    items: ItemSet,
    between: tuple[datetime, datetime],
    actor: Actor,
    now: datetime,
) -> None:
    if report.kind == "reprinted":
        return  # a code is printed once; its second label is kept by ``labels.jobs``
    if report.kind == "missing":
        report_missing(session, lot.id, items, report.reason, actor, now)
        return
    if report.kind != "applied":
        since, until = between
        mark_items(
            session,
            lot.id,
            items,
            report.kind,
            actor,
            until,
            since=since,
            reason=report.reason,
        )
        return
    if lot.line is None:
        raise Conflict(
            "lot_without_line", N_("Batch %(lot)s has no line."), lot=lot.code
        )
    book_applied(session, lot, lot.line, items, between, actor, now)


def _document(
    lot: Lot,
    report: Report,
    good: ItemSet,
    already: ItemSet,
    refused: list[Refused],
    between: tuple[datetime, datetime],
    flags: list[str],
    now: datetime,
) -> dict[str, Any]:
    since, until = between
    return {
        "id": report.id,
        "device": report.device,
        "lot_id": lot.id,
        "kind": report.kind,
        "by": report.by,
        "recorded": str(good),
        "recorded_count": good.count,
        "already": str(already),
        "already_count": already.count,
        "refused": [
            {
                "reason": why,
                "count": count,
                "items": which if isinstance(which, str) else "",
                "serials": which if isinstance(which, list) else [],
            }
            for why, count, which in refused
        ],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "flags": flags,
        "received_at": now.isoformat(),
    }
