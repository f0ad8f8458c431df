"""The lists of lots, where they are, and what is known of them."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...parties.tables import (
    GRADES,
    LOT_STATES,
    Article,
    Line,
    Location,
    Lot,
    Partner,
    Site,
)
from ...stock.holds import IN_FORCE
from ...stock.places import SOURCES
from ...stock.tables import Hold, Stock
from .parts import (
    ELSEWHERE,
    LINE_CODE,
    LOTS_FIRST,
    article_columns,
    article_filter,
    lot_column,
    supplier_column,
    total,
    zone_of,
)
from .shape import (
    FILES,
    IMPORTED,
    LISTED,
    SCREEN,
    SEEN,
    Column,
    Filter,
    Listing,
    Period,
)

GROUP = "lots"

_first_day = date(1, 1, 1)


def _at(kinds: frozenset[str], inside: bool) -> sa.ScalarSelect[int]:
    place = aliased(Location)
    among = place.kind.in_(sorted(kinds))
    return (
        sa.select(total(Stock.quantity))
        .join(place, place.id == Stock.location_id)
        .where(Stock.lot_id == Lot.id, among if inside else sa.not_(among))
        .correlate(Lot)
        .scalar_subquery()
    )


_held = sa.exists().where(Hold.lot_id == Lot.id, Hold.state.in_(IN_FORCE))
_of_lots = (
    sa.join(Lot, Article, Article.id == Lot.article_id)
    .outerjoin(Line, Line.id == Lot.line_id)
    .outerjoin(Site, Site.id == Lot.site_id)
)
_zone = zone_of(Site)
_line = sa.case((Line.id.is_not(None), LINE_CODE), else_=sa.null())

LOTS = Listing(
    "lots",
    N_("Batches and received lots"),
    GROUP,
    N_("Every lot, bought or made: its dates, its state, and how much of it there is."),
    _of_lots,
    (
        lot_column(),
        *article_columns(FILES),
        supplier_column(),
        Column(
            "site",
            N_("Site"),
            sa.case((Line.id.is_(None), Site.code), else_=sa.null()),
            "code",
            uses=IMPORTED,
        ),
        Column("line", N_("Line"), _line, "code"),
        Column("produced_on", N_("Made on"), Lot.produced_on, "day"),
        Column("received_on", N_("Received on"), Lot.received_on, "day"),
        Column("expires_on", N_("Best before"), Lot.expires_on, "day"),
        Column(
            "state",
            N_("State"),
            sa.case((_held, "held"), else_=Lot.status),
            "word",
            words="lot",
            uses=SCREEN,
        ),
        Column("status", N_("State"), Lot.status, "word", words="lot", uses=FILES),
        Column(
            "held",
            N_("On hold"),
            sa.case((_held, "yes"), else_=sa.null()),
            "code",
            uses=LISTED,
        ),
        Column(
            "grade", N_("Followed by"), Lot.grade, "word", words="grade", uses=FILES
        ),
        Column(
            "quantity",
            N_("Opening quantity"),
            sa.literal(0),
            "count",
            uses=IMPORTED,
        ),
        Column(
            "made",
            N_("Made or received"),
            -_at(SOURCES, True),
            "amount",
            Article.base_unit,
            uses=SEEN,
        ),
        Column(
            "in_hand",
            N_("In our hands"),
            _at(ELSEWHERE, False),
            "amount",
            Article.base_unit,
            uses=SEEN,
        ),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=FILES),
        Column("certificate", N_("Certificate"), Lot.certificate, "code", uses=FILES),
        Column("planned", N_("Packs planned"), Lot.planned, "count", uses=FILES),
        Column("codes", N_("Item codes"), Lot.next_item, "count", uses=LISTED),
        Column("labels", "", sa.func.nullif(Lot.next_item, 0), "count", uses=IMPORTED),
        Column("artwork", N_("Label artwork"), Lot.artwork, "code", uses=FILES),
        Column("work_order", N_("Work order"), Lot.work_order, "code", uses=FILES),
        Column("status_since", "", Lot.status_since, "moment", _zone, uses=IMPORTED),
        Column("caution_since", "", Lot.caution_at, "moment", _zone, uses=IMPORTED),
    ),
    (LOTS_FIRST, Lot.id),
    search=(
        Lot.code,
        Lot.ai10,
        Article.code,
        Article.name,
        Article.name_en,
        Lot.origin,
    ),
    filters=(
        Filter(
            "kind",
            N_("Kind"),
            Article.kind,
            ("product", "ingredient", "packaging"),
            "article",
        ),
        Filter("status", N_("State"), Lot.status, LOT_STATES, "lot"),
        Filter("grade", N_("Followed by"), Lot.grade, GRADES, "grade"),
        Filter("site", N_("Site"), Site.code, among="site"),
        Filter("line", N_("Line"), _line, among="line"),
        article_filter(),
        Filter("supplier", N_("Supplier"), Lot.origin, among="partner"),
    ),
    period=Period(
        N_("Day made or received"),
        sa.func.coalesce(Lot.received_on, Lot.produced_on),
        True,
    ),
    sorts={
        "lot": Lot.code,
        "produced_on": sa.func.coalesce(Lot.produced_on, _first_day),
        "received_on": sa.func.coalesce(Lot.received_on, _first_day),
        "expires_on": sa.func.coalesce(Lot.expires_on, _first_day),
    },
)

STOCK = Listing(
    "stock",
    N_("Stock"),
    GROUP,
    N_("How much of which lot is at which place now, also outside our hands."),
    sa.join(Stock, Lot, Lot.id == Stock.lot_id)
    .join(Article, Article.id == Lot.article_id)
    .join(Location, Location.id == Stock.location_id)
    .outerjoin(Site, Site.id == Location.site_id)
    .outerjoin(Partner, Partner.id == Location.partner_id),
    (
        lot_column(),
        *article_columns(),
        supplier_column(uses=LISTED),
        Column("place", N_("Location"), Location.code, "code"),
        Column("place_name", N_("Name"), Location.name, "name", Location.name_en),
        Column("kind", N_("Kind"), Location.kind, "word", words="place"),
        Column("quantity", N_("Quantity"), Stock.quantity, "amount", Article.base_unit),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=LISTED),
        Column("status", N_("State"), Lot.status, "word", words="lot"),
        Column("expires_on", N_("Best before"), Lot.expires_on, "day"),
    ),
    (Stock.lot_id, Stock.location_id),
    where=(Stock.quantity > 0, Location.kind.not_in(sorted(SOURCES))),
    search=(
        Lot.code,
        Lot.ai10,
        Article.code,
        Article.name,
        Article.name_en,
        Location.code,
        Location.name,
        Location.name_en,
    ),
    filters=(
        Filter(
            "kind",
            N_("Kind of place"),
            Location.kind,
            (
                "warehouse",
                "line",
                "hold",
                "quarantine",
                "returns",
                "sample",
                "transit",
                "consignee",
                "consumer",
                "consumed",
                "destroyed",
                "lost",
            ),
            "place",
        ),
        Filter("status", N_("State"), Lot.status, LOT_STATES, "lot"),
        Filter("site", N_("Site"), Site.code, among="site"),
        article_filter(),
        Filter("partner", N_("Partner"), Partner.code, among="partner"),
    ),
    period=Period(N_("Best before"), Lot.expires_on, True),
    sorts={
        "lot": Lot.code,
        "place": Location.code,
        "expires_on": sa.func.coalesce(Lot.expires_on, _first_day),
    },
)
