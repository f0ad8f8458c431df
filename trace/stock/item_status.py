"""What is known of one item: for the consumer's scan and for ``verify``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ..db import UtcDateTime
from ..identity.tables import CodeBinding, CodeBlock, CodeSeries, ItemMark, ItemSegment
from ..parties.tables import Location, Lot
from .books import PLACE_COLUMNS
from .holds import IN_FORCE
from .places import OUTSIDE, Place
from .tables import Hold, Movement, StockItem


@dataclass(frozen=True, slots=True)
class Segment:
    """Something that happened to the item between two times."""

    kind: str
    """printed, applied, voided, sampled or missing."""
    t0: datetime
    t1: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What a recall or an inquiry wrote down for the scan page."""

    kind: str
    """recalled or suspect."""
    public_no: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """Everything known of an issued item."""

    series: int
    item: int
    word: str
    """The gravest that holds: recalled, suspect, voided, applied, printed, unbound."""
    issued_at: datetime
    lot: Lot | None = None
    """Its lot with article, line and site read along; None while unbound."""
    lot_item: int | None = None
    """Its number within the lot."""
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()
    holds: tuple[str, ...] = ()
    """Numbers of the holds in force on it."""
    first_shipped_at: datetime | None = None
    """When the item, or a part of its lot that may have held it, first left us."""
    left_at: datetime | None = None
    """When the item itself was first read as it left us; of a count that left nobody
    knows whether it was among it."""
    known_at: Place | None = None
    possible_at: tuple[Place, ...] = ()
    """Where it may be, when the ledger knows that much."""

    @property
    def caution_at(self) -> datetime | None:
        """Since when the lot's page asks not to eat it."""
        return self.lot.caution_at if self.lot else None


def item_status(
    session: Session, series: int, item: int, key_version: int
) -> ItemStatus | None:
    """The status of an item of a code series, in at most six queries.

    None when no such code was ever issued under that key version.
    """
    code = session.execute(
        sa.select(
            CodeBlock.issued_at,
            CodeBinding.lot_id,
            (CodeBinding.lot_lo + item - CodeBinding.lo).label("lot_item"),
        )
        .select_from(CodeSeries)
        .join(CodeBlock, CodeBlock.series_id == CodeSeries.id)
        .outerjoin(
            CodeBinding,
            sa.and_(
                CodeBinding.series_id == CodeSeries.id,
                CodeBinding.lo <= item,
                CodeBinding.hi > item,
            ),
        )
        .where(
            CodeSeries.id == series,
            CodeSeries.issued > item,
            CodeBlock.key_version == key_version,
            CodeBlock.first <= item,
            CodeBlock.first + CodeBlock.count > item,
        )
    ).first()
    if code is None:
        return None
    if code.lot_id is None:
        return ItemStatus(series, item, "unbound", code.issued_at)
    return _bound(session, series, item, code.issued_at, code.lot_id, code.lot_item)


def _bound(
    session: Session,
    series: int,
    item: int,
    issued_at: datetime,
    lot_id: int,
    lot_item: int,
) -> ItemStatus:
    read = _covers(Movement, lot_id, lot_item)
    counted = sa.and_(Movement.lot_id == lot_id, Movement.lo.is_(None))
    lot, first_shipped_at, left_at = (
        session.execute(
            sa.select(
                Lot,
                _first_shipped(sa.or_(counted, sa.and_(*read))),
                _first_shipped(sa.and_(*read)),
            ).where(Lot.id == lot_id)
        )
        .unique()
        .one()
    )
    segment, mark, hold, stock = ItemSegment, ItemMark, Hold, StockItem
    segments = session.execute(
        sa.select(segment.kind, segment.t0, segment.t1)
        .where(*_covers(segment, lot_id, lot_item))
        .order_by(segment.t0, segment.id)
    )
    marks = session.execute(
        sa.select(mark.kind, mark.public_no, mark.url, mark.at)
        .where(*_covers(mark, lot_id, lot_item))
        .order_by(mark.at, mark.id)
    )
    holds = session.scalars(
        sa.select(hold.number)
        .where(
            hold.lot_id == lot_id,
            hold.state.in_(IN_FORCE),
            sa.or_(hold.lo.is_(None), sa.and_(*_covers(hold, lot_id, lot_item))),
        )
        .distinct()
        .order_by(hold.number)
    )
    places = session.execute(
        sa.select(stock.sure, *PLACE_COLUMNS)
        .join(Location, Location.id == stock.location_id)
        .where(*_covers(stock, lot_id, lot_item))
        .order_by(Location.id)
    ).all()
    happened = tuple(Segment(*row) for row in segments)
    marked = tuple(Mark(*row) for row in marks)
    return ItemStatus(
        series,
        item,
        _word(happened, marked),
        issued_at,
        lot=lot,
        lot_item=lot_item,
        segments=happened,
        marks=marked,
        holds=tuple(holds),
        first_shipped_at=first_shipped_at,
        left_at=left_at,
        known_at=next((Place(*row[1:]) for row in places if row.sure), None),
        possible_at=tuple(Place(*row[1:]) for row in places if not row.sure),
    )


def _word(segments: Sequence[Segment], marks: Sequence[Mark]) -> str:
    """The gravest thing first: what a consumer must hear before all else.

    A label that was missing when its run was counted should be on no pack: whoever
    scans it holds a suspect one (domain.md §3.9 L5, L8).
    """
    said = {segment.kind for segment in segments} | {mark.kind for mark in marks}
    if "missing" in said:
        said.add("suspect")
    for word in ("recalled", "suspect", "voided", "applied"):
        if word in said:
            return word
    return "printed"


def _covers(table: Any, lot_id: int, lot_item: int) -> tuple[Any, ...]:
    return table.lot_id == lot_id, table.lo <= lot_item, table.hi > lot_item


def _first_shipped(moved: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """When such a movement first took goods out of our hands."""
    source, target = aliased(Location), aliased(Location)
    outside = sorted(OUTSIDE)
    return (
        sa.select(sa.func.min(Movement.at, type_=UtcDateTime))
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .where(moved, target.kind.in_(outside), source.kind.not_in(outside))
        .scalar_subquery()
    )
