"""The screen of a line PC in a real browser: everything fits, a scan is answered."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import check_accessible, check_nothing_overflows
from flask import Flask
from line_pc import LinePc, line_pc
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from lotmark.web.installation import Installation
from lotmark.web.station.running import QuietHandler
from lotmark.web.station.tables import Block

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def pc(house: Installation, app: Flask, tmp_path: Path) -> Iterator[LinePc]:
    with line_pc(house, app, tmp_path) as pc:
        yield pc


@pytest.fixture
def page(pc: LinePc, browser: Browser) -> Iterator[Page]:
    """A touch screen beside the line."""
    app = pc.client.application
    server = make_server("127.0.0.1", 0, app, True, request_handler=QuietHandler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        viewport={"width": 1024, "height": 768},
        locale="zh-CN",
        has_touch=True,
    )
    yield context.new_page()
    context.close()
    server.shutdown()
    serving.join()
    server.server_close()


def test_it_fits_and_can_be_read(pc: LinePc, page: Page) -> None:
    page.goto("/line")
    expect(page.locator("#band")).to_contain_text("本机没有批次")
    pc.sync()
    page.goto("/line/operator")
    page.check("input[value=zhao]", force=True)
    page.keyboard.press("F1")
    expect(page.locator("#band")).to_contain_text("300")
    pc.work_as("zhao")
    pc.order(20)
    pc.print_all()
    for path in ("", "/print", "/void", "/reprint", "/reports", "/batches"):
        page.goto(f"/line{path}")
        check_nothing_overflows(page)
        check_accessible(page)


def test_a_scan_fills_the_screen_with_its_answer(pc: LinePc, page: Page) -> None:
    pc.sync()
    pc.work_as("zhao")
    pc.order(5)
    pc.print_all()
    with pc.store.reading() as session:
        code = session.query(Block).one().codes[:16].decode()
    page.goto("/line/operator")
    page.check("input[value=zhao]", force=True)
    page.keyboard.press("F1")
    expect(page.locator("#code")).to_be_visible()
    for text, kind in ((code, "ok"), ("7K3M9QXW2D5RVT8H", "bad")):
        page.fill("#code", text)
        page.press("#code", "Enter")
        expect(page.locator(f".outcome.is-{kind}")).to_be_visible()
        assert page.locator("body").get_attribute("data-played") == kind
        page.keyboard.press("F1")
        expect(page.locator("#code")).to_be_visible()
    assert [event.kind for event in pc.events()] == ["printed", "applied"]
