"""The files an import knows, as data: columns in English and as plants write them.

No header fits two kinds (a test proves it). docs/import.md shows an example of each.
"""

from . import values
from .columns import Column, Kind
from .line_kinds import CHECKS, CLEANINGS, CYCLES, FILLS, RUNS, STOPS
from .plant_kinds import ARTICLES, LINES, LOTS, PARTNERS, PLACES, SITES, SPARES
from .record_kinds import (
    BINDINGS,
    CODES,
    COUNTS,
    HOLDS,
    INSPECTIONS,
    ITEMS_NOTED,
    MARKS,
    PAPERS,
    SAMPLES,
    SIGHTINGS,
)
from .values import choice
from .words import (
    ARTICLE,
    ENTRY,
    ITEMS,
    LOT,
    QUANTITY,
    SITE,
    SSCC,
    SUPPLIER,
    UNIT,
    a_code,
    a_count,
    a_long,
    a_text,
    a_time,
    an_amount,
    some_items,
    the_amount,
    the_code,
    the_lot,
    the_text,
    the_time,
)

CONSUMPTION = Kind(
    "consumption",
    (
        the_lot("output_lot", "产出批号", "成品批号"),
        a_code("output_article", "产出物料编码", "成品编码"),
        the_code("input_article", "投入物料编码", "原料编码"),
        the_lot("input_lot", "投入批号", "原料批号"),
        SUPPLIER,
        the_amount("quantity", *QUANTITY, "投料数量"),
        a_code("unit", *UNIT),
        the_time("at", "时间", "投料时间"),
        Column(
            "kind",
            ("类型",),
            choice(consumption="投料", rework="返工", repack="分装 重新包装"),
        ),
        a_code("place", "库位", "仓库"),
        some_items("items", *ITEMS),
        a_long("reason", "原因"),
        a_text("approved_by", "批准人"),
        Column("booked", ("已入账",), values.truth),
        some_items("old_items", "原单袋", "原包装"),
        some_items("new_items", "新单袋", "新包装"),
        ENTRY,
    ),
)
CASES = Kind(
    "cases",
    (
        Column("sscc", SSCC, values.sscc, "cell"),
        Column("parent", ("上级托盘码", "所在托盘"), values.sscc, "header"),
        Column("level", ("级别",), choice(case="箱", pallet="托盘 栈板")),
        a_code("article", *ARTICLE),
        Column("lot", LOT, values.batch_number, "header"),
        SUPPLIER,
        some_items("items", *ITEMS),
        a_count("quantity", *QUANTITY),
        a_time("packed_at", "装箱时间"),
        a_time("removed_at", "取出时间"),
        Column(
            "state",
            ("状态",),
            choice(open="未封 装箱中", closed="已封", dissolved="已拆 拆箱"),
        ),
        a_code("place", "库位", "仓库", "所在库位"),
        a_time("built_at", "建立时间"),
        a_code("shipment", "发货单号", "出库单号"),
    ),
)
STAYS = Kind(
    "stays",
    (
        Column("sscc", ("箱码",), values.sscc, "cell"),
        Column("pallet", ("托盘码", "托盘"), values.sscc, "cell"),
        Column("since", ("放上时间",), values.moment, "header"),
        Column("until", ("取下时间",), values.moment, "header"),
        ENTRY,
    ),
)
SHIPMENTS = Kind(
    "shipments",
    (
        the_code("number", "发货单号", "出库单号"),
        a_code("site", *SITE),
        the_code("consignee", "收货客户", "客户编码"),
        a_text("carrier", "承运商"),
        a_text("vehicle", "车牌", "车牌号"),
        a_text("driver_phone", "司机电话"),
        the_time("shipped_at", "发货时间"),
        a_time("delivered_at", "签收时间", "到货时间"),
        a_code("article", *ARTICLE),
        Column("lot", LOT, values.batch_number, "header"),
        SUPPLIER,
        an_amount("quantity", *QUANTITY),
        a_code("unit", *UNIT),
        some_items("items", *ITEMS),
        Column("sscc", SSCC, values.ssccs),
        Column("place", ("库位", "仓库", "发货仓库"), values.code, "header"),
    ),
)
MOVEMENTS = Kind(
    "movements",
    (
        the_text("document", "单号", "单据号"),
        a_code("article", *ARTICLE),
        the_lot("lot", *LOT),
        SUPPLIER,
        the_code("from", "移出库位", "从"),
        the_code("to", "移入库位", "到"),
        an_amount("quantity", *QUANTITY),
        a_code("unit", *UNIT),
        some_items("items", *ITEMS),
        Column("sscc", SSCC, values.ssccs),
        the_time("at", "时间", "移动时间"),
        a_long("reason", "原因"),
        a_code("shipment", "发货单号", "出库单号"),
        a_time("booked_at", "入账时间", "登记时间"),
        a_text("booked_by", "入账人", "登记人"),
        ENTRY,
    ),
)

KINDS = (
    SITES,
    LINES,
    PLACES,
    PARTNERS,
    ARTICLES,
    SPARES,
    LOTS,
    CODES,
    BINDINGS,
    RUNS,
    CYCLES,
    FILLS,
    CLEANINGS,
    CHECKS,
    STOPS,
    INSPECTIONS,
    SAMPLES,
    PAPERS,
    ITEMS_NOTED,
    MARKS,
    HOLDS,
    CONSUMPTION,
    CASES,
    STAYS,
    SHIPMENTS,
    MOVEMENTS,
    SIGHTINGS,
    COUNTS,
)
"""In the order they are applied: each kind refers only to those before it."""
