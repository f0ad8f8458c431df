"""Applying lots: received ones come from the supplier, our own from production."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..errors import N_, InvalidInput
from ..identity.gs1 import LotCode
from ..identity.items import ItemSet
from ..parties.tables import Article, Location, Lot
from ..production.batches import expiry
from ..production.codes import MOST_AT_ONCE, allot_codes
from ..production.marks import mark_items
from ..stock.service import Move
from .amounts import to_base
from .book import already_there, cell_missing
from .job import Job, Post, cell
from .rows import Row, WrongCell

OWN_ONLY = ("site", "line", "planned")
"""Columns that say nothing of a received lot."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A lot of a row, before it has an id."""

    row: Row
    lot: Lot
    quantity: int
    place: Location | None
    at: datetime
    """When it was received or made; the import's moment for a lot without stock."""
    coded: bool
    """Every pack gets an item code."""


def add_lots(job: Job, rows: list[Row]) -> None:
    """Record lots and ask for their first movement; give codes to coded ones."""
    made: list[_Made] = []
    for row in rows:
        with job.row("lots", row):
            one = _read(job, row)
            job.session.add(one.lot)
            job.book.add_lot(one.lot)
            made.append(one)
    job.session.flush()
    for one in made:
        if one.coded and one.quantity:
            allot_codes(
                job.session,
                one.lot,
                one.quantity,
                job.key_version,
                job.actor,
                job.now,
            )
        if one.place is not None:
            job.posts.append(_opening(job, one, one.place))


def mark_applied(job: Job) -> None:
    """Say when the codes of imported lots were put on: during the lot's runs.

    Without runs that is the production day: known to be on the packs, but not so well
    that a scope could be narrowed by it.
    """
    for post in job.posts:
        items = post.move.items
        if not post.opening or items is None:
            continue
        day = post.move.at
        t0, t1 = job.runs.get(post.move.lot_id, (day, day + timedelta(days=1)))
        last = max(t0, min(t1, job.now))
        mark_items(
            job.session,
            post.move.lot_id,
            items,
            "applied",
            job.actor,
            last,
            since=t0,
            reason="import",
        )


def _read(job: Job, row: Row) -> _Made:
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
    with cell("quantity"):
        quantity = to_base(article, row["quantity"], row.get("unit"))
    if coded and quantity > MOST_AT_ONCE:
        raise WrongCell("quantity", _too_many_codes())
    place, at = _taken_in(job, row, day) if quantity else (None, job.now)
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
    return _Made(row, lot, quantity, place, at, coded)


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


def _taken_in(job: Job, row: Row, day: str) -> tuple[Location, datetime]:
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


def _opening(job: Job, one: _Made, place: Location) -> Post:
    source = job.book.places["made" if one.lot.own else "supplied"]
    move = Move(
        lot_id=one.lot.id,
        source_id=source.id,
        target_id=place.id,
        at=one.at,
        document=one.lot.code,
        quantity=one.quantity,
        items=ItemSet.range(0, one.quantity) if one.coded else None,
        reason="import",
    )
    return Post(one.row, "quantity", move, opening=True)


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
