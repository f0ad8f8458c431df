"""Stocks of the plant's own: found beside ours, shown, and refused with a reason."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from alone import alone

from lotmark.labels.engine import stock as stocks
from lotmark.labels.engine.preview import preview
from lotmark.labels.engine.render import render
from lotmark.labels.engine.samples import check_sample, sample_file, sample_format
from lotmark.labels.engine.stock import (
    FOLDER,
    load_stock,
    load_unit_stock,
    read_stock,
    stock_names,
    unit_stock_names,
    use_own_stocks,
)
from lotmark.labels.engine.values import LabelRecord
from lotmark.trace.errors import InvalidInput

Records = Callable[[int], list[LabelRecord]]

ROLL = (FOLDER / "roll-60x40.toml").read_text(encoding="utf-8")
PALLET = (FOLDER / "units" / "unit-a6.toml").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stocks, "_own", [])
    use_own_stocks(tmp_path)
    return tmp_path


def keep(own: Path, name: str, text: str) -> Path:
    path = own / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_stocks_stand_after_ours(own: Path) -> None:
    keep(own, "gift-box", ROLL.replace("Roll of labels", "Gift box"))
    keep(own, "our-pallet", PALLET)
    keep(own, "broken", ROLL.replace("dpi = 203", "dpi = 2"))
    keep(own, "a4-24", ROLL)
    assert stock_names()[-1] == "gift-box"
    assert unit_stock_names()[-1] == "our-pallet"
    assert load_stock("gift-box").title.startswith("Gift box")
    assert load_unit_stock("our-pallet").for_units
    assert load_stock("a4-24").per_page == 24, "ours cannot be replaced"
    with pytest.raises(InvalidInput, match="one of a4-21, .*, gift-box; got 'broken'"):
        load_stock("broken")


def test_a_changed_file_counts_at_once(own: Path) -> None:
    path = keep(own, "mine", ROLL)
    assert load_stock("mine").dpi == 203
    path.write_text(ROLL.replace("dpi = 203", "dpi = 300"), encoding="utf-8")
    assert load_stock("mine").dpi == 300


@pytest.mark.parametrize("name", [*stock_names(), *unit_stock_names()])
def test_every_stock_can_be_shown(name: str) -> None:
    stock = load_stock(name) if name in stock_names() else load_unit_stock(name)
    check_sample(stock)
    format = sample_format(stock)
    picture = preview(format, sample_file(stock, format), stock.dpi)
    codes = [code.text for code in zxingcpp.read_barcodes(picture)]
    assert len(codes) >= stock.per_page


def test_a_sample_of_its_own_is_tried(own: Path) -> None:
    long = f'[sample]\nproduct = "{"牛" * 60}"\n\n[[text]]'
    path = keep(own, "mine", ROLL.replace("[[text]]", long, 1))
    with pytest.raises(InvalidInput, match="does not fit into its"):
        check_sample(read_stock(path))
    unknown = long.replace("product", "price")
    path = keep(own, "other", ROLL.replace("[[text]]", unknown, 1))
    with pytest.raises(
        InvalidInput, match=r"\[sample\] names no value of a label: price"
    ):
        read_stock(path)


@pytest.mark.parametrize("format", ["pdf", "png", "zpl", "zpl-graphics", "tspl"])
def test_an_address_in_lower_case_is_a_setting_of_the_stock(
    own: Path, records: Records, format: str
) -> None:
    stock = load_stock("roll-60x40")
    lower = replace(stock, qr_box=replace(stock.qr, lower=True))
    (record,) = records(1)
    out = BytesIO()
    render(format, alone([record]), lower, out)
    (code,) = zxingcpp.read_barcodes(preview(format, out.getvalue(), stock.dpi))
    assert code.text == record.url.replace(
        "HTTPS://Q.YUNLING-FOODS.CN", "https://q.yunling-foods.cn"
    )
