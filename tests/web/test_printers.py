"""Printers: added, tried, measured with a ruler, changed, taken out of use."""

import time
from io import BytesIO
from pathlib import Path

import lotmark_demo
import pypdfium2
import pytest
import small_plant
from fake_printer import with_printer
from flask.testing import FlaskClient
from press_room import PressRoom, pressing, room_in, wait_for
from staff_pages import change, said, shown

from lotmark.labels.engine.calibration import shifted
from lotmark.labels.engine.printed import tspl_labels, zpl_labels
from lotmark.labels.engine.ruler import draw_ruler, ruler_dots
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.jobs.printers import find_printer
from lotmark.labels.jobs.service import find_job
from lotmark.labels.jobs.tables import Printer
from lotmark.trace.errors import InvalidInput, NotFound
from lotmark.web.installation import Installation

NEW = {
    "code": "L2-ZT1",
    "name": "2 号线",
    "line": "2",
    "kind": "tcp",
    "address": "127.0.0.1:9100",
    "format": "zpl",
    "stock": "roll-60x40",
    "dpi": "203",
    "in_flight": "20",
}
PAGE = "/admin/printers/L2-ZT1"


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("zhao")


@pytest.fixture
def room(house: Installation) -> PressRoom:
    return room_in(house)


def known(house: Installation) -> Printer:
    with house.plant.reading() as session:
        return find_printer(session, "L2-ZT1")


def test_a_printer_is_added_changed_and_taken_out_of_use(
    zhao: FlaskClient, house: Installation
) -> None:
    assert "No printer yet" in shown(zhao, "/admin/printers")
    assert change(zhao, "/admin/printers", **NEW).location == PAGE
    listed = shown(zhao, "/admin/printers")
    assert "L2-ZT1" in listed
    assert "Unknown: it does not say" in listed
    assert "not asked yet" in listed
    moved = {**NEW, "address": "10.0.0.9:9100", "format": "tspl"}
    assert change(zhao, PAGE, **moved).status_code == 302
    assert (known(house).address, known(house).format) == ("10.0.0.9:9100", "tspl")
    assert change(zhao, f"{PAGE}/remove").status_code == 302
    with pytest.raises(NotFound, match="a printer in use"):
        known(house)
    assert "perhaps out of use" in said(change(zhao, "/admin/printers", **NEW))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("address", "10.0.0.9", "192.168.1.50:9100"),
        ("address", "10.0.0.9:99999", "192.168.1.50:9100"),
        ("address", "a b:9100", "192.168.1.50:9100"),
        ("format", "pdf", "Expected a label format"),
        ("stock", "a4-24", "feeds rolls"),
        ("in_flight", "0", "from 1 to 1,000"),
        ("code", "二号", "letters and digits"),
    ],
)
def test_a_printer_that_cannot_be_is_refused_with_one_sentence(
    zhao: FlaskClient, field: str, value: str, sentence: str
) -> None:
    refused = change(zhao, "/admin/printers", **{**NEW, field: value})
    assert refused.status_code in (400, 409)
    assert sentence in said(refused)
    assert "No printer yet" in shown(zhao, "/admin/printers")


def test_a_printer_with_a_job_is_not_changed_under_it(
    zhao: FlaskClient, room: PressRoom
) -> None:
    change(zhao, "/admin/printers", **NEW)
    room.order(5, code="L2-ZT1")
    for path in (PAGE, f"{PAGE}/remove"):
        refused = change(zhao, path, **{**NEW, "stock": "roll-40x30"})
        assert "DY-26-0001 is on L2-ZT1" in said(refused)
    assert known(room.house).stock == "roll-60x40"


def test_a_test_label_comes_out_and_the_status_is_known(
    zhao: FlaskClient, house: Installation
) -> None:
    with with_printer() as printer, pressing(house):
        change(zhao, "/admin/printers", **{**NEW, "address": printer.address})
        change(zhao, f"{PAGE}/label", errand="test")
        wait_for(lambda: printer.printed)
        wait_for(lambda: known(house).status == "ok")
        assert printer.printed == ["HTTPS://Q.EXAMPLE.CN/T/ZZZZZZZZZZZZZZZZ"]
        assert "last answer" in shown(zhao, PAGE)
    assert known(house).errand == ""


def test_a_printer_nobody_finds_says_so(zhao: FlaskClient, house: Installation) -> None:
    with pressing(house):
        change(zhao, "/admin/printers", **{**NEW, "address": "127.0.0.1:1"})
        wait_for(lambda: known(house).status == "no_answer")
    page = shown(zhao, PAGE)
    assert "Does not answer" in page
    assert "it has never answered" in page


def test_the_ruler_moves_what_is_printed(
    zhao: FlaskClient, house: Installation
) -> None:
    change(zhao, "/admin/printers", **NEW)
    assert "Never measured" in shown(zhao, PAGE)
    done = change(zhao, f"{PAGE}/ruler", across="5.6", down="4,8", length="50")
    assert done.location == f"{PAGE}?done=measured"
    assert (known(house).offset_x, known(house).offset_y) == (-600, 200)
    assert "At 100 %" in shown(zhao, PAGE)
    done = change(zhao, f"{PAGE}/ruler", across="5.1", down="5", length="48.5")
    assert "97.0 %" in shown(zhao, done.location)
    assert known(house).offset_x == -600, "what scales is not moved"
    for across, sentence in (("x", "like 5.2"), ("90", "near 5 mm"), ("9", "guides")):
        again = change(zhao, f"{PAGE}/ruler", across=across, down="5", length="50")
        assert sentence in said(again)


def test_the_ruler_label_measures_what_it_says() -> None:
    stock = load_stock("roll-60x40")
    dots = ruler_dots(stock)
    upright = [x for x in range(dots.shape[1]) if dots[20:300, x].all()]
    assert upright[0] == stock.dots(5)
    assert stock.dots(55) in upright
    level = [y for y in range(dots.shape[0]) if dots[y, 20:450].all()]
    assert level[0] == stock.dots(5)
    (zpl,) = zpl_labels(draw_ruler(stock, "zpl"))
    (tspl,) = tspl_labels(draw_ruler(stock, "tspl"), 203)
    assert (zpl.dots[:, : dots.shape[1]] == dots).all()
    assert (tspl.dots == dots).all()
    page = pypdfium2.PdfDocument(BytesIO(draw_ruler(load_stock("a4-24"), "pdf")))[0]
    width, height = page.get_size()
    assert abs(width / 72 * 25.4 - 210) < 0.2
    assert abs(height / 72 * 25.4 - 297) < 0.2


def test_offsets_stay_on_the_label() -> None:
    stock = load_stock("roll-60x40")
    assert shifted(stock, -1, 0.5).left == -1
    with pytest.raises(InvalidInput, match=r"off by 9\.0 mm"):
        shifted(stock, -9, 0)


def test_printers_by_command(tmp_path: Path) -> None:
    demo = lotmark_demo.build(tmp_path / "demo")
    with with_printer() as printer:
        demo.run("printer", "add", "P2", printer.address, "--line", "L2")
        assert {one["code"] for one in demo.json("printer", "list")} == {
            "L2-DEMO",
            "P2",
        }
        with lotmark_demo.serving(demo):
            assert "Sent to P2" in demo.run("printer", "test", "P2")
            wait_for(lambda: len(printer.printed) == 1)
            lot = demo.document["open_lot"]
            told = demo.json("printer", "print", "P2", "--lot", lot, "--count", "7")
            wait_for(lambda: len(printer.printed) == 2)
            time.sleep(0.5)
            assert len(printer.printed) == 2, "the first label waits for its scan"
            waits = demo.run(
                "printer", "print", "L2-DEMO", "--lot", lot, "--count", "3"
            )
            assert "scan that label at the line" in waits
            house = demo.open()
            with house.plant.reading() as session:
                lot_id = find_job(session, told["job"]).lot_id
            room, folder = PressRoom(house, lot_id), demo.folder / "printer"
            room.first_right(told["job"])
            wait_for(lambda: len(list(folder.glob("DY-*.pdf"))) == 1)
            job = waits.partition(":")[0]
            wait_for(lambda: room.job(job).state == "paused")
            room.first_right(job)
            wait_for(lambda: len(printer.printed) == 8)
            wait_for(lambda: room.job(job).state == "finished")
            house.close()
            assert len(list(folder.glob(f"{job}-*.pdf"))) > 1, "first one, then more"
            time.sleep(0.5)
        assert "out of use" in demo.run("printer", "remove", "P2")
        refused = demo.run(
            "printer", "print", "P2", "--lot", lot, "--count", "1", code=2
        )
        assert "Expected a printer in use, one of: L2-DEMO" in refused
