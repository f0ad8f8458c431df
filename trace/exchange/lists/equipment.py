"""The lists of what went through kettles, retorts, chillers and tanks."""

import sqlalchemy as sa

from ...errors import N_
from ...parties.tables import Article, Lot, Site
from ...production.tables import CycleLoad, EquipmentCycle, TankFill
from .parts import (
    LOTS_FIRST,
    article_columns,
    article_filter,
    entry_column,
    lot_column,
    origin_column,
    zone_of,
)
from .shape import FILES, IMPORTED, SEEN, Column, Filter, Listing, Period

GROUP = "production"
CYCLE_KINDS = ("retort", "kettle", "chiller", "tank")

_zone = zone_of(Site)
_start = N_("Start")

CYCLES = Listing(
    "cycles",
    N_("Equipment cycles"),
    GROUP,
    N_("Loads of retorts, kettles, chillers and tanks, a row for each batch inside."),
    sa.join(EquipmentCycle, Site, Site.id == EquipmentCycle.site_id)
    .outerjoin(CycleLoad, CycleLoad.cycle_id == EquipmentCycle.id)
    .outerjoin(Lot, Lot.id == CycleLoad.lot_id)
    .outerjoin(Article, Article.id == Lot.article_id),
    (
        Column("site", N_("Site"), Site.code, "code"),
        Column("number", N_("Number"), EquipmentCycle.number, "code"),
        Column("equipment", N_("Equipment"), EquipmentCycle.equipment, "code"),
        Column("kind", N_("Kind"), EquipmentCycle.kind, "word", words="cycle"),
        Column("start", _start, EquipmentCycle.started_at, "moment", _zone),
        Column("end", N_("End"), EquipmentCycle.ended_at, "moment", _zone),
        Column("result", N_("Result"), EquipmentCycle.result, "word", words="result"),
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        Column("quantity", N_("Packs inside"), CycleLoad.quantity, "count"),
        Column(
            "drawn_at", N_("Drawn at"), CycleLoad.drawn_at, "moment", _zone, uses=FILES
        ),
    ),
    (EquipmentCycle.id, sa.func.coalesce(CycleLoad.lot_id, 0)),
    import_key=(EquipmentCycle.id, LOTS_FIRST, sa.func.coalesce(Lot.id, 0)),
    search=(
        EquipmentCycle.number,
        EquipmentCycle.equipment,
        Lot.code,
        Article.name,
        Article.name_en,
    ),
    filters=(
        Filter("site", N_("Site"), Site.code, among="site"),
        Filter("kind", N_("Kind"), EquipmentCycle.kind, CYCLE_KINDS, "cycle"),
        Filter(
            "result",
            N_("Result"),
            EquipmentCycle.result,
            (*("pass", "fail"), "missing"),
            "result",
        ),
        article_filter(),
    ),
    period=Period(_start, EquipmentCycle.started_at),
    sorts={"start": EquipmentCycle.started_at, "number": EquipmentCycle.number},
)

FILLS = Listing(
    "fills",
    N_("Tank fills"),
    GROUP,
    N_("What was put into which tank, and when."),
    sa.join(TankFill, EquipmentCycle, EquipmentCycle.id == TankFill.cycle_id)
    .join(Site, Site.id == EquipmentCycle.site_id)
    .join(Lot, Lot.id == TankFill.lot_id)
    .join(Article, Article.id == Lot.article_id),
    (
        Column("site", N_("Site"), Site.code, "code"),
        Column(
            "cycle",
            N_("Filling"),
            EquipmentCycle.number,
            "code",
            leads=("cycles", "q"),
        ),
        Column(
            "equipment", N_("Equipment"), EquipmentCycle.equipment, "code", uses=SEEN
        ),
        lot_column(),
        *article_columns(FILES),
        origin_column(),
        Column(
            "quantity", N_("Quantity"), TankFill.quantity, "amount", Article.base_unit
        ),
        Column("unit", N_("Unit"), Article.base_unit, "unit", uses=FILES),
        Column("at", N_("When"), TankFill.at, "moment", _zone),
        Column("booked", "", sa.literal("yes"), "code", uses=IMPORTED),
        entry_column(TankFill.id),
    ),
    (TankFill.id,),
    search=(
        EquipmentCycle.number,
        EquipmentCycle.equipment,
        Lot.code,
        Article.name,
        Article.name_en,
    ),
    filters=(Filter("site", N_("Site"), Site.code, among="site"), article_filter()),
    period=Period(N_("When"), TankFill.at),
    sorts={"at": TankFill.at},
)
