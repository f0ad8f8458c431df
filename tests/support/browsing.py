"""A real browser as a person of the sample plant uses it."""

import shutil

from axe_playwright_python.sync_playwright import Axe
from lotmark_demo import Demo
from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, which must be there."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))


def log_in(page: Page, demo: Demo, user: str) -> Page:
    """Log in somebody of the demo's cast."""
    login, password = demo.login(user)
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def check_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def check_nothing_overflows(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"
