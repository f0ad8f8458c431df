"""Which lots the records give for a fact: one statement each, whatever the number."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.parties.tables import Location, Lot
from ...trace.production.tables import LineRun
from ...trace.stock.tables import (
    LogisticUnit,
    Movement,
    Stock,
    UnitContent,
    UnitStay,
)
from ..complaints.tables import Complaint
from .criteria import (
    Artwork,
    Complained,
    Delivered,
    Lookup,
    Packed,
    Produced,
    Stored,
    Supplied,
)
from .graph import Named

Lots = sa.Select[int]


def look_up(session: Session, fact: Lookup) -> list[Named]:
    """The lots a fact names, in ascending id."""
    lots: Lots
    match fact:
        case Complained(complaint):
            lots = sa.select(Lot.id).join(Complaint, Complaint.lot_id == Lot.id)
            lots = lots.where(Complaint.id == complaint)
        case Produced():
            lots = _produced(fact)
        case Artwork(article, version):
            lots = sa.select(Lot.id).where(
                Lot.article_id == article, Lot.artwork == version
            )
        case Supplied():
            return _supplied(session, fact)
        case Stored(place, start, end):
            lots = _there(Location.id == place, start, end)
        case Delivered(partner, start, end):
            lots = _there(Location.partner_id == partner, start, end)
        case Packed():
            lots = _packed(fact)
    return [Named(fact, lot) for lot in sorted(session.scalars(lots))]


def _packed(fact: Packed) -> Lots:
    """What was in the unit, or in a case while that stood on it."""
    since, until = UnitStay.since, UnitStay.until
    came, left = UnitContent.packed_at, UnitContent.removed_at
    inside = sa.and_(_early(came, fact.end), _late(left, fact.start))
    itself = sa.select(UnitContent.lot_id).where(
        UnitContent.unit_id == fact.unit_id, inside
    )
    stood = (
        sa.select(UnitContent.lot_id)
        .join(UnitStay, UnitStay.unit_id == UnitContent.unit_id)
        .where(UnitStay.parent_id == fact.unit_id, inside)
        .where(_early(since, fact.end), _late(until, fact.start))
        .where(_early(came, until), _late(left, since))
    )
    lasting = sa.select(UnitStay.id).where(
        UnitStay.unit_id == LogisticUnit.id, until.is_(None)
    )
    stands = (
        sa.select(UnitContent.lot_id)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(LogisticUnit.parent_id == fact.unit_id, inside, ~lasting.exists())
    )
    named = sa.union(itself, stood, stands).subquery()
    return sa.select(named.c.lot_id)


def _early(began: Any, end: Any) -> sa.ColumnElement[bool]:
    """Whether something began by a moment; what is not on record may have."""
    either: list[Any] = [began.is_(None), began <= end]
    if not isinstance(end, datetime):
        either.append(end.is_(None))
    return sa.or_(*either)


def _late(ended: Any, start: Any) -> sa.ColumnElement[bool]:
    """Whether something lasted to a moment; what has no end does."""
    either: list[Any] = [ended.is_(None), ended >= start]
    if not isinstance(start, datetime):
        either.append(start.is_(None))
    return sa.or_(*either)


def _produced(fact: Produced) -> Lots:
    query = sa.select(Lot.id).where(
        Lot.origin == "", Lot.produced_on.between(fact.first, fact.last)
    )
    if fact.article_id is not None:
        query = query.where(Lot.article_id == fact.article_id)
    if fact.site_id is not None:
        query = query.where(Lot.site_id == fact.site_id)
    if fact.line_id is not None:
        ran = sa.select(LineRun.lot_id).where(LineRun.line_id == fact.line_id)
        query = query.where(sa.or_(Lot.line_id == fact.line_id, Lot.id.in_(ran)))
    return query


def _supplied(session: Session, fact: Supplied) -> list[Named]:
    rows = session.execute(
        sa.select(Lot.id, Lot.received_on.is_not(None))
        .where(
            Lot.supplier_id == fact.partner_id,
            sa.or_(
                Lot.received_on.is_(None),
                Lot.received_on.between(fact.first, fact.last),
            ),
        )
        .order_by(Lot.id)
    )
    return [Named(fact, lot, bool(dated)) for lot, dated in rows]


def _there(which: sa.ColumnElement[bool], start: datetime, end: datetime) -> Lots:
    """Lots that came to or left such a place in the time, or were there at its start.

    ``stock`` keeps a row for every place a lot ever was at, so that no movement of
    another lot is read.
    """
    before = sa.case((Movement.at < start, Movement.quantity), else_=0)
    change = sa.case((Movement.to_id == Stock.location_id, before), else_=-before)
    moved = sa.case((Movement.at >= start, 1), else_=0)
    return (
        sa.select(Stock.lot_id)
        .join(Location, Location.id == Stock.location_id)
        .join(
            Movement,
            sa.and_(
                Movement.lot_id == Stock.lot_id,
                sa.or_(
                    Movement.from_id == Stock.location_id,
                    Movement.to_id == Stock.location_id,
                ),
            ),
        )
        .where(which, Movement.at <= end)
        .group_by(Stock.lot_id, Stock.location_id)
        .having(sa.or_(sa.func.sum(change) > 0, sa.func.sum(moved) > 0))
        .distinct()
    )
