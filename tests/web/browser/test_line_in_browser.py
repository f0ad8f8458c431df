"""The line's screen in a real browser: gloves, a scanner, and nobody touching it.

Nothing here happens on line 2, whose open batch the story's tests print for.
"""

from collections.abc import Callable

import pytest
from at_the_line import TOUCH, stand_at
from browsing import check_accessible, check_nothing_overflows
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

from lotmark.trace import clock
from lotmark.trace.people import system
from lotmark.trace.stock.holds import place_hold

Open = Callable[..., Page]


def test_a_key_held_down_presses_one_button(open_page: Open, demo: Demo) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L3")
    batch = page.url
    for _ in range(5):
        page.keyboard.down("F1")
    assert page.url == batch
    page.goto(f"{batch}/print")
    for _ in range(5):
        page.keyboard.down("F1")
    page.keyboard.up("F1")
    expect(page.locator("#count")).to_be_visible()
    assert page.url == f"{batch}/print"
    page.keyboard.press("F1")
    page.wait_for_url("**/line/jobs/*")


def test_a_hold_appears_on_a_screen_left_standing(open_page: Open, demo: Demo) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L4")
    lot_id = int(page.url.rsplit("/", 1)[1])
    expect(page.locator("#band.is-none")).to_be_visible()
    house = demo.open()
    with house.plant.writing() as session:
        place_hold(
            session,
            [lot_id],
            hazard="health",
            reason="胀袋",
            actor=system(),
            now=clock.now(),
        )
    house.close()
    expect(page.locator("#band.is-hold")).to_contain_text("FC-")
    check_accessible(page)


def test_a_scanner_goes_from_field_to_field(open_page: Open, demo: Demo) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L5")
    form = f"{page.url}/packs"
    page.goto(form)
    page.check("#way-codes", force=True)
    expect(page.locator("#first")).to_be_focused()
    page.keyboard.type("7K3M9QXW2D5RVT8H")
    page.keyboard.press("Enter")
    expect(page.locator("#last")).to_be_focused()
    assert page.url == form
    page.keyboard.type("7K3M9QXW2D5RVT8J")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#first")).to_be_focused()
    expect(page.locator("#first")).to_have_value("")


def test_a_screen_logged_out_asks_for_the_log_in(open_page: Open, demo: Demo) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L1")
    other = page.context.new_page()
    other.goto("/line/operator")
    other.locator("form[action='/logout'] button").click()
    other.wait_for_url("**/login")
    page.wait_for_url("**/line/operator")
    expect(page.locator("#badge")).to_be_focused()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_line_fits_a_phone(open_page: Open, demo: Demo, locale: str) -> None:
    page = stand_at(open_page("/login", locale=locale), demo, "L3")
    batch = page.url
    pages = (
        *("", "/print", "/plan", "/packs", "/finish", "/clearance", "/void"),
        *("/count", "/more", "/reprint"),
    )
    for path in [batch + rest for rest in pages] + [
        f"/line/{name}"
        for name in ("lines", "products", "jobs", "operator", "counts", "scan")
    ]:
        page.goto(path)
        check_nothing_overflows(page)
        check_accessible(page)
