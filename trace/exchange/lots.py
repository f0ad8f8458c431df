"""Applying lots: received ones come from the supplier, our own from production."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..identity.gs1 import LotCode
from ..identity.items import ItemSet
from ..parties.tables import Article, Location, Lot
from ..production.batches import expiry
from ..production.codes import MOST_AT_ONCE, allot_codes
from ..production.marks import mark_items
from ..production.tables import Inspection
from ..stock.books import by_ids
from .book import already_there, cell_missing
from .inspected import Certified
from .job import Coded, Job, Moment, cell, plan_record
from .known_lots import KnownLot
from .rows import Row, WrongCell

NEVER = Moment(datetime.min.replace(tzinfo=UTC), "")
"""When a lot without stock was taken in."""
OWN_ONLY = ("line", "planned", "artwork", "work_order")
"""Columns that say nothing of a received lot."""
SAID = (
    *("produced_on", "received_on", "certificate"),
    *("planned", "artwork", "work_order"),
)
"""Columns that go into a lot as they are."""
WAS_RELEASED = ("released", "recalled", "closed")
"""States of a batch that passed its inspection."""


def add_lots(job: Job, rows: list[Row]) -> None:
    """Record lots and ask for their first movement; note which get codes."""

    def add(row: Row) -> None:
        lot, quantity, place, at, count = _read(job, row)
        lot.id = job.plan.new_id(Lot)
        plan_record(job, lot, row)
        if count:
            job.coded[lot.id] = Coded(lot.id, count, quantity, at.at)
            lot.next_item = count  # known as soon as it is written
        job.book.add_lot(KnownLot.of(lot))
        if lot.own and lot.status in WAS_RELEASED and lot.certificate:
            job.inspected.certified[lot.id] = _certified(job, lot, row)
        if place is not None:
            job.openings[lot.id] = place.code
            source = job.book.places["made" if lot.own else "supplied"]
            items = ItemSet.range(0, quantity) if count else None
            job.post(
                *(row, "quantity", lot.id, source.id, place.id, quantity, items, at),
                *(lot.code, "import"),
                opening=True,
            )

    job.each("lots", rows, add)


def certify_lots(job: Job) -> None:
    """A batch released with a certificate passed its inspection: that is on record."""
    told = job.inspected
    for lot_id, one in told.certified.items():
        if lot_id in told.passed:
            continue
        values = {
            "lot_id": lot_id,
            "kind": "outgoing",
            "at": one.at,
            "findings": [],
            "result": "pass",
            "certificate": one.certificate,
            "actor": job.actor.login,
        }
        job.plan.record(Inspection, values, one.row)


def _certified(job: Job, lot: Lot, row: Row) -> Certified:
    """When it passed is not told: at the latest when it got its state, or, where that
    is not known, when its day was over."""
    at = lot.status_since
    if at is None:
        day = lot.produced_on
        start = (
            datetime.combine(day, time(), job.book.zone(lot.site_id)) if day else None
        )
        at = job.now if start is None else min(start + timedelta(days=1), job.now)
    return Certified(lot.certificate, at, Row(row.file, row.line, {}))


def give_codes(
    session: Session,
    job: Job,
    ids: Mapping[int, int],
    key_version: int,
    now: datetime,
) -> None:
    """Give codes to new lots whose codes no file tells, and say when they were put on.

    That was during the lot's runs; without runs, on the production day: known to be on
    the packs, but not so well that a scope could be narrowed by it.
    """
    wanted = {ids[lot_id]: one for lot_id, one in job.coded.items()}
    for (lot,) in by_ids(session, sa.select(Lot), Lot.id, wanted):
        one = wanted[lot.id]
        if one.lot_id in job.bound:
            lot.next_item = one.count
        else:
            allot_codes(session, lot, one.count, key_version, job.actor, now)
        if one.quantity and one.lot_id not in job.noted:
            day = one.at, one.at + timedelta(days=1)
            t0, t1 = job.runs.get(one.lot_id, day)
            applied = ItemSet.range(0, one.quantity)
            until = max(t0, min(t1, now))
            mark_items(
                *(session, lot.id, applied, "applied", job.actor, until),
                since=t0,
                reason="import",
            )


def _read(job: Job, row: Row) -> tuple[Lot, int, Location | None, Moment, int]:
    """A lot without an id, its quantity, first place and time, and how many codes."""
    article = job.book.article(row)
    received = "supplier" in row.values
    if received:
        values, day = _received(job, row), "received_on"
    else:
        values, day = _own(job, row), "produced_on"
    with cell("lot"):
        ai10 = LotCode.from_batch_number(row["lot"]).text
    origin = row.get("supplier", "")
    if (article.id, origin, ai10) in job.book.forms:
        raise WrongCell("lot", already_there("lot", row["lot"]))
    grade = row.get("grade", "quantity")
    labels: int | None = row.get("labels")
    coded = row.get("coded", grade != "quantity" or bool(labels))
    _check_codes(row, article, coded, grade, received)
    quantity = job.quantity(row, article)
    count = _count(quantity, labels) if coded else 0
    place, at = _taken_in(job, row, day) if quantity else (None, NEVER)
    lot = Lot(
        article=article,
        article_id=article.id,
        origin=origin,
        code=row["lot"],
        ai10=ai10,
        grade=grade,
        status=_status(row, received, quantity),
        status_since=_moment(job, row, "status_since", values["site_id"]),
        caution_at=_moment(job, row, "caution_since", values["site_id"]),
        next_item=0,
        **row.only(SAID),
        expires_on=_expiry(row, article, received),
        **values,
    )
    return lot, quantity, place, at, count


def _count(quantity: int, labels: int | None) -> int:
    """How many item numbers a coded lot gave out: one for each pack, or more."""
    if quantity > MOST_AT_ONCE:
        raise WrongCell("quantity", _too_many_codes())
    if labels is None:
        return quantity
    if labels < quantity:
        raise WrongCell(
            "labels",
            InvalidInput(
                "labels_too_few",
                N_(
                    "Expected a number for each of %(quantity)s packs, found %(found)s."
                ),
                quantity=quantity,
                found=labels,
            ),
        )
    return labels


def _received(job: Job, row: Row) -> dict[str, Any]:
    for column in OWN_ONLY:
        if column in row.values:
            raise WrongCell(column, _own_only(column))
    partner = job.book.partner(row, "supplier", "supplier")
    site_id = job.book.site(row).id if "site" in row.values else None
    return {"supplier_id": partner.id, "site_id": site_id}


def _moment(job: Job, row: Row, column: str, site_id: int | None) -> datetime | None:
    if column not in row.values:
        return None
    return job.moment(row, column, job.book.zone(site_id)).at


def _own(job: Job, row: Row) -> dict[str, Any]:
    if "received_on" in row.values:
        raise WrongCell(
            "received_on",
            InvalidInput(
                "supplier_missing",
                N_("A received lot needs its supplier; our own batch has none."),
            ),
        )
    if "line" in row.values:
        line = job.book.line(row)
        return {"line": line, "line_id": line.id, "site_id": line.site_id}
    return {"site_id": job.book.site(row).id}


def _check_codes(
    row: Row, article: Article, coded: bool, grade: str, received: bool
) -> None:
    if not coded and grade == "quantity":
        return
    column = "coded" if "coded" in row.values else "grade"
    if received:
        raise WrongCell(column, _own_only(column))
    if article.base_unit != "piece":
        raise WrongCell(
            column,
            InvalidInput(
                "codes_not_counted",
                N_("Codes go on single packs, but %(article)s is counted in %(base)s."),
                article=article.code,
                base=article.base_unit,
            ),
        )
    if not coded:
        raise WrongCell(
            column,
            InvalidInput(
                "grade_needs_codes",
                N_("A lot followed by %(grade)s needs item codes: write yes."),
                grade=grade,
            ),
        )


def _taken_in(job: Job, row: Row, day: str) -> tuple[Location, Moment]:
    """Where a lot was taken into stock, and since when it was there."""
    place = job.book.our_place(row)
    if day not in row.values:
        raise WrongCell(day, cell_missing(day))
    return place, job.day_start(row, day, job.book.zone(place.site_id))


def _status(row: Row, received: bool, quantity: int) -> str:
    usual = "released" if received else "produced" if quantity else "planned"
    status: str = row.get("status", usual)
    if quantity and status == "planned":
        raise WrongCell(
            "status",
            InvalidInput(
                "status_contradicts",
                N_("A planned lot has no quantity yet, but this has %(quantity)s."),
                quantity=quantity,
            ),
        )
    if status == "released" and not received and "certificate" not in row.values:
        # Food Safety Law art. 52: only inspected goods are released (domain.md §2.2 B2)
        raise WrongCell(
            "certificate",
            InvalidInput(
                "certificate_missing",
                N_("Expected the number of the inspection certificate."),
            ),
        )
    return status


def _expiry(row: Row, article: Article, received: bool) -> Any:
    produced = row.get("produced_on")
    expires = row.get("expires_on")
    if expires is None:
        return None if received or produced is None else expiry(article, produced)
    if produced is not None and expires < produced:
        raise WrongCell(
            "expires_on",
            InvalidInput(
                "dates_reversed",
                N_("Expected a date from %(start)s on, found %(end)s."),
                start=produced,
                end=expires,
            ),
        )
    return expires


def _own_only(column: str) -> InvalidInput:
    return InvalidInput(
        "own_lots_only",
        N_("The column %(column)s is for batches of our own: leave it empty."),
        column=column,
    )


def _too_many_codes() -> InvalidInput:
    return InvalidInput(
        "count_too_large",
        N_("Expected at most %(most)s labels at once."),
        most=MOST_AT_ONCE,
    )
