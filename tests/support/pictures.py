"""Pictures for the README, taken of the running product: ``make pictures``."""

import sys
import tempfile
from pathlib import Path

import lotmark_demo
from browsing import launch, log_in
from playwright.sync_api import Browser, Page, sync_playwright


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        demo = lotmark_demo.build(Path(temporary) / "demo")
        demo.run(
            *("labels", "--lot", demo.document["open_lot"], "--count", "1"),
            *("--format", "png", "--stock", "roll-60x40"),
            *("-o", str(folder / "label.png")),
        )
        browser = launch(playwright)
        with lotmark_demo.serving(demo) as address:
            take(browser, demo, address, folder)
        browser.close()


def take(browser: Browser, demo: lotmark_demo.Demo, address: str, folder: Path) -> None:
    """One picture a room, in Chinese, as its people see it."""
    lot = f"BJ200/{demo.document['held_lot']}"
    phone = window(browser, address, 390, 844)
    phone.goto(demo.document["urls"][0])
    phone.screenshot(path=folder / "pack.png")
    line = log_in(window(browser, address, 1024, 768), demo, "li")
    line.goto("/line")
    line.get_by_text("L2", exact=True).first.click()
    line.wait_for_load_state("networkidle")
    line.screenshot(path=folder / "line.png")
    desk = log_in(window(browser, address, 1440, 900), demo, "qian")
    desk.goto("/desk")
    desk.screenshot(path=folder / "desk.png")
    desk.goto(f"/quality/scope?lot={lot}")
    desk.screenshot(path=folder / "scope.png")
    desk.goto(f"/quality?q={demo.document['held_lot']}")
    desk.locator("main .table a").first.click()
    desk.screenshot(path=folder / "lot.png")


def window(browser: Browser, address: str, width: int, height: int) -> Page:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="zh-CN"
    )
    return context.new_page()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
