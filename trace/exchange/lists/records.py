"""What files for an import hold besides the lists that people read."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...errors import N_
from ...identity.tables import (
    CodeBinding,
    CodeBlock,
    ItemMark,
    ItemSegment,
    KnownKey,
)
from ...parties.tables import Article, Location, Lot, Site
from ...stock.tables import (
    Sighting,
    SparePolicy,
    StockCount,
    StockCountLine,
)
from .parts import (
    LOTS_FIRST,
    entry_column,
    lot_column,
    origin_column,
    span,
    zone_of,
)
from .shape import IMPORTED, Column, Form, Listing

_of_place = aliased(Site)
_zone = zone_of(Site)
_article = Column("article", "", Article.code, "code", uses=IMPORTED)


def _column(name: str, value: Any, form: Form = "text", by: Any = None) -> Column:
    return Column(name, "", value, form, by, uses=IMPORTED)


def _listing(
    name: str,
    title: str,
    about: str,
    source: Any,
    columns: tuple[Column, ...],
    *key: Any,
) -> Listing:
    return Listing(name, title, "", about, source, columns, key)


def _of_lot(
    table: type[CodeBinding] | type[ItemSegment] | type[ItemMark] | type[Sighting],
) -> sa.Join:
    return (
        sa.join(table, Lot, Lot.id == table.lot_id)
        .join(Article, Article.id == Lot.article_id)
        .outerjoin(Site, Site.id == Lot.site_id)
    )


SPARES = _listing(
    "spares",
    N_("Spare stock policies"),
    N_("How much of each article is kept as spare stock."),
    sa.join(SparePolicy, Article, Article.id == SparePolicy.article_id),
    (_article, _column("permille", SparePolicy.permille, "count")),
    Article.code,
)
BLOCKS = _listing(
    "codes",
    N_("Blocks of item codes"),
    N_("Which codes were given out, and under which key; never the codes."),
    sa.outerjoin(CodeBlock, KnownKey, KnownKey.version == CodeBlock.key_version),
    (
        _column("series", CodeBlock.series_id, "count"),
        _column("first", CodeBlock.first, "count"),
        _column("count", CodeBlock.count, "count"),
        _column("key_version", CodeBlock.key_version, "count"),
        _column("key_check", KnownKey.check_value, "code"),
        _column("issued_at", CodeBlock.issued_at, "moment"),
        _column("issued_by", CodeBlock.issued_by),
        _column("device", CodeBlock.device, "code"),
    ),
    CodeBlock.id,
)
BINDINGS = _listing(
    "bindings",
    N_("Codes on packs"),
    N_("Which of the codes given out went onto which batch."),
    _of_lot(CodeBinding),
    (
        _column("series", CodeBinding.series_id, "count"),
        _column("first", CodeBinding.lo, "count"),
        _column("count", CodeBinding.hi - CodeBinding.lo, "count"),
        lot_column(),
        _article,
        _column("item", CodeBinding.lot_lo, "count"),
        _column("bound_at", CodeBinding.bound_at, "moment", _zone),
        _column("bound_by", CodeBinding.bound_by),
    ),
    CodeBinding.id,
)
ITEMS = _listing(
    "items",
    N_("Notes on labels"),
    N_("What became of labels: printed, applied, voided, sampled or missing."),
    _of_lot(ItemSegment),
    (
        lot_column(),
        _article,
        _column("items", span(ItemSegment.lo, ItemSegment.hi), "items"),
        _column("kind", ItemSegment.kind, "word"),
        _column("start", ItemSegment.t0, "moment", _zone),
        _column("end", ItemSegment.t1, "moment", _zone),
        _column("reason", ItemSegment.reason),
        _column("actor", ItemSegment.actor),
        entry_column(ItemSegment.id),
    ),
    ItemSegment.id,
)
MARKS = _listing(
    "marks",
    N_("Warnings on packs"),
    N_("What the scan page says of packs: recalled, or suspect."),
    _of_lot(ItemMark),
    (
        lot_column(),
        _article,
        _column("items", span(ItemMark.lo, ItemMark.hi), "items"),
        _column("kind", ItemMark.kind, "word"),
        _column("at", ItemMark.at, "moment", _zone),
        _column("public_no", ItemMark.public_no),
        _column("url", ItemMark.url),
        entry_column(ItemMark.id),
    ),
    ItemMark.id,
)

SIGHTINGS = _listing(
    "sightings",
    N_("Packs seen"),
    N_("Packs that were seen at a place, such as when they were packed into a case."),
    _of_lot(Sighting)
    .join(Location, Location.id == Sighting.location_id)
    .outerjoin(_of_place, _of_place.id == Location.site_id),
    (
        lot_column(),
        _article,
        _column("place", Location.code, "code"),
        _column("items", span(Sighting.lo, Sighting.hi), "items"),
        _column("at", Sighting.recorded_at, "moment", zone_of(_of_place, Site)),
        _column("reason", Sighting.reason),
        _column("actor", Sighting.actor),
        entry_column(Sighting.id),
    ),
    Sighting.id,
)
_line = StockCountLine
COUNTS = _listing(
    "counts",
    N_("Stock counts"),
    N_("Who counted which place, what was found, and who booked it."),
    sa.join(StockCount, Location, Location.id == StockCount.location_id)
    .outerjoin(Site, Site.id == Location.site_id)
    .outerjoin(_line, _line.count_id == StockCount.id)
    .outerjoin(Lot, Lot.id == _line.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id),
    (
        _column("number", StockCount.number, "code"),
        _column("place", Location.code, "code"),
        _column("state", StockCount.state, "word"),
        _column("due_on", StockCount.due_on, "day"),
        _column("opened_by", StockCount.opened_by),
        _column("opened_at", StockCount.opened_at, "moment", _zone),
        _column("counted_by", StockCount.counted_by),
        _column("counted_at", StockCount.counted_at, "moment", _zone),
        _column("booked_by", StockCount.booked_by),
        _column("booked_at", StockCount.booked_at, "moment", _zone),
        lot_column(),
        _article,
        origin_column(),
        _column("counted", _line.counted, "amount", Article.base_unit),
        _column("booked", _line.booked, "amount", Article.base_unit),
        _column("unit", Article.base_unit, "unit"),
        _column("reason", _line.reason),
    ),
    StockCount.id,
    LOTS_FIRST,
    sa.func.coalesce(Lot.id, 0),
)
