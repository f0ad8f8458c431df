"""Getting a recall back, in a real browser: phone and desk, both languages."""

import re
import threading
from collections.abc import Iterator

import pytest
import small_plant
import sqlalchemy as sa
from browsing import check_accessible, check_nothing_overflows
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from recall_pages import recall_store
from stored_goods import Store, fill_store
from werkzeug.serving import make_server

from lotmark.recall.quarantine.tables import ConsigneeLink, ZoneScan
from lotmark.web.installation import Installation

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of a server that serves the house's pages."""
    app.config["SESSION_COOKIE_SECURE"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def store(house: Installation) -> Store:
    return fill_store(house)


def enter(browser: Browser, site: str, login: str, size: ViewportSize) -> Page:
    page = browser.new_page(base_url=site, viewport=size, locale="zh-CN")
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", small_plant.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def check(page: Page) -> None:
    check_accessible(page)
    check_nothing_overflows(page)


def test_a_consignee_answers_on_a_phone_without_script(
    browser: Browser, site: str, house: Installation, store: Store
) -> None:
    recall_store(house, store)
    with house.plant.reading() as session:
        token = session.scalars(sa.select(ConsigneeLink.token)).one()
    page = browser.new_page(
        base_url=site,
        viewport=PHONE,
        locale="zh-CN",
        java_script_enabled=False,
    )
    page.goto(f"/r/{token}")
    page.click("button[value=acknowledge]")
    lot = store.lot_id
    page.fill(f"#received-{lot}", "40")
    page.fill(f"#returned-{lot}", "50")
    page.check("input[name=subs][value=yes]", force=True)
    page.click("button[value=answer]")
    expect(page.locator(".is-warn").first).to_be_visible()
    for language in ("zh-CN", "en"):
        with_script = browser.new_page(base_url=site, viewport=PHONE, locale=language)
        with_script.goto(f"/r/{token}")
        check(with_script)


def test_staff_pages_fit_phone_and_desk(
    browser: Browser, site: str, house: Installation, store: Store
) -> None:
    number = recall_store(house, store)
    for size in (PHONE, DESK):
        page = enter(browser, site, "dong", size)
        for path in ("consignees", f"consignees/{store.shop}", "ledger"):
            page.goto(f"/recall/{number}/{path}")
            check(page)
        page.goto(f"/recall/{number}/effectiveness")
        if page.locator("button[value=draw]").count():
            page.click("button[value=draw]")
        check(page)
        page.close()
        page = enter(browser, site, "wang", size)
        for path in ("zones", f"zones/{store.places['QZ1']}", "dispositions/new"):
            page.goto(f"/stock/{path}")
            check(page)
        page.close()


def test_scans_wait_on_the_device_while_there_is_no_network(
    browser: Browser, site: str, house: Installation, store: Store
) -> None:
    page = enter(browser, site, "wang", PHONE)
    page.goto(f"/stock/zones/{store.places['QZ1']}")
    expect(page.locator("h1")).to_contain_text("QZ1")
    page.context.set_offline(True)
    for number in range(60, 65):
        page.fill("#code", store.serials[number])
        page.press("#code", "Enter")
    expect(page.locator("#scans .is-warn")).to_have_count(5)
    expect(page.locator("#queue")).to_contain_text(re.compile("5"))
    page.context.set_offline(False)
    expect(page.locator("#scans .is-ok")).to_have_count(5, timeout=15_000)
    expect(page.locator("#queue")).to_be_hidden()
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ZoneScan.id))) == 5
