"""The statutory books of a plant over some days (Food Safety Law art. 46, 50–53)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ..errors import N_, InvalidInput, TooLarge
from ..parties.tables import Location, Lot, Partner
from ..people import name_of
from ..stock.places import OUTSIDE, SOURCES
from ..stock.tables import Movement, Shipment, Stock
from .papers import papers_of
from .tables import Inspection, LotDocument, LotInput

Register: TypeAlias = Literal["incoming", "inputs", "outgoing", "sales"]
REGISTERS: tuple[Register, ...] = ("incoming", "inputs", "outgoing", "sales")
"""进货查验记录, 投料记录, 出厂检验记录, 销售台账 (domain.md §1.2)."""
MOST_ROWS = 5_000
"""Rows one printout may have: some hundred pages."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days at a plant, from the first to the last."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A received lot (FSL 50)."""

    lot: Lot
    quantity: int
    supplier: Partner | None
    papers: Sequence[LotDocument]
    inspection: Inspection | None
    """The last receiving inspection."""


@dataclass(frozen=True, slots=True)
class Used:
    """Something that went into a batch (FSL 46)."""

    edge: LotInput
    source: Lot
    target: Lot
    supplier: Partner | None
    approved: str
    """Display name of who allowed rework, or nothing."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An outgoing inspection (FSL 51, 52), or a certificate that came by an import."""

    lot: Lot
    quantity: int
    inspection: Inspection | None


@dataclass(frozen=True, slots=True)
class Sale:
    """What of a lot went to one buyer with one paper (FSL 51, 53)."""

    lot: Lot
    quantity: int
    at: datetime
    document: str
    buyer: Partner


def check_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """Days in order. Raises InvalidInput ``dates_reversed``."""
    if last < first:
        raise InvalidInput(
            "dates_reversed",
            N_("Expected a date from %(start)s on, found %(end)s."),
            start=first,
            end=last,
        )
    return Period(first, last, zone)


def incoming(session: Session, period: Period) -> list[Incoming]:
    """Lots received in a period, in that order."""
    rows = _limited(
        session,
        sa.select(Lot, Partner)
        .join(Partner, Partner.id == Lot.supplier_id, isouter=True)
        .where(Lot.origin != "", Lot.received_on.between(period.first, period.last))
        .order_by(Lot.received_on, Lot.id),
    )
    ids = [lot.id for lot, _ in rows]
    made, papers = _made(session, ids), papers_of(session, ids)
    checked = _last_inspections(session, ids, "receiving")
    return [
        Incoming(
            lot,
            made.get(lot.id, 0),
            supplier,
            papers.get(lot.id, []),
            checked.get(lot.id),
        )
        for lot, supplier in rows
    ]


def inputs(session: Session, period: Period) -> list[Used]:
    """What went into batches in a period, in that order."""
    source, target = aliased(Lot), aliased(Lot)
    rows = _limited(
        session,
        sa.select(LotInput, source, target, Partner)
        .join(source, source.id == LotInput.input_id)
        .join(target, target.id == LotInput.output_id)
        .join(Partner, Partner.id == source.supplier_id, isouter=True)
        .where(LotInput.at >= period.start, LotInput.at < period.end)
        .order_by(LotInput.at, LotInput.id),
    )
    approvers = {edge.approved_by for edge, *_ in rows}
    names = {login: name_of(session, login) for login in approvers if login}
    return [
        Used(edge, used, batch, supplier, names.get(edge.approved_by, ""))
        for edge, used, batch, supplier in rows
    ]


def outgoing(session: Session, period: Period) -> list[Outgoing]:
    """Outgoing inspections of a period, and batches made in it that came with a
    certificate and no inspection."""
    rows = _limited(
        session,
        sa.select(Inspection, Lot)
        .join(Lot, Lot.id == Inspection.lot_id)
        .where(
            Inspection.kind == "outgoing",
            Inspection.at >= period.start,
            Inspection.at < period.end,
        )
        .order_by(Inspection.at, Inspection.id),
    )
    inspected = sa.select(Inspection.lot_id).where(Inspection.kind == "outgoing")
    others = _limited(
        session,
        sa.select(Lot)
        .where(
            Lot.origin == "",
            Lot.certificate != "",
            Lot.produced_on.between(period.first, period.last),
            Lot.id.not_in(inspected),
        )
        .order_by(Lot.produced_on, Lot.id),
    )
    found = [(lot, one) for one, lot in rows] + [(lot, None) for (lot,) in others]
    made = _made(session, [lot.id for lot, _ in found])
    return [Outgoing(lot, made.get(lot.id, 0), one) for lot, one in found]


def sales(session: Session, period: Period) -> list[Sale]:
    """What left our hands for a buyer in a period, by paper and lot.

    A return is not a sale less: it has its own paper.
    """
    source, target = aliased(Location), aliased(Location)
    buyer = sa.func.coalesce(Shipment.consignee_id, target.partner_id)
    rows = _limited(
        session,
        sa.select(
            Movement.lot_id,
            buyer,
            Movement.document,
            sa.cast(sa.func.sum(Movement.quantity), sa.BigInteger),
            sa.func.min(Movement.at),
        )
        .join(Lot, Lot.id == Movement.lot_id)
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .join(Shipment, Shipment.id == Movement.shipment_id, isouter=True)
        .where(
            Lot.origin == "",
            buyer.is_not(None),
            target.kind.in_(sorted(OUTSIDE)),
            source.kind.not_in(sorted(OUTSIDE | SOURCES)),
            Movement.at >= period.start,
            Movement.at < period.end,
        )
        .group_by(Movement.lot_id, buyer, Movement.document)
        .order_by(sa.func.min(Movement.at), Movement.document, Movement.lot_id),
    )
    lots = _by_id(session, Lot, {lot for lot, *_ in rows})
    buyers = _by_id(session, Partner, {firm for _, firm, *_ in rows})
    return [
        Sale(lots[lot], quantity, at, document, buyers[firm])
        for lot, firm, document, quantity, at in rows
    ]


def _by_id(session: Session, table: Any, ids: set[int]) -> dict[int, Any]:
    rows = session.scalars(sa.select(table).where(table.id.in_(ids))).unique()
    return {row.id: row for row in rows}


def _limited(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
    rows = session.execute(statement.limit(MOST_ROWS + 1)).unique().all()
    if len(rows) > MOST_ROWS:
        raise TooLarge(
            "register_too_long",
            N_("There are over %(most)s entries in these days: choose fewer days."),
            most=f"{MOST_ROWS:,}",
        )
    return list(rows)


def _made(session: Session, lot_ids: Sequence[int]) -> dict[int, int]:
    """What was made or received of each lot."""
    rows = session.execute(
        sa.select(Stock.lot_id, sa.cast(-sa.func.sum(Stock.quantity), sa.BigInteger))
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.lot_id.in_(lot_ids), Location.kind.in_(sorted(SOURCES)))
        .group_by(Stock.lot_id)
    )
    return {lot_id: quantity for lot_id, quantity in rows}


def _last_inspections(
    session: Session, lot_ids: Sequence[int], kind: str
) -> dict[int, Inspection]:
    rows = session.scalars(
        sa.select(Inspection)
        .where(Inspection.lot_id.in_(lot_ids), Inspection.kind == kind)
        .order_by(Inspection.at, Inspection.id)
    )
    return {one.lot_id: one for one in rows}
