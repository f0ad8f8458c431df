"""Which movements other files of an import bring back, so that none is booked twice.

An import books movements for what it is told of lots, of consumption and of shipments.
Those are found here again; all others stand in the file of movements.
"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...parties.tables import Location, Lot
from ...production.tables import LotInput
from ...stock.places import SOURCES
from ...stock.tables import Movement, Shipment
from .parts import OURS, is_kind, total

_origin = aliased(Location)
_came = (
    sa.select(
        Movement.id,
        Movement.lot_id,
        Movement.to_id,
        Movement.quantity,
        Movement.lo,
        Movement.hi,
        Movement.reason,
        Lot.next_item,
    )
    .join(_origin, _origin.id == Movement.from_id)
    .join(Lot, Lot.id == Movement.lot_id)
    .where(
        is_kind(_origin, *SOURCES),
        sa.func.coalesce(Lot.received_on, Lot.produced_on).is_not(None),
    )
    .subquery()
)
_coded = (
    sa.select(
        _came.c.lot_id,
        sa.func.min(_came.c.to_id).label("to_id"),
        total(_came.c.quantity).label("quantity"),
        sa.cast(sa.null(), sa.BigInteger).label("only"),
    )
    .where(_came.c.next_item > 0)
    .group_by(_came.c.lot_id)
    .having(
        sa.func.min(_came.c.to_id) == sa.func.max(_came.c.to_id),
        sa.func.count() == sa.func.count(_came.c.lo),
        sa.func.min(_came.c.lo) == 0,
        sa.func.max(_came.c.hi) == sa.func.sum(_came.c.quantity),
    )
)
_first = (
    sa.select(sa.func.min(_came.c.id).label("id"))
    .where(_came.c.next_item == 0, _came.c.reason == "import")
    .group_by(_came.c.lot_id)
    .subquery()
)
_counted = sa.select(
    _came.c.lot_id, _came.c.to_id, _came.c.quantity, _came.c.id.label("only")
).join(_first, _first.c.id == _came.c.id)
OPENING = sa.union_all(_coded, _counted).subquery("opening")
"""What an import books of a lot's own row, from its columns quantity and place: what an
import booked so before; and all packs with codes, where they came into one place and
their numbers have no gap."""

OPENING_MOVES = (
    sa.select(_came.c.id)
    .join(OPENING, OPENING.c.lot_id == _came.c.lot_id)
    .where(sa.or_(OPENING.c.only.is_(None), OPENING.c.only == _came.c.id))
    .subquery("opening_moves")
)
"""Every movement that a lot's own row accounts for."""

_consumed = aliased(Location)
_source, _transit, _shop = aliased(Location), aliased(Location), aliased(Location)

_rows = (
    sa.select(Movement)
    .join(_consumed, _consumed.id == Movement.to_id)
    .where(_consumed.kind == "consumed")
    .subquery()
)
# The runs of items of one booking are several rows; without items each is its own.
_same = (
    _rows.c.lot_id,
    _rows.c.from_id,
    _rows.c.document,
    _rows.c.at,
    _rows.c.recorded_at,
    sa.case((_rows.c.lo.is_(None), _rows.c.id), else_=0),
)
_members = sa.select(
    _rows.c.id, sa.func.min(_rows.c.id).over(partition_by=_same).label("first")
).subquery()
_bookings = (
    sa.select(
        sa.func.min(_rows.c.id).label("first"),
        _rows.c.lot_id,
        _rows.c.from_id,
        _rows.c.document,
        _rows.c.at,
        total(_rows.c.quantity).label("quantity"),
    )
    .group_by(*_same)
    .subquery()
)


_booked = sa.select(
    _bookings,
    sa.func.row_number()
    .over(
        partition_by=[
            _bookings.c.lot_id,
            _bookings.c.document,
            _bookings.c.at,
            _bookings.c.quantity,
        ],
        order_by=_bookings.c.first,
    )
    .label("rank"),
).subquery()
_edges = (
    sa.select(
        LotInput.id,
        LotInput.input_id,
        LotInput.quantity,
        LotInput.at,
        Lot.code,
        sa.func.row_number()
        .over(
            partition_by=[LotInput.input_id, Lot.code, LotInput.at, LotInput.quantity],
            order_by=LotInput.id,
        )
        .label("rank"),
    )
    .join(Lot, Lot.id == LotInput.output_id)
    .subquery()
)
USED = (
    sa.select(_edges.c.id.label("edge_id"), _booked.c.from_id, _booked.c.first)
    .join(
        _booked,
        sa.and_(
            _booked.c.lot_id == _edges.c.input_id,
            _booked.c.document == _edges.c.code,
            _booked.c.at == _edges.c.at,
            _booked.c.quantity == _edges.c.quantity,
            _booked.c.rank == _edges.c.rank,
        ),
    )
    .subquery("used")
)
"""For each edge of the genealogy the first movement that booked it: the same lot,
paper, moment and quantity; of several alike the first for the first."""

USED_MOVES = (
    sa.select(_members.c.id)
    .join(USED, USED.c.first == _members.c.first)
    .subquery("used_moves")
)
"""Every movement that an edge of the genealogy accounts for."""

_of_shipment = sa.and_(
    Shipment.id == Movement.shipment_id, Shipment.number == Movement.document
)
_sent = (
    sa.select(
        Movement.id,
        Movement.shipment_id,
        Movement.lot_id,
        Movement.from_id,
        Movement.quantity,
        Movement.lo,
        Movement.hi,
    )
    .join(Shipment, _of_shipment)
    .join(_source, _source.id == Movement.from_id)
    .join(_transit, _transit.id == Movement.to_id)
    .where(
        is_kind(_source, *OURS),
        _transit.kind == "transit",
        _transit.partner_id == Shipment.consignee_id,
        Movement.at == Shipment.shipped_at,
    )
    .subquery("sent")
)
"""What left us for the consignee, as a shipment says."""

_arrived = (
    sa.select(
        Movement.id,
        Movement.shipment_id,
        Movement.lot_id,
        Movement.quantity,
        Movement.lo,
        Movement.hi,
    )
    .join(Shipment, _of_shipment)
    .join(_transit, _transit.id == Movement.from_id)
    .join(_shop, _shop.id == Movement.to_id)
    .where(
        _transit.kind == "transit",
        _shop.kind == "consignee",
        _transit.partner_id == Shipment.consignee_id,
        _shop.partner_id == Shipment.consignee_id,
        Movement.at == Shipment.delivered_at,
    )
    .subquery("arrived")
)
_both = sa.union_all(
    sa.select(
        _sent.c.shipment_id, _sent.c.lot_id, _sent.c.lo, _sent.c.hi, _sent.c.quantity
    ),
    sa.select(
        _arrived.c.shipment_id,
        _arrived.c.lot_id,
        _arrived.c.lo,
        _arrived.c.hi,
        (-_arrived.c.quantity).label("quantity"),
    ),
).subquery()
_unequal = (
    sa.select(_both.c.shipment_id)
    .group_by(_both.c.shipment_id, _both.c.lot_id, _both.c.lo, _both.c.hi)
    .having(sa.func.sum(_both.c.quantity) != 0)
    .subquery()
)
ALL_ARRIVED = sa.and_(
    Shipment.delivered_at.is_not(None),
    sa.not_(sa.exists().where(_unequal.c.shipment_id == Shipment.id)),
)
"""All that was sent arrived at the moment the shipment tells: an import books that."""

LEGS = (
    sa.select(
        sa.func.min(_sent.c.id).label("first"),
        _sent.c.shipment_id,
        _sent.c.lot_id,
        _sent.c.from_id,
        total(_sent.c.quantity).label("quantity"),
        _sent.c.lo,
        _sent.c.hi,
    )
    .group_by(
        _sent.c.shipment_id, _sent.c.lot_id, _sent.c.from_id, _sent.c.lo, _sent.c.hi
    )
    .subquery("legs")
)
"""What a shipment took from where: what was not scanned in one sum, because an import
refuses two rows that are the same."""

SHIPPED_MOVES = sa.union_all(
    sa.select(_sent.c.id),
    sa.select(_arrived.c.id)
    .join(Shipment, Shipment.id == _arrived.c.shipment_id)
    .where(ALL_ARRIVED),
).subquery("shipped_moves")
"""Every movement that a shipment's rows account for."""
