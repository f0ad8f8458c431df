"""Applying shipments and movements: what they move is told in one of three ways."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..errors import N_, Conflict, InvalidInput
from ..identity.items import ItemSet
from ..parties.tables import Location
from ..stock.service import Move
from ..stock.tables import Movement, Shipment
from .amounts import to_base
from .book import already_there, cell_missing, found_among
from .job import Job, Post, cell, check_order
from .production import rows_disagree
from .rows import Row, WrongCell
from .units import Content, contents_of, contents_of_row, quantity_contradicts

SHIPMENT_TEXTS = ("carrier", "vehicle", "driver_phone")

Known = dict[str, tuple[Content, ...]]


@dataclass(frozen=True, slots=True)
class _Load:
    """What one row moves of one lot."""

    lot_id: int
    quantity: int
    items: ItemSet | None
    column: str
    """The column that says how much."""


def add_shipments(job: Job, rows: list[Row]) -> None:
    """Shipments, a row for each lot or list of cases on one.

    Goods leave ``place`` for the consignee's transit place when shipped, and reach the
    consignee when delivered.
    """
    known = contents_of(job, _ssccs(rows))
    taken = _recorded_shipments(job, rows)
    shipments: dict[str, tuple[Shipment, Row]] = {}
    posts: list[tuple[Post, Shipment, Location]] = []
    gone: set[str] = set()
    for row in rows:
        with job.row("shipments", row):
            if row["number"] in taken:
                raise WrongCell("number", already_there("shipment", row["number"]))
            shipment = _shipment(job, row, shipments)
            source = job.book.our_place(row)
            loads = _loads(job, row, known)
            _ship_once(row, gone)
            transit = job.book.places[f"{row['consignee']}/T"]
            for load in loads:
                move = _move(load, source, transit, shipment.shipped_at, row["number"])
                post = Post(row, load.column, move)
                posts.append((post, shipment, job.book.places[row["consignee"]]))
    job.session.add_all(shipment for shipment, _ in shipments.values())
    job.session.flush()
    for post, shipment, consignee in posts:
        sent = replace(post.move, shipment_id=shipment.id, reason="shipped")
        job.posts.append(replace(post, move=sent))
        if shipment.delivered_at is not None:
            arrived = replace(
                sent,
                source_id=sent.target_id,
                target_id=consignee.id,
                at=shipment.delivered_at,
                reason="delivered",
            )
            job.posts.append(replace(post, move=arrived))


def add_movements(job: Job, rows: list[Row]) -> None:
    """Movements between any two places, such as transfers, samples and returns."""
    known = contents_of(job, _ssccs(rows))
    taken = _recorded_movements(job, rows)
    for row in rows:
        with job.row("movements", row):
            source, target = job.book.place(row, "from"), job.book.place(row, "to")
            at = job.moment(row, "at", job.book.zone(source.site_id or target.site_id))
            for load in _loads(job, row, known):
                move = _move(load, source, target, at, row["document"])
                key = _key(move)
                if key in taken:
                    raise WrongCell(
                        "document", already_there("movement", row["document"])
                    )
                taken.add(key)
                move = replace(move, reason=row.get("reason", ""))
                job.posts.append(Post(row, load.column, move))


def _shipment(
    job: Job, row: Row, shipments: dict[str, tuple[Shipment, Row]]
) -> Shipment:
    """The shipment of a row: new, or of an earlier row that says the same."""
    site = job.book.site(row) if "site" in row.values else None
    place = job.book.our_place(row)
    site_id = site.id if site else place.site_id
    if site_id is None:
        raise WrongCell("site", cell_missing("site"))
    consignee = job.book.partner(row, "consignee", "consignee")
    zone = job.book.zone(site_id)
    shipped = job.moment(row, "shipped_at", zone)
    delivered: datetime | None = None
    if "delivered_at" in row.values:
        delivered = job.moment(row, "delivered_at", zone)
        check_order(shipped, delivered, "delivered_at")
    values: dict[str, Any] = {
        "site_id": site_id,
        "consignee_id": consignee.id,
        "shipped_at": shipped,
        "delivered_at": delivered,
        **{name: row.get(name, "") for name in SHIPMENT_TEXTS},
    }
    if row["number"] not in shipments:
        new = Shipment(number=row["number"], **values)
        shipments[row["number"]] = new, row
        return new
    known, _ = shipments[row["number"]]
    if any(getattr(known, name) != value for name, value in values.items()):
        raise WrongCell("number", rows_disagree(row["number"]))
    return known


def _loads(job: Job, row: Row, known: Known) -> list[_Load]:
    """What a row moves: by cases, by items or by quantity."""
    if "sscc" in row.values:
        return _by_case(job, row, known)
    if "lot" not in row.values:
        raise WrongCell("lot", cell_missing("lot"))
    lot = job.book.lot(row)
    items: ItemSet | None = row.get("items")
    quantity: int | None = None
    if "quantity" in row.values:
        with cell("quantity"):
            quantity = to_base(lot.article, row["quantity"], row.get("unit"))
    if items is None:
        if quantity is None:
            raise WrongCell("quantity", cell_missing("quantity"))
        return [_Load(lot.id, quantity, None, "quantity")]
    if quantity not in (None, items.count):
        raise WrongCell("quantity", quantity_contradicts(quantity or 0, items.count))
    return [_Load(lot.id, items.count, items, "items")]


def _by_case(job: Job, row: Row, known: Known) -> list[_Load]:
    if "items" in row.values:
        raise WrongCell(
            "items",
            InvalidInput(
                "items_and_cases",
                N_("Expected items or cases, found both: the cases say which items."),
            ),
        )
    contents = contents_of_row(job, row, known)
    total = sum(content.quantity for content in contents)
    if "lot" in row.values:
        lot = job.book.lot(row)
        if {content.lot_id for content in contents} != {lot.id}:
            raise WrongCell(
                "lot",
                Conflict(
                    "case_of_other_lot",
                    N_("The cases do not hold lot %(lot)s alone."),
                    lot=lot.code,
                ),
            )
        if "quantity" in row.values:
            with cell("quantity"):
                quantity = to_base(lot.article, row["quantity"], row.get("unit"))
            if quantity != total:
                raise WrongCell("quantity", quantity_contradicts(quantity, total))
    return [
        _Load(content.lot_id, content.quantity, content.items, "sscc")
        for content in contents
    ]


def _move(
    load: _Load, source: Location, target: Location, at: datetime, document: str
) -> Move:
    return Move(
        lot_id=load.lot_id,
        source_id=source.id,
        target_id=target.id,
        at=at,
        document=document,
        quantity=load.quantity,
        items=load.items,
    )


def _ship_once(row: Row, gone: set[str]) -> None:
    """A case leaves once; the ledger cannot tell where its items are not known."""
    for sscc in row.get("sscc", ()):
        if sscc in gone:
            raise WrongCell("sscc", already_there("case", sscc))
        gone.add(sscc)


def _recorded_shipments(job: Job, rows: list[Row]) -> set[str]:
    numbers = {row["number"] for row in rows}
    found = found_among(
        job.session, sa.select(Shipment.number), Shipment.number, numbers
    )
    return {row.number for row in found}


def _recorded_movements(job: Job, rows: list[Row]) -> set[tuple[object, ...]]:
    columns = (
        Movement.document,
        Movement.lot_id,
        Movement.from_id,
        Movement.to_id,
        Movement.at,
        Movement.quantity,
        Movement.lo,
    )
    documents = {row["document"] for row in rows}
    found = found_among(job.session, sa.select(*columns), Movement.document, documents)
    return {tuple(row) for row in found}


def _key(move: Move) -> tuple[object, ...]:
    """What makes two rows the same movement: of items, the first run tells."""
    quantity, lo = move.quantity, None
    if move.items:
        lo, hi = move.items.intervals[0]
        quantity = hi - lo
    places = move.source_id, move.target_id
    return move.document, move.lot_id, *places, move.at, quantity, lo


def _ssccs(rows: Iterable[Row]) -> set[str]:
    return {sscc for row in rows for sscc in row.get("sscc", ())}
