"""The lists of goods on their way: cases and pallets, shipments, movements."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...parties.tables import Article, Location, Lot, Partner, Site
from ...stock.tables import LogisticUnit, Movement, Shipment, UnitContent
from .bookings import ALL_ARRIVED, LEGS
from .parts import (
    article_columns,
    article_filter,
    lot_column,
    span,
    total,
    zone_of,
)
from .shape import FILES, IMPORTED, SEEN, Column, Filter, Listing, Period

GROUP = "goods"

_parent = aliased(LogisticUnit)
_known = UnitContent.lo.is_not(None)
_contents = (
    sa.select(
        UnitContent.unit_id,
        UnitContent.lot_id,
        sa.func.aggregate_strings(span(UnitContent.lo, UnitContent.hi), ",").label(
            "spans"
        ),
        total(UnitContent.quantity).label("quantity"),
        total(sa.case((_known, 0), else_=UnitContent.quantity)).label("counted"),
    )
    .where(UnitContent.removed_at.is_(None))
    .group_by(UnitContent.unit_id, UnitContent.lot_id)
    .subquery("contents")
)
_scanned = _contents.c.spans.is_not(None)

CASES = Listing(
    "cases",
    N_("Cases and pallets"),
    GROUP,
    N_("Each SSCC with what is inside now, a row for each batch."),
    sa.outerjoin(LogisticUnit, _contents, _contents.c.unit_id == LogisticUnit.id)
    .outerjoin(_parent, _parent.id == LogisticUnit.parent_id)
    .outerjoin(Lot, Lot.id == _contents.c.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id)
    .outerjoin(Location, Location.id == LogisticUnit.location_id),
    (
        Column("sscc", N_("SSCC"), LogisticUnit.sscc, "code"),
        Column(
            "level", N_("Kind"), LogisticUnit.level, "word", words="unit", uses=SEEN
        ),
        Column("parent", N_("On pallet"), _parent.sscc, "code"),
        lot_column(),
        *article_columns(FILES),
        Column("items", N_("Items"), _contents.c.spans),
        Column(
            "packs",
            N_("Quantity"),
            _contents.c.quantity,
            "amount",
            Article.base_unit,
            uses=SEEN,
        ),
        Column(
            "quantity",
            N_("Not scanned"),
            sa.case((_scanned, sa.null()), else_=_contents.c.counted),
            "count",
            uses=IMPORTED,
        ),
        Column(
            "state",
            N_("State"),
            LogisticUnit.state,
            "word",
            words="unit_state",
            uses=SEEN,
        ),
        Column("place", N_("Last seen at"), Location.code, "code", uses=SEEN),
    ),
    (LogisticUnit.id, sa.func.coalesce(_contents.c.lot_id, 0)),
    search=(LogisticUnit.sscc, _parent.sscc, Lot.code, Article.name, Article.name_en),
    filters=(
        Filter("level", N_("Kind"), LogisticUnit.level, ("case", "pallet"), "unit"),
        Filter(
            "state",
            N_("State"),
            LogisticUnit.state,
            ("open", "closed", "dissolved"),
            "unit_state",
        ),
        article_filter(),
    ),
    sorts={"sscc": LogisticUnit.sscc},
    import_where=(
        LogisticUnit.state != "dissolved",
        sa.or_(_contents.c.unit_id.is_not(None), LogisticUnit.level == "pallet"),
    ),
)

_source, _target = aliased(Location), aliased(Location)
_dispatch, _start, _end = aliased(Site), aliased(Site), aliased(Site)
_zone = zone_of(_dispatch)
_transit = aliased(Location)
_sent = sa.join(
    Movement,
    _transit,
    sa.and_(_transit.id == Movement.to_id, _transit.kind == "transit"),
)
_orders = sa.join(Shipment, Partner, Partner.id == Shipment.consignee_id).join(
    _dispatch, _dispatch.id == Shipment.site_id
)


def _with_goods(goods: Any, rows: Any) -> Any:
    """Shipments with what is on board, read from movements or their sums."""
    return (
        _orders.outerjoin(goods, rows.shipment_id == Shipment.id)
        .outerjoin(Lot, Lot.id == rows.lot_id)
        .outerjoin(Article, Article.id == Lot.article_id)
        .outerjoin(_source, _source.id == rows.from_id)
    )


SHIPMENTS = Listing(
    "shipments",
    N_("Shipments"),
    GROUP,
    N_("What left for which consignee and when, a row for each batch on board."),
    _with_goods(_sent, Movement),
    (
        Column(
            "number",
            N_("Number"),
            Shipment.number,
            "code",
            leads=("movements", "q"),
        ),
        Column("site", N_("Site"), _dispatch.code, "code", uses=FILES),
        Column("consignee", N_("Consignee"), Partner.code, "code", uses=FILES),
        Column(
            "consignee_name",
            N_("Consignee"),
            Partner.name,
            "name",
            Partner.name_en,
            uses=SEEN,
        ),
        lot_column(),
        *article_columns(FILES),
        Column(
            "quantity",
            N_("Quantity"),
            Movement.quantity,
            "amount",
            Article.base_unit,
            uses=SEEN,
        ),
        Column(
            "quantity",
            N_("Quantity"),
            LEGS.c.quantity,
            "amount",
            Article.base_unit,
            uses=IMPORTED,
        ),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=FILES),
        Column("items", N_("Items"), span(Movement.lo, Movement.hi), uses=SEEN),
        Column("items", N_("Items"), span(LEGS.c.lo, LEGS.c.hi), uses=IMPORTED),
        Column("place", N_("From"), _source.code, "code"),
        Column("shipped_at", N_("Shipped at"), Shipment.shipped_at, "moment", _zone),
        Column(
            "delivered_at",
            N_("Delivered at"),
            Shipment.delivered_at,
            "moment",
            _zone,
            uses=SEEN,
        ),
        Column(
            "delivered_at",
            N_("Delivered at"),
            sa.case((ALL_ARRIVED, Shipment.delivered_at), else_=sa.null()),
            "moment",
            _zone,
            uses=IMPORTED,
        ),
        Column("carrier", N_("Carrier"), Shipment.carrier, uses=FILES),
        Column("vehicle", N_("Vehicle"), Shipment.vehicle, "code", uses=FILES),
        Column(
            "driver_phone",
            N_("Driver’s telephone"),
            Shipment.driver_phone,
            "code",
            uses=FILES,
        ),
    ),
    (Shipment.id, sa.func.coalesce(Movement.id, 0)),
    search=(
        Shipment.number,
        Shipment.vehicle,
        Partner.code,
        Partner.name,
        Partner.name_en,
        Lot.code,
        Article.name,
        Article.name_en,
    ),
    filters=(
        Filter(
            "state",
            N_("State"),
            sa.case((Shipment.delivered_at.is_(None), "sent"), else_="delivered"),
            ("sent", "delivered"),
            "shipment",
        ),
        Filter("site", N_("Site"), _dispatch.code, among="site"),
        Filter("partner", N_("Consignee"), Partner.code, among="partner"),
        article_filter(),
    ),
    period=Period(N_("Shipped at"), Shipment.shipped_at),
    sorts={
        "shipped_at": Shipment.shipped_at,
        "number": Shipment.number,
        "lot": sa.func.coalesce(Lot.code, ""),
    },
    import_source=_with_goods(LEGS, LEGS.c),
    import_key=(Shipment.id, LEGS.c.first),
    import_where=(LEGS.c.first.is_not(None),),
)
