"""A line's touch screen in a real browser."""

from browsing import log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

TOUCH = {"width": 1024, "height": 768}


def stand_at(page: Page, demo: Demo, line: str) -> Page:
    """Li chooses a line, opens a batch of 100 packs on it, and clears it."""
    log_in(page, demo, "li")
    page.goto("/line/lines")
    page.get_by_text(line, exact=True).first.click()
    page.goto("/line/products")
    page.locator("main a.goods").first.click()
    page.fill("#planned", "100")
    page.keyboard.press("F1")
    page.wait_for_url("**/line/batches/*")
    expect(page.locator("#band.is-warn")).to_be_visible()  # not cleared yet
    page.keyboard.press("F1")
    page.wait_for_url("**/clearance")
    page.keyboard.press("F1")
    page.wait_for_url(lambda url: "/clearance" not in url)
    return page
