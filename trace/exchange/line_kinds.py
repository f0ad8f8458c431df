"""The files that tell what happened on the lines."""

from . import values
from .columns import Column, Kind
from .values import choice
from .words import (
    ARTICLE,
    ENTRY,
    LINE,
    LOT,
    PASSED,
    QUANTITY,
    RESULT,
    SITE,
    SUPPLIER,
    UNIT,
    a_code,
    a_count,
    a_long,
    a_text,
    a_time,
    the_amount,
    the_code,
    the_long,
    the_lot,
    the_time,
)

RUNS = Kind(
    "runs",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_code("line", *LINE),
        a_code("site", *SITE),
        the_time("start", "开始", "开始时间"),
        Column("end", ("结束", "结束时间"), values.moment, "header"),
        Column("team", ("班组",), values.text, "header"),
    ),
)
CYCLES = Kind(
    "cycles",
    (
        the_code("site", *SITE),
        the_code("equipment", "设备", "杀菌锅"),
        Column(
            "kind",
            ("类型",),
            choice(
                retort="杀菌锅 杀菌",
                kettle="夹层锅 卤锅",
                chiller="冷却 冷却池",
                tank="储罐 罐 缸",
            ),
            "cell",
        ),
        the_code("number", "锅次", "锅次号"),
        the_time("start", "开始", "开始时间"),
        a_time("end", "结束", "结束时间"),
        Column("result", RESULT, choice(**PASSED, missing="缺失 记录缺失"), "cell"),
        Column("lot", LOT, values.batch_number, "header"),
        a_code("article", *ARTICLE),
        SUPPLIER,
        Column("quantity", QUANTITY, values.whole, "header"),
        a_time("drawn_at", "领用时间", "出罐时间"),
    ),
)
FILLS = Kind(
    "fills",
    (
        the_code("site", *SITE),
        the_code("cycle", "进料编号", "罐次"),
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        SUPPLIER,
        the_amount("quantity", *QUANTITY, "进料数量"),
        a_code("unit", *UNIT),
        the_time("at", "时间", "进料时间"),
        a_code("place", "库位", "仓库"),
        Column("booked", ("已入账",), values.truth),
        ENTRY,
    ),
)
CLEANINGS = Kind(
    "cleanings",
    (
        the_code("line", *LINE),
        a_code("site", *SITE),
        the_time("start", "开始", "开始时间"),
        the_time("end", "结束", "结束时间"),
        Column(
            "kind",
            ("类型", "清洁方式"),
            choice(
                dry="干清洁",
                wet="湿清洁",
                full="全面清洁消毒 清洁消毒",
                allergen="过敏原清洁 致敏物质清洁",
            ),
            "cell",
        ),
        Column("result", RESULT, choice(**PASSED), "cell"),
        a_text("verified_by", "验证人", "确认人"),
        a_code("equipment", "设备", "清洁设备"),
        a_time("withdrawn_at", "撤销时间"),
        a_long("withdrawn_reason", "撤销原因"),
        a_text("withdrawn_by", "撤销人"),
        ENTRY,
    ),
)
CHECKS = Kind(
    "checks",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_code("line", *LINE),
        a_code("site", *SITE),
        the_time("at", "时间", "检查时间"),
        Column(
            "kind",
            ("项目", "检查项目"),
            choice(
                vacuum="真空度 真空",
                sterilisation="杀菌",
                metal="金属检测 金检",
                weight="重量 净重",
                seal="封口",
                temperature="温度",
            ),
            "cell",
        ),
        a_text("value", "实测值", "测量值"),
        a_text("limits", "限值", "标准"),
        Column("result", RESULT, choice(**PASSED), "cell"),
        a_time("corrected_at", "纠正时间", "整改时间"),
        a_long("correction", "纠正措施", "整改措施"),
        a_text("corrected_by", "纠正人", "整改人"),
        ENTRY,
    ),
)
STOPS = Kind(
    "stops",
    (
        the_code("line", *LINE),
        a_code("site", *SITE),
        the_time("start", "停线时间", "开始", "开始时间"),
        a_time("rectified_at", "整改开始时间", "整改时间"),
        a_time("end", "恢复时间", "结束", "结束时间"),
        a_count("check", "抽检序号", "恢复抽检"),
        the_long("reason", "原因", "停线原因"),
        ENTRY,
    ),
)
