"""The files that tell what is on record of lots: codes, inspections, holds, counts."""

from . import small_tables, values
from .columns import Column, Kind
from .values import choice
from .words import (
    ACTOR,
    ARTICLE,
    ENTRY,
    ITEMS,
    LOT,
    PASSED,
    QUANTITY,
    RESULT,
    SUPPLIER,
    UNIT,
    a_code,
    a_day,
    a_long,
    a_text,
    a_time,
    maker,
    some_items,
    the_amount,
    the_code,
    the_day,
    the_items,
    the_long,
    the_lot,
    the_number,
    the_text,
    the_time,
)

a_quantity = maker(values.quantity)
the_count = maker(values.whole, "cell")

CODES = Kind(
    "codes",
    (
        the_count("series", "码系列", "系列号"),
        the_number("first", "起始码序", "起始序号"),
        the_count("count", "码数", "数量"),
        the_count("key_version", "密钥版本"),
        the_code("key_check", "密钥校验值"),
        the_time("issued_at", "发码时间"),
        a_text("issued_by", "发码人"),
        a_code("device", "设备", "贴标机"),
    ),
)
BINDINGS = Kind(
    "bindings",
    (
        the_count("series", "码系列", "系列号"),
        the_number("first", "起始码序", "起始序号"),
        the_count("count", "码数", "数量"),
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_number("item", "起始单袋号", "首袋序号"),
        the_time("bound_at", "关联时间", "绑定时间"),
        a_text("bound_by", "关联人", "绑定人"),
    ),
)
INSPECTIONS = Kind(
    "inspections",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        SUPPLIER,
        Column(
            "kind",
            ("类型", "检验类型"),
            choice(
                receiving="进货检验 原料检验",
                outgoing="出厂检验 成品检验",
                incubation="保温试验",
                retained="留样检验",
                returned="退货检验",
            ),
            "cell",
        ),
        the_time("at", "时间", "检验时间"),
        a_text("lab", "检验机构", "实验室"),
        a_text("method", "检验方法", "方法"),
        Column("findings", ("检验项目", "检验结果"), small_tables.findings),
        Column("result", RESULT, choice(**PASSED), "cell"),
        a_text("certificate", "检验合格证号", "合格证号"),
        a_text("actor", *ACTOR),
        ENTRY,
    ),
)
SAMPLES = Kind(
    "samples",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        SUPPLIER,
        the_amount("quantity", *QUANTITY, "留样数量"),
        a_code("unit", *UNIT),
        the_text("shelf", "存放位置", "留样位置"),
        the_time("kept_at", "留样时间"),
        a_day("keep_until", "保存至", "留样期限"),
        a_text("kept_by", "留样人"),
        a_time("removed_at", "取走时间", "处理时间"),
        a_text("removed_by", "取走人", "处理人"),
        a_long("removed_reason", "取走原因", "处理原因"),
        ENTRY,
    ),
)
PAPERS = Kind(
    "papers",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        SUPPLIER,
        Column(
            "kind",
            ("类型", "单证类型"),
            choice(
                animal_quarantine="动物检疫合格证明 动物检疫合格证",
                meat_inspection="肉品品质检验合格证",
                test_report="检验报告",
                supplier_licence="供货商资质",
                delivery_note="送货单",
                other="其他",
            ),
            "cell",
        ),
        Column("number", ("编号", "单证编号"), values.text, "header"),
        the_time("at", "时间", "登记时间"),
        a_text("actor", *ACTOR),
        ENTRY,
    ),
)
ITEMS_NOTED = Kind(
    "items",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_items("items", *ITEMS),
        Column(
            "kind",
            ("类型",),
            choice(
                printed="已打印 打印",
                applied="已贴 已贴标",
                voided="作废",
                sampled="取样 抽样",
                missing="缺失 丢失",
            ),
            "cell",
        ),
        the_time("start", "开始", "开始时间"),
        Column("end", ("结束", "结束时间"), values.moment, "header"),
        a_long("reason", "原因"),
        a_text("actor", *ACTOR),
        ENTRY,
    ),
)
MARKS = Kind(
    "marks",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_items("items", *ITEMS),
        Column("kind", ("类型",), choice(recalled="召回", suspect="可疑"), "cell"),
        the_time("at", "时间", "标记时间"),
        a_text("public_no", "公告编号"),
        a_text("url", "网址", "公告网址"),
        ENTRY,
    ),
)
HOLDS = Kind(
    "holds",
    (
        the_code("number", "编号", "封存单号"),
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        SUPPLIER,
        some_items("items", *ITEMS),
        Column(
            "state",
            ("状态",),
            choice(
                active="封存中 封存",
                release_requested="申请解除 待解除",
                released="已解除",
            ),
            "cell",
        ),
        Column(
            "hazard",
            ("危害类型", "危害"),
            choice(health="健康危害 健康", quality="质量", label="标签", other="其他"),
        ),
        the_long("reason", "原因", "封存原因"),
        the_text("placed_by", "封存人"),
        the_time("placed_at", "封存时间"),
        a_text("requested_by", "申请人"),
        a_time("requested_at", "申请时间"),
        a_long("request_reason", "解除依据", "申请理由"),
        a_text("released_by", "解除人"),
        a_time("released_at", "解除时间"),
        ENTRY,
    ),
)
SIGHTINGS = Kind(
    "sightings",
    (
        the_lot("lot", *LOT),
        a_code("article", *ARTICLE),
        the_code("place", "库位", "仓库"),
        the_items("items", *ITEMS),
        the_time("at", "时间", "登记时间"),
        a_long("reason", "原因"),
        a_text("actor", *ACTOR),
        ENTRY,
    ),
)
COUNTS = Kind(
    "counts",
    (
        the_code("number", "盘点单号"),
        the_code("place", "库位", "仓库"),
        Column(
            "state",
            ("状态",),
            choice(
                open="盘点中", counted="已盘点", booked="已入账", cancelled="已取消"
            ),
            "cell",
        ),
        the_day("due_on", "应盘日期", "盘点日期"),
        the_text("opened_by", "发起人"),
        the_time("opened_at", "发起时间"),
        a_text("counted_by", "盘点人"),
        a_time("counted_at", "盘点时间"),
        a_text("booked_by", "入账人"),
        a_time("booked_at", "入账时间"),
        Column("lot", LOT, values.batch_number, "header"),
        a_code("article", *ARTICLE),
        SUPPLIER,
        a_quantity("counted", "实盘数量"),
        a_quantity("booked", "账面数量"),
        a_code("unit", *UNIT),
        a_long("reason", "原因", "差异原因"),
    ),
)
