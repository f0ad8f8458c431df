"""Lots: what they are, where they are, and what holds them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, NotFound
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.tables import Article, Line, Lot, Site
from ...trace.stock.queries import balances
from ...trace.stock.tables import Hold
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads
from .values import Code, Day, Shown

TAG = "Lots"

State = Literal[
    "planned",
    "in_production",
    "produced",
    "testing",
    "released",
    "recalled",
    "closed",
    "rejected",
]


class LotOut(Shown):
    """A received lot or an own batch."""

    id: int
    code: str
    """The batch number as it is written."""
    article: str
    """The article's code."""
    gtin: str | None
    kind: Literal["product", "ingredient", "packaging"]
    base_unit: Literal["piece", "mg", "ul"]
    origin: str
    """Code of the supplier who numbered it; empty for our own batches."""
    site: str | None
    line: str | None
    produced_on: date | None
    expires_on: date | None
    received_on: date | None
    status: State
    grade: Literal["quantity", "case", "item"]
    """How closely it is followed."""
    planned: int | None
    issued: int
    """Items with a number: 0 to `issued` - 1."""
    certificate: str


class LotQuery(PageQuery):
    code: Code | None = None
    article: Code | None = None
    line: Code | None = None
    """Code of the line."""
    status: State | None = None
    kind: Literal["product", "ingredient", "packaging"] | None = None
    produced_from: Day | None = None
    produced_to: Day | None = None


NAMED = {
    "article": Article.code,
    "gtin": Article.gtin,
    "kind": Article.kind,
    "base_unit": Article.base_unit,
    "site": Site.code,
    "line": Line.code,
    "issued": Lot.next_item,
}


@reads("/lots", "trace.read", page_of(LotOut), tag=TAG, query=LotQuery)
def list_lots(session: Session, query: LotQuery) -> Any:
    """Lots and batches.

    A line machine finds what is being made by `status=in_production&line=L2`.
    """
    plain = query.model_copy(update={"produced_from": None, "produced_to": None})
    select = equal(_lots(), plain, Lot, **NAMED)
    if query.produced_from is not None:
        select = select.where(Lot.produced_on >= query.produced_from)
    if query.produced_to is not None:
        select = select.where(Lot.produced_on <= query.produced_to)
    return page(session, select, query, Lot.id)


class PositionOut(Shown):
    """What of a lot is at one place."""

    place: str
    kind: str
    quantity: int
    known: str
    """Items known to be there, such as `0-4999,7000`."""
    possible: str
    """Items that are there or at another place where they are possible."""


class LotHoldOut(Shown):
    """A hold on a lot that is in force."""

    number: str
    hazard: str
    reason: str
    items: str | None
    """Null holds the whole lot."""
    placed_at: datetime


class LotDetail(LotOut):
    """A lot with its positions and holds."""

    positions: list[PositionOut]
    holds: list[LotHoldOut]


@reads("/lots/<int:lot_id>", "trace.read", LotDetail, tag=TAG)
def get_lot(session: Session, lot_id: int) -> Any:
    """One lot, with where it is and what holds are on it."""
    return lot_document(session, lot_id)


def lot_document(session: Session, lot_id: int) -> dict[str, Any]:
    """A lot as answers show it. Raises NotFound."""
    row = session.execute(_lots().where(Lot.id == lot_id)).mappings().first()
    if row is None:
        raise lot_unknown(lot_id)
    holds = session.scalars(
        sa.select(Hold)
        .where(Hold.lot_id == lot_id, Hold.state != "released")
        .order_by(Hold.id)
    ).unique()
    return {**row, "positions": _positions(session, lot_id), "holds": _holds(holds)}


def find_lot(session: Session, lot_id: int) -> Lot:
    """The lot with that id. Raises NotFound."""
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise lot_unknown(lot_id)
    return lot


def lot_unknown(lot_id: int) -> NotFound:
    return NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot=lot_id)


def _lots() -> sa.Select[Any]:
    return (
        sa.select(*columns(Lot, LotOut, **NAMED))
        .join(Article)
        .outerjoin(Site, Site.id == Lot.site_id)
        .outerjoin(Line, Line.id == Lot.line_id)
    )


def _positions(session: Session, lot_id: int) -> list[dict[str, Any]]:
    ledger = balances(session, [lot_id]).get(lot_id)
    held = sorted(ledger.real, key=lambda here: here.place.id) if ledger else []
    return [
        {
            "place": here.place.code,
            "kind": here.place.kind,
            "quantity": here.quantity,
            "known": str(here.known),
            "possible": str(here.possible),
        }
        for here in held
        if here.quantity or here.possible
    ]


def _holds(holds: Iterable[Hold]) -> list[dict[str, Any]]:
    """Holds by number: one order may hold several runs of items."""
    whole: set[str] = set()
    items: dict[str, ItemSet] = {}
    first: dict[str, Hold] = {}
    for hold in holds:
        first.setdefault(hold.number, hold)
        if hold.lo is None or hold.hi is None:
            whole.add(hold.number)
        else:
            span = ItemSet.range(hold.lo, hold.hi)
            items[hold.number] = items.get(hold.number, EMPTY) | span
    return [
        {
            "number": number,
            "hazard": hold.hazard,
            "reason": hold.reason,
            "items": None if number in whole else str(items[number]),
            "placed_at": hold.placed_at,
        }
        for number, hold in first.items()
    ]
