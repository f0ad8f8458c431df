"""Sample labels, to show and to try a stock with."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np

from .layout import place
from .render import render
from .stock import Stock
from .unit_labels import render_units
from .unit_values import UnitRecord
from .values import LabelRecord, LabelSeries

PACK = LabelRecord(
    url="HTTPS://Q.EXAMPLE.CN/01/09506000134352/10/L2-261118-03/21/7K3M9QXW2D5RVT8H",
    serial="7K3M9QXW2D5RVT8H",
    product="五香酱牛肉",
    product_en="Five-spice braised beef",
    net_content="200 克",
    batch_no="L2-261118-03",
    production_date="2026-11-18",
    expiry_date="2027-05-16",
    line_code="L2",
)
UNIT = UnitRecord(
    url="HTTPS://Q.EXAMPLE.CN/00/095060000000000015",
    sscc="095060000000000015",
    kind="箱",
    elements=(
        ("02", "09506000134352"),
        ("37", "40"),
        ("11", "261118"),
        ("17", "270516"),
        ("10", "L2-261118-03"),
    ),
    product="五香酱牛肉",
    product_en="Five-spice braised beef",
    quantity="40 袋",
    batch_no="L2-261118-03",
    production_date="2026-11-18",
    expiry_date="2027-05-16",
    storage="常温避光保存",
    firm="云岭示例肉制品厂",
)


def sample_format(stock: Stock) -> str:
    """What a stock is shown as: commands for a label printer, or a page of PDF."""
    return "zpl" if stock.is_roll else "pdf"


def check_sample(stock: Stock) -> None:
    """Raises InvalidInput when not even the sample fits on the stock's label."""
    values: dict[str, Any] = dict(stock.sample)
    if stock.for_units:
        place(stock, replace(UNIT, **values))
    else:
        place(stock, replace(PACK, **values))


def sample_file(stock: Stock, format: str) -> bytes:
    """One page, or one row, of sample labels. Raises InvalidInput as ``render``."""
    out = BytesIO()
    values: dict[str, Any] = dict(stock.sample)
    if stock.for_units:
        units = [replace(UNIT, **values)] * stock.per_page
        render_units(format, units, stock, out)
    else:
        one = replace(PACK, **values)
        serials = np.array([one.serial] * stock.per_page, "S16")
        render(format, [LabelSeries(one, serials)], stock, out)
    return out.getvalue()
