"""The lists of goods on their way: cases and pallets, shipments, movements."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...parties.tables import Article, Location, Lot, Partner, Site
from ...stock.tables import (
    LogisticUnit,
    Movement,
    Shipment,
    Unbatched,
    UnitContent,
    UnitStay,
)
from .parts import (
    article_columns,
    article_filter,
    entry_column,
    lot_column,
    origin_column,
    span,
    total,
    zone_of,
)
from .shape import FILES, IMPORTED, LISTED, SEEN, Column, Filter, Listing, Period

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
    )
    .where(UnitContent.removed_at.is_(None))
    .group_by(UnitContent.unit_id, UnitContent.lot_id)
    .subquery("contents")
)
_inside = (
    sa.select(
        sa.func.min(UnitContent.id).label("first"),
        UnitContent.unit_id,
        UnitContent.lot_id,
        UnitContent.packed_at,
        UnitContent.removed_at,
        sa.func.aggregate_strings(span(UnitContent.lo, UnitContent.hi), ",").label(
            "spans"
        ),
        total(UnitContent.quantity).label("quantity"),
    )
    .group_by(
        UnitContent.unit_id,
        UnitContent.lot_id,
        UnitContent.packed_at,
        UnitContent.removed_at,
        _known,
    )
    .subquery("inside")
)
"""What is or was inside, as an import tells it: one row for all of a lot that came and
went at the same times, scanned and counted packs apart."""
_first = sa.func.coalesce(_inside.c.first, 0)
_pallets_first = sa.case((LogisticUnit.level == "pallet", 0), else_=1)
_zone = zone_of(Site)
_packed = (
    sa.outerjoin(LogisticUnit, _inside, _inside.c.unit_id == LogisticUnit.id)
    .outerjoin(_parent, _parent.id == LogisticUnit.parent_id)
    .outerjoin(Lot, Lot.id == _inside.c.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id)
    .outerjoin(Location, Location.id == LogisticUnit.location_id)
    .outerjoin(Shipment, Shipment.id == LogisticUnit.shipment_id)
    .outerjoin(Site, Site.id == sa.func.coalesce(Location.site_id, Lot.site_id))
)

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
        Column("level", "", LogisticUnit.level, "code", uses=IMPORTED),
        Column("parent", N_("On pallet"), _parent.sscc, "code"),
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        Column("items", N_("Items"), _contents.c.spans, uses=SEEN),
        Column("items", "", _inside.c.spans, "items", uses=IMPORTED),
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
            "",
            sa.case((_inside.c.spans.is_(None), _inside.c.quantity), else_=sa.null()),
            "count",
            uses=IMPORTED,
        ),
        Column("packed_at", "", _inside.c.packed_at, "moment", _zone, uses=IMPORTED),
        Column("removed_at", "", _inside.c.removed_at, "moment", _zone, uses=IMPORTED),
        Column(
            "state",
            N_("State"),
            LogisticUnit.state,
            "word",
            words="unit_state",
        ),
        Column("place", N_("Last seen at"), Location.code, "code"),
        Column("shipment", "", Shipment.number, "code", uses=IMPORTED),
        Column("built_at", "", LogisticUnit.built_at, "moment", _zone, uses=IMPORTED),
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
    import_source=_packed,
    import_key=(_pallets_first, LogisticUnit.id, _first),
)

_source = aliased(Location)
_dispatch = aliased(Site)
_of_dispatch = zone_of(_dispatch)
_transit = aliased(Location)
_sent = sa.join(
    Movement,
    _transit,
    sa.and_(_transit.id == Movement.to_id, _transit.kind == "transit"),
)
_orders = sa.join(Shipment, Partner, Partner.id == Shipment.consignee_id).join(
    _dispatch, _dispatch.id == Shipment.site_id
)
_missing = aliased(Article)
_told = _orders.outerjoin(Unbatched, Unbatched.shipment_id == Shipment.id).outerjoin(
    _missing, _missing.id == Unbatched.article_id
)


_shipped = (
    _orders.outerjoin(_sent, Movement.shipment_id == Shipment.id)
    .outerjoin(Lot, Lot.id == Movement.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id)
    .outerjoin(_source, _source.id == Movement.from_id)
)

SHIPMENTS = Listing(
    "shipments",
    N_("Shipments"),
    GROUP,
    N_("What left for which consignee and when, a row for each batch on board."),
    _shipped,
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
        lot_column(uses=SEEN),
        *article_columns(),
        Column(
            "quantity",
            N_("Quantity"),
            Movement.quantity,
            "amount",
            Article.base_unit,
            uses=SEEN,
        ),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=LISTED),
        Column("items", N_("Items"), span(Movement.lo, Movement.hi), uses=SEEN),
        Column("place", N_("From"), _source.code, "code", uses=SEEN),
        # of an import, the goods stand in movements, but for those of no known batch
        Column("lot", "", sa.null(), "code", uses=IMPORTED),
        Column("article", "", _missing.code, "code", uses=IMPORTED),
        Column(
            "quantity",
            "",
            Unbatched.quantity,
            "amount",
            _missing.base_unit,
            uses=IMPORTED,
        ),
        Column("unit", "", _missing.base_unit, "unit", uses=IMPORTED),
        Column("place", "", sa.null(), "code", uses=IMPORTED),
        Column(
            "shipped_at", N_("Shipped at"), Shipment.shipped_at, "moment", _of_dispatch
        ),
        Column(
            "delivered_at",
            N_("Delivered at"),
            Shipment.delivered_at,
            "moment",
            _of_dispatch,
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
    import_source=_told,
    import_key=(
        Shipment.shipped_at,
        Shipment.number,
        sa.func.coalesce(Unbatched.id, 0),
    ),
)

_case, _pallet = aliased(LogisticUnit), aliased(LogisticUnit)
STAYS = Listing(
    "stays",
    N_("Cases on pallets"),
    GROUP,
    N_("Which case stood on which pallet, from when to when."),
    sa.join(UnitStay, _case, _case.id == UnitStay.unit_id).join(
        _pallet, _pallet.id == UnitStay.parent_id
    ),
    (
        Column("sscc", N_("Case"), _case.sscc, "code", leads=("cases", "q")),
        Column("pallet", N_("Pallet"), _pallet.sscc, "code", leads=("cases", "q")),
        Column("since", N_("Put on"), UnitStay.since, "moment"),
        Column("until", N_("Taken off"), UnitStay.until, "moment"),
        entry_column(UnitStay.id),
    ),
    (UnitStay.id,),
    search=(_case.sscc, _pallet.sscc),
    period=Period(N_("Put on"), UnitStay.since),
)
