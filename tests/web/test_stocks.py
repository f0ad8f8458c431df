"""The page of label stocks: all drawn, own ones tried before they are kept."""

import io
from pathlib import Path

import pytest
import small_plant
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from staff_pages import change, said, shown

from lotmark.labels.engine.stock import FOLDER, stock_names, unit_stock_names
from lotmark.web.installation import Installation

ROLL = (FOLDER / "roll-60x40.toml").read_text(encoding="utf-8")


@pytest.fixture
def qian(log_in: small_plant.LogIn, house: Installation) -> FlaskClient:
    return log_in("qian")


def send(
    client: FlaskClient, text: str, name: str = "gift-box.toml"
) -> tuple[int, str]:
    file = (io.BytesIO(text.encode()), name)
    sent = change(client, "/admin/stocks", file=file)
    return sent.status_code, said(sent) if sent.status_code >= 400 else sent.location


def test_every_stock_is_drawn(qian: FlaskClient) -> None:
    page = shown(qian, "/admin/stocks")
    for name in (*stock_names(), *unit_stock_names()):
        assert f"/admin/stocks/{name}/picture" in page
    for name in ("roll-50x30", "unit-100x50", "a4-24"):
        picture = Image.open(io.BytesIO(qian.get(f"/admin/stocks/{name}/picture").data))
        assert zxingcpp.read_barcodes(picture)


def test_an_own_stock_is_kept_used_and_removed(
    qian: FlaskClient, house: Installation
) -> None:
    answer = qian.get("/admin/stocks/roll-60x40/file")
    text = answer.data.decode()
    answer.close()
    status, location = send(qian, text.replace("Roll of labels", "Gift box"))
    assert (status, location) == (302, "/admin/stocks?kept=gift-box")
    page = shown(qian, location)
    assert "Gift box 60 × 40 mm" in page
    assert "gift-box can be printed on from now on" in page
    assert "gift-box" in stock_names()
    assert change(qian, "/admin/stocks/gift-box/remove").status_code == 302
    assert "gift-box" not in stock_names()
    gone = change(qian, "/admin/stocks/gift-box/remove")
    assert gone.status_code == 404
    assert "no label stock gift-box of your own" in said(gone)


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        (ROLL.replace("dpi = 203", ""), "x.toml", "x.toml lacks dpi"),
        (ROLL.replace("x = 27", "x = 24"), "x.toml", "QR and {product} overlap"),
        ("nonsense", "x.toml", "x.toml cannot be used"),
        (ROLL, "roll-60x40.toml", "comes with Lotmark"),
        (ROLL, "../x.toml", ""),
        (ROLL, "Große.toml", "named like gift-box.toml"),
        ("x" * 200_000, "x.toml", "at most 100000 bytes"),
        (
            ROLL.replace("[[text]]", f'[sample]\nproduct = "{"肉" * 80}"\n[[text]]', 1),
            "x.toml",
            "does not fit into its",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(
    qian: FlaskClient, house: Installation, text: str, name: str, reason: str
) -> None:
    status, told = send(qian, text, name)
    if reason:
        assert status >= 400
        assert reason in told
        assert not list(house.settings.stocks.glob("*.toml"))
    else:
        # Only the last part of a path counts.
        assert status == 302
        assert (house.settings.stocks / "x.toml").is_file()


def test_a_bad_file_in_the_folder_is_named_on_the_page(
    qian: FlaskClient, house: Installation
) -> None:
    folder: Path = house.settings.stocks
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(ROLL.replace("size = 21", "size = 210"))
    page = shown(qian, "/admin/stocks")
    assert "The label stock mine.toml cannot be used" in page
    assert shown(qian, "/admin/components")
    assert "mine" not in stock_names()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("dpi = 203", "dpi = 20", "dpi 是 20，不能小于 100。"),
        ("dpi = 203", "", "mine.toml 缺少 dpi。"),
        ("x = 27", "x = 24", "QR 与 {product} 重叠。"),
        ("dpi = 203", "dpi 203", "第 4 行从第 5 个字符起不是正确的 TOML。"),
    ],
)
def test_why_a_stock_is_refused_is_told_in_chinese(
    qian: FlaskClient, old: str, new: str, reason: str
) -> None:
    file = io.BytesIO(ROLL.replace(old, new, 1).encode()), "mine.toml"
    refused = change(qian, "/admin/stocks?lang=zh", file=file)
    assert refused.status_code == 400
    assert f"标签纸文件 mine.toml 不能用：{reason}" in said(refused)
