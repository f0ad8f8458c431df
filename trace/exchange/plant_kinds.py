"""The files that say what the plant has: sites, partners, articles, lots."""

from . import small_tables, values
from .columns import Column, Kind
from .values import choice
from .words import (
    ARTICLE,
    LINE,
    LOT,
    QUANTITY,
    SITE,
    UNIT,
    a_code,
    a_count,
    a_day,
    a_long,
    a_number,
    a_text,
    a_time,
    the_code,
    the_key,
    the_lot,
    the_number,
    the_text,
)

SITES = Kind(
    "sites",
    (
        the_key("code", "编号", "工厂编号"),
        the_text("name", "名称", "工厂名称"),
        a_text("name_en", "英文名称"),
        Column("time_zone", ("时区",), values.time_zone, "header"),
        a_text("address", "地址"),
        a_text("address_en", "英文地址"),
        a_text("licence", "生产许可证", "生产许可证编号"),
        a_text("phone", "电话", "服务电话"),
        a_text("authority", "监管部门"),
        a_text("authority_phone", "监管部门电话"),
    ),
)
LINES = Kind(
    "lines",
    (
        the_code("site", *SITE),
        the_key("code", "编号", "生产线编码"),
        the_text("name", "名称", "生产线名称"),
        a_text("name_en", "英文名称"),
        Column(
            "status",
            ("状态",),
            choice(running="运行 正常", stopped="停线 停产", rectifying="整改 整改中"),
        ),
        Column("labels_at_packing", ("包装时贴标",), values.truth),
    ),
)
PLACES = Kind(
    "places",
    (
        the_code("site", *SITE),
        the_key("code", "编号", "库位编码"),
        Column(
            "kind",
            ("类型",),
            choice(
                warehouse="仓库 库房 成品库 原料库 包材库",
                hold="封存区",
                quarantine="隔离区 召回品隔离区",
                returns="退货区",
            ),
            "cell",
        ),
        the_text("name", "名称", "库位名称"),
        a_text("name_en", "英文名称"),
    ),
)
PARTNERS = Kind(
    "partners",
    (
        the_key("code", "编号", "客户编码", "供应商编码"),
        Column(
            "kind",
            ("类型",),
            choice(
                supplier="供应商 供货商",
                consignee="收货客户 客户 经销商",
                carrier="承运商 物流",
                authority="监管部门",
                lab="检验机构 实验室",
            ),
            "cell",
        ),
        the_text("name", "名称", "客户名称", "供应商名称"),
        a_text("name_en", "英文名称"),
        a_text("address", "地址"),
        a_text("contact", "联系人"),
        a_text("phone", "电话", "联系电话"),
        a_text("email", "邮箱", "电子邮箱"),
        a_text("region", "省份", "地区"),
        a_text("backup_contact", "备用联系人", "第二联系人"),
        a_text("backup_phone", "备用电话", "第二联系电话"),
        a_day("contact_checked_on", "联系方式核实日期"),
    ),
)
ARTICLES = Kind(
    "articles",
    (
        the_code("code", "编号", *ARTICLE),
        the_text("name", "名称", "品名"),
        a_text("name_en", "英文名称"),
        Column(
            "kind",
            ("类型",),
            choice(
                product="成品 产品", ingredient="原料 辅料", packaging="包材 包装材料"
            ),
            "cell",
        ),
        Column("gtin", ("商品条码", "条码"), values.gtin),
        the_code("unit", *UNIT),
        a_count("case_size", "箱规", "每箱数量"),
        a_text("net_content", "净含量"),
        a_text("net_content_en", "英文净含量"),
        Column("shelf_life_days", ("保质期天数", "保质期"), values.days),
        a_text("storage", "贮存条件"),
        a_text("storage_en", "英文贮存条件"),
        a_long("ingredients", "配料", "配料表"),
        a_long("ingredients_en", "英文配料"),
        a_text("allergens", "致敏物质"),
        a_text("allergens_en", "英文致敏物质"),
        a_text("standard", "执行标准"),
        a_code("picture", "图片"),
        Column("nutrition", ("营养成分", "营养成分表"), small_tables.nutrition),
    ),
)
SPARES = Kind(
    "spares",
    (
        the_code("article", *ARTICLE),
        the_number("permille", "备货千分比", "备用库存千分比"),
    ),
)
LOTS = Kind(
    "lots",
    (
        the_code("article", *ARTICLE),
        the_lot("lot", *LOT),
        a_code("supplier", "供应商", "供应商编码"),
        a_code("site", *SITE),
        a_code("line", *LINE),
        a_day("produced_on", "生产日期"),
        a_day("expires_on", "到期日", "保质期到期日"),
        a_day("received_on", "收货日期", "到货日期"),
        Column("quantity", QUANTITY, values.quantity, "cell"),
        a_code("unit", *UNIT),
        a_code("place", "库位", "仓库"),
        Column(
            "grade",
            ("追溯级别",),
            choice(quantity="数量 按数量", case="箱 按箱", item="单袋 按单袋"),
        ),
        Column(
            "status",
            ("状态",),
            choice(
                planned="计划",
                in_production="生产中",
                produced="已生产",
                testing="检验中",
                released="已放行",
                recalled="已召回",
                closed="已关闭",
                rejected="不合格",
            ),
        ),
        a_text("certificate", "检验合格证号", "合格证号"),
        a_count("planned", "计划数量"),
        Column("coded", ("一物一码", "赋码"), values.truth),
        a_number("labels", "已发码数", "发码数量"),
        a_text("artwork", "标签版本", "标签稿版本"),
        a_text("work_order", "工单", "工单号"),
        a_time("status_since", "状态时间", "状态变更时间"),
        a_time("caution_since", "警示时间", "警示开始时间"),
    ),
)
