"""The warehouse on a keeper's phone: a hand scanner types, Enter sends."""

import re
from collections.abc import Callable

from browsing import check_accessible, check_nothing_overflows, log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

from lotmark.trace.identity.gs1 import Sscc

Open = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
PAGES = (
    *("/stock", "/stock/units", "/stock/receive", "/stock/pick", "/stock/ship"),
    *("/stock/shipments", "/stock/returns", "/stock/move", "/stock/take"),
    *("/stock/counts", "/stock/spare"),
)


def test_every_page_fits_a_phone(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **PHONE), demo, "wang")
    for path in PAGES:
        page.goto(path)
        check_accessible(page)
        check_nothing_overflows(page)


def test_a_scan_begins_and_fills_a_case(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **PHONE), demo, "wang")
    page.goto("/stock/units")
    expect(page.locator("#code")).to_be_focused()
    page.check("#level-case", force=True)
    line = page.locator("#place option", has_text="YL1/L2").get_attribute("value")
    page.select_option("#place", line)
    case = Sscc.build("1234567", 77).digits
    page.fill("#sscc", case)
    page.click("button[value=scan]")
    page.wait_for_url(re.compile(case))
    for url in demo.document["urls"][5:8]:
        expect(page.locator("#code")).to_be_focused()
        page.keyboard.type(url)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("done=in"))
    expect(page.locator(".tiles .big").first).to_have_text("3")
    page.keyboard.type(demo.document["urls"][5])
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text(case)
    expect(page.locator("#code")).to_have_value(demo.document["urls"][5])
    check_accessible(page)
    check_nothing_overflows(page)
    page.click("button[value=close]")
    expect(page.locator(".head .is-ok")).to_be_visible()
    page.goto("/stock/units")
    page.keyboard.type(demo.document["urls"][6])
    page.keyboard.press("Enter")
    expect(page.locator("svg.tree")).to_contain_text(case)
    check_accessible(page)


def test_gloved_hands_find_the_buttons(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **PHONE), demo, "wang")
    for path in ("/stock/units", "/stock/ship", "/stock/counts"):
        page.goto(path)
        for button in page.locator("main .btn-big:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 64, button.evaluate("node => node.outerHTML")


def test_a_pallet_shows_what_is_on_it(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **PHONE), demo, "wang")
    page.goto("/stock")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("(00)095060000050000010")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/stock/units/095060000050000010"))
    expect(page.locator("svg.tree .node.root")).to_have_count(1)
    check_accessible(page)
    check_nothing_overflows(page)
