"""Goods: stock, movements, shipments, cases and holds."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, aliased

from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Article, Location, Lot, Partner, Site
from ...trace.stock.tables import (
    Hold,
    LogisticUnit,
    Movement,
    Shipment,
    Stock,
    UnitContent,
)
from .master import columns, equal
from .much import Sscc
from .paging import PageQuery, page, page_of
from .room import reads
from .values import AskedId, Code, Shown

TAG = "Stock"


class StockOut(Shown):
    """How much of a lot is at a place."""

    lot_id: int
    lot: str
    article: str
    place: str
    kind: str
    """Kind of the place."""
    quantity: int
    unit: str


class StockQuery(PageQuery):
    lot_id: AskedId | None = None
    place: Code | None = None
    """Code of the place."""
    kind: Code | None = None
    """Kind of the place, such as `warehouse`."""


@reads("/stock", "trace.read", page_of(StockOut), tag=TAG, query=StockQuery)
def list_stock(session: Session, query: StockQuery) -> Any:
    """Balances of lots at places; those of nothing are left out."""
    named = {
        "lot": Lot.code,
        "article": Article.code,
        "place": Location.code,
        "kind": Location.kind,
        "unit": Article.base_unit,
    }
    keys = (Stock.lot_id.label("key0"), Stock.location_id.label("key1"))
    select = (
        sa.select(*columns(Stock, StockOut, **named), *keys)
        .join(Lot, Lot.id == Stock.lot_id)
        .join(Article, Article.id == Lot.article_id)
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.quantity != 0)
    )
    filtered = equal(select, query, Stock, **named)
    return page(session, filtered, query, Stock.lot_id, Stock.location_id)


class MovementOut(Shown):
    """A quantity of a lot that went from one place to another."""

    id: int
    document: str
    lot_id: int
    lot: str
    source: str
    target: str
    quantity: int
    first_item: int | None
    last_item: int | None
    at: datetime
    recorded_at: datetime
    reason: str
    actor: str
    shipment: str | None
    """Number of the shipment it belongs to."""


class MovementQuery(PageQuery):
    lot_id: AskedId | None = None
    document: Code | None = None


@reads("/movements", "trace.read", page_of(MovementOut), tag=TAG, query=MovementQuery)
def list_movements(session: Session, query: MovementQuery) -> Any:
    """Movements of the stock ledger, as they were recorded."""
    source, target = aliased(Location), aliased(Location)
    named = {
        "lot": Lot.code,
        "source": source.code,
        "target": target.code,
        "first_item": Movement.lo,
        "last_item": Movement.hi - 1,
        "shipment": Shipment.number,
    }
    select = (
        sa.select(*columns(Movement, MovementOut, **named))
        .join(Lot, Lot.id == Movement.lot_id)
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .outerjoin(Shipment, Shipment.id == Movement.shipment_id)
    )
    return page(session, equal(select, query, Movement), query, Movement.id)


class ShipmentOut(Shown):
    """A delivery to one consignee."""

    id: int
    number: str
    site: str
    consignee: str
    """Code of the partner."""
    carrier: str
    vehicle: str
    shipped_at: datetime
    delivered_at: datetime | None


class ShipmentQuery(PageQuery):
    number: Code | None = None
    consignee: Code | None = None


@reads("/shipments", "trace.read", page_of(ShipmentOut), tag=TAG, query=ShipmentQuery)
def list_shipments(session: Session, query: ShipmentQuery) -> Any:
    """Shipments; what was on them is told by their movements."""
    named = {"site": Site.code, "consignee": Partner.code}
    select = (
        sa.select(*columns(Shipment, ShipmentOut, **named))
        .join(Site, Site.id == Shipment.site_id)
        .join(Partner, Partner.id == Shipment.consignee_id)
    )
    return page(session, equal(select, query, Shipment, **named), query, Shipment.id)


class HoldOut(Shown):
    """Goods that may not leave: a whole lot, or a run of its items."""

    id: int
    number: str
    lot_id: int
    lot: str
    first_item: int | None
    """Null holds the whole lot."""
    last_item: int | None
    hazard: Literal["health", "quality", "label", "other"]
    reason: str
    state: Literal["active", "release_requested", "released"]
    placed_by: str
    placed_at: datetime
    released_at: datetime | None


class HoldQuery(PageQuery):
    lot_id: AskedId | None = None
    number: Code | None = None
    state: Literal["active", "release_requested", "released"] | None = None


@reads("/holds", "trace.read", page_of(HoldOut), tag=TAG, query=HoldQuery)
def list_holds(session: Session, query: HoldQuery) -> Any:
    """Holds. One number may stand for several lots or runs of items."""
    named = {"lot": Lot.code, "first_item": Hold.lo, "last_item": Hold.hi - 1}
    select = sa.select(*columns(Hold, HoldOut, **named))
    select = select.join(Lot, Lot.id == Hold.lot_id)
    return page(session, equal(select, query, Hold), query, Hold.id)


class ContentOut(Shown):
    """What of one lot is in a case."""

    lot_id: int
    lot: str
    quantity: int
    first_item: int | None
    last_item: int | None
    removed_at: datetime | None


class UnitOut(Shown):
    """A case or pallet, and what is in it."""

    sscc: Sscc
    level: Literal["case", "pallet"]
    state: Literal["open", "closed", "dissolved"]
    parent: str | None
    """SSCC of what it stands on."""
    place: str | None
    """Where it was last seen as a whole."""
    built_at: datetime | None
    contents: list[ContentOut]
    units: list["UnitOut"] = Field(default_factory=list)
    """The cases on it."""


MOST_INSIDE = 10_000


@reads("/units/<sscc>", "trace.read", UnitOut, tag=TAG)
def get_unit(session: Session, sscc: str) -> Any:
    """A case or pallet by its SSCC, with all that is in it.

    At most 10,000 cases are shown.
    """
    return unit_document(session, sscc)


def unit_document(session: Session, sscc: str) -> dict[str, Any]:
    """A unit and all in it, as answers show it. Raises NotFound."""
    top = session.scalar(sa.select(LogisticUnit).where(LogisticUnit.sscc == sscc))
    if top is None:
        raise NotFound(
            "unit_unknown", N_("No case or pallet %(sscc)s is recorded."), sscc=sscc
        )
    units = _inside(session, top.id)
    ids = [row["id"] for row in units]
    contents: dict[int, list[Any]] = {}
    for row in _contents(session, ids):
        contents.setdefault(row["unit_id"], []).append(row)
    trees = {
        row["id"]: {**row, "contents": contents.get(row["id"], []), "units": []}
        for row in units
    }
    for tree in trees.values():
        if tree["id"] != top.id and tree["parent_id"] in trees:
            trees[tree["parent_id"]]["units"].append(tree)
    return trees[top.id]


def _inside(session: Session, top: int) -> list[dict[str, Any]]:
    """A unit and all that stands on it, however deep; the outermost first."""
    reach = sa.select(LogisticUnit.id).where(LogisticUnit.id == top)
    inside = reach.cte("inside", recursive=True)
    below = sa.select(LogisticUnit.id).join(
        inside, LogisticUnit.parent_id == inside.c.id
    )
    inside = inside.union(below)
    parent = aliased(LogisticUnit)
    rows = session.execute(
        sa.select(
            LogisticUnit.id,
            LogisticUnit.parent_id,
            LogisticUnit.sscc,
            LogisticUnit.level,
            LogisticUnit.state,
            LogisticUnit.built_at,
            parent.sscc.label("parent"),
            Location.code.label("place"),
        )
        .join(inside, inside.c.id == LogisticUnit.id)
        .outerjoin(parent, parent.id == LogisticUnit.parent_id)
        .outerjoin(Location, Location.id == LogisticUnit.location_id)
        .order_by(LogisticUnit.id != top, LogisticUnit.id)
        .limit(MOST_INSIDE)
    )
    return [dict(row) for row in rows.mappings()]


def _contents(session: Session, units: list[int]) -> list[Any]:
    rows = session.execute(
        sa.select(
            UnitContent.unit_id,
            UnitContent.lot_id,
            Lot.code.label("lot"),
            UnitContent.quantity,
            UnitContent.lo.label("first_item"),
            (UnitContent.hi - 1).label("last_item"),
            UnitContent.removed_at,
        )
        .join(Lot, Lot.id == UnitContent.lot_id)
        .where(UnitContent.unit_id.in_(units))
        .order_by(UnitContent.id)
    )
    return [dict(row) for row in rows.mappings()]
