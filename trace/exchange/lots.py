"""Applying lots: received ones come from the supplier, our own from production."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..identity.gs1 import LotCode
from ..identity.items import ItemSet
from ..parties.tables import Article, Location, Lot
from ..people import Actor
from ..production.batches import expiry
from ..production.codes import MOST_AT_ONCE, allot_codes
from ..production.marks import mark_items
from ..stock.books import by_ids
from .book import already_there, cell_missing
from .job import Coded, Job, Moment, cell, plan_record
from .known_lots import KnownLot
from .rows import Row, WrongCell

NEVER = Moment(datetime.min.replace(tzinfo=UTC), "")
"""When a lot without stock was taken in."""
OWN_ONLY = ("site", "line", "planned")
"""Columns that say nothing of a received lot."""


def add_lots(job: Job, rows: list[Row]) -> None:
    """Record lots and ask for their first movement; note which get codes."""

    def add(row: Row) -> None:
        lot, quantity, place, at, coded = _read(job, row)
        lot.id = job.plan.new_id(Lot)
        plan_record(job, lot, row)
        if coded and quantity:
            job.coded.append(Coded(lot.id, quantity, at.at))
            lot.next_item = quantity  # known as soon as it is written
        job.book.add_lot(KnownLot.of(lot))
        if place is not None:
            job.openings[lot.id] = place.code
            source = job.book.places["made" if lot.own else "supplied"]
            items = ItemSet.range(0, quantity) if coded else None
            job.post(
                *(row, "quantity", lot.id, source.id, place.id, quantity, items, at),
                *(lot.code, "import"),
                opening=True,
            )

    job.each("lots", rows, add)


def give_codes(
    session: Session,
    coded: Iterable[Coded],
    runs: Mapping[int, tuple[datetime, datetime]],
    key_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Give codes to new lots and say when they were put on: during the lot's runs.

    Without runs that is the production day: known to be on the packs, but not so well
    that a scope could be narrowed by it.
    """
    wanted = {one.lot_id: one for one in coded}
    select = sa.select(Lot)
    for (lot,) in by_ids(session, select, Lot.id, wanted):
        one = wanted[lot.id]
        allot_codes(session, lot, one.quantity, key_version, actor, now)
        t0, t1 = runs.get(lot.id, (one.at, one.at + timedelta(days=1)))
        mark_items(
            session,
            lot.id,
            ItemSet.range(0, one.quantity),
            "applied",
            actor,
            max(t0, min(t1, now)),
            since=t0,
            reason="import",
        )


def _read(job: Job, row: Row) -> tuple[Lot, int, Location | None, Moment, bool]:
    """A lot without an id, its quantity, its first place and time, and if coded."""
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
    coded = row.get("coded", grade != "quantity")
    _check_codes(row, article, coded, grade, received)
    quantity = job.quantity(row, article)
    if coded and quantity > MOST_AT_ONCE:
        raise WrongCell("quantity", _too_many_codes())
    place, at = _taken_in(job, row, day) if quantity else (None, NEVER)
    lot = Lot(
        article=article,
        article_id=article.id,
        origin=origin,
        code=row["lot"],
        ai10=ai10,
        grade=grade,
        status=_status(row, received, quantity),
        next_item=0,
        **row.only(("produced_on", "received_on", "certificate", "planned")),
        expires_on=_expiry(row, article, received),
        **values,
    )
    return lot, quantity, place, at, coded


def _received(job: Job, row: Row) -> dict[str, Any]:
    for column in OWN_ONLY:
        if column in row.values:
            raise WrongCell(column, _own_only(column))
    partner = job.book.partner(row, "supplier", "supplier")
    return {"supplier_id": partner.id}


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
