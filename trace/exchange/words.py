"""Shorthand for columns of one form, and headers that several kinds of file share."""

from collections.abc import Callable

from . import values
from .columns import Column
from .values import Parse


def maker(parse: Parse, needed: str = "") -> Callable[..., Column]:
    def make(name: str, *aliases: str) -> Column:
        return Column(name, aliases, parse, needed)

    return make


a_text = maker(values.text)
the_text = maker(values.text, "cell")
a_code = maker(values.code)
the_code = maker(values.code, "cell")
the_key = maker(values.key, "cell")
the_lot = maker(values.batch_number, "cell")
a_long = maker(values.long_text)
a_day = maker(values.day)
a_time = maker(values.moment)
the_time = maker(values.moment, "cell")
some_items = maker(values.items)
an_amount = maker(values.number)
the_amount = maker(values.number, "cell")
a_count = maker(values.whole)
a_number = maker(values.count)
the_number = maker(values.count, "cell")
the_day = maker(values.day, "cell")
the_items = maker(values.items, "cell")
the_long = maker(values.long_text, "cell")

ARTICLE = ("物料编码", "产品编码", "品号", "货号")
LOT = ("生产批号", "批号", "批次", "批次号")
SITE = ("工厂", "厂区")
LINE = ("生产线", "线别")
QUANTITY = ("数量",)
UNIT = ("单位", "计量单位")
SSCC = ("箱码", "托盘码")
ITEMS = ("单袋", "追溯码范围")
RESULT = ("结果", "判定")
ACTOR = ("登记人", "操作人")
PASSED = {"pass": "合格 通过", "fail": "不合格 未通过"}


ENTRY = Column("entry", ("序号",), values.whole)
"""Its place in the record: entries that are alike in all else are told apart by it."""
SUPPLIER = Column("supplier", ("供应商", "供应商编码"), values.origin)
"""Who numbered the lot that a row names; needed where several lots share a number."""
