"""Goods that left and nobody wrote down of which batch: recorded, and named later."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from ...trace.parties.lots import find_place
from ...trace.parties.tables import Article, Partner
from ...trace.people import Actor
from ...trace.stock.shipping import Transport
from ...trace.stock.tables import Shipment, Unbatched
from ...trace.stock.unbatched import (
    Named,
    find_unbatched,
    likely_lots,
    name_batches,
    record_unbatched,
)
from .batches import find_article
from .goods import TAG
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads, writes
from .shipping import find_partner, find_site
from .values import PLAIN, Code, Id, Line, Moment, Quantity, Shown, Told


class UnbatchedOut(Shown):
    """So much of an article on a shipment, of a batch not known."""

    id: int
    shipment: str
    """Its number."""
    consignee: str
    """Code of the partner."""
    article: str
    quantity: int
    """What is not named yet, in the base unit."""
    unit: str
    shipped_at: datetime
    delivered_at: datetime | None


class UnbatchedQuery(PageQuery):
    consignee: Code | None = None
    article: Code | None = None


NAMES = {
    "shipment": Shipment.number,
    "consignee": Partner.code,
    "article": Article.code,
    "unit": Article.base_unit,
    "shipped_at": Shipment.shipped_at,
    "delivered_at": Shipment.delivered_at,
}


def _rows() -> sa.Select[Any]:
    return (
        sa.select(*columns(Unbatched, UnbatchedOut, **NAMES))
        .join(Shipment, Shipment.id == Unbatched.shipment_id)
        .join(Partner, Partner.id == Shipment.consignee_id)
        .join(Article, Article.id == Unbatched.article_id)
    )


@reads("/unbatched", "trace.read", page_of(UnbatchedOut), tag=TAG, query=UnbatchedQuery)
def list_unbatched(session: Session, query: UnbatchedQuery) -> Any:
    """What left without a batch and is not named yet.

    A recall rings these consignees too, for every batch that could be sent that day.
    """
    named = {"consignee": Partner.code, "article": Article.code}
    return page(session, equal(_rows(), query, Unbatched, **named), query, Unbatched.id)


class UnbatchedIn(Told):
    """What left, as far as the paper says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "YL1",
                    "consignee": "K01",
                    "article": "BJ200",
                    "quantity": 1200,
                    "shipped_at": "2026-11-24T10:00:00+08:00",
                    "number": "SH-8841",
                }
            ]
        }
    )

    site: Code
    consignee: Code
    article: Code
    """Code or GTIN-14."""
    quantity: Quantity
    shipped_at: Moment
    delivered_at: Moment | None = None
    """Left out while it is on the way."""
    number: Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)] = ""
    """Of the delivery note; left out, the shipment gets the next number."""
    carrier: Line = ""
    vehicle: Line = ""
    driver_phone: Line = ""


@writes("/unbatched", "stock.move", UnbatchedIn, UnbatchedOut, tag=TAG)
def post_unbatched(
    session: Session, body: UnbatchedIn, actor: Actor, now: datetime
) -> Any:
    """Record goods that left without a batch. No stock moves, no batch is invented."""
    row = record_unbatched(
        session,
        find_partner(session, body.consignee).id,
        find_site(session, body.site).id,
        find_article(session, body.article).id,
        body.quantity,
        body.shipped_at,
        Transport(body.carrier, body.vehicle, body.driver_phone),
        actor,
        now,
        number=body.number.strip(),
        delivered_at=body.delivered_at,
    )
    return _shown(session, row.id)


class LikelyOut(Shown):
    """A batch it may have been of, as it is booked at a place now."""

    lot_id: int
    lot: str
    place: str
    there: int
    estimate: int
    """Had the first to expire gone first: information, which excludes nothing."""


class UnbatchedDetail(UnbatchedOut):
    """The same with the batches it may have been of."""

    likely: list[LikelyOut]


@reads("/unbatched/<int:number>", "trace.read", UnbatchedDetail, tag=TAG)
def get_unbatched(session: Session, number: int) -> Any:
    """What left without a batch, and which batches it may have been of."""
    row = find_unbatched(session, number)
    likely = [
        {
            "lot_id": one.lot.id,
            "lot": one.lot.code,
            "place": one.place.code,
            "there": one.there,
            "estimate": one.estimate,
        }
        for one in likely_lots(session, row)
    ]
    return _shown(session, number) | {"likely": likely}


class NamedIn(Told):
    """So much of it was of a lot, taken from a place of ours."""

    lot_id: Id
    place: Code
    quantity: Quantity


class NamingIn(Told):
    """Of which batches it was, in whole or in part."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"lots": [{"lot_id": 17, "place": "FG1", "quantity": 1200}]}]
        }
    )

    lots: Annotated[list[NamedIn], Field(min_length=1, max_length=100)]


class NamedOut(Shown):
    """What is left to name."""

    shipment: str
    left: int


@writes("/unbatched/<int:number>/named", None, NamingIn, NamedOut, tag=TAG, status=200)
def name_unbatched(
    session: Session, body: NamingIn, number: int, actor: Actor, now: datetime
) -> Any:
    """Say of which batches it was: the movements are booked as of when it left.

    Takes `stock.move`; for a batch that may not leave, held or not released, it takes
    `batch.release` instead, for it did leave.
    """
    shipment = find_unbatched(session, number).shipment.number
    named = [
        Named(one.lot_id, find_place(session, one.place).id, one.quantity)
        for one in body.lots
    ]
    left = name_batches(session, number, named, actor, now)
    return {"shipment": shipment, "left": left}


def _shown(session: Session, number: int) -> dict[str, Any]:
    found = session.execute(_rows().where(Unbatched.id == number))
    return dict(found.mappings().one())
