"""A real browser: Debian's Chromium, driven by Playwright."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import lotmark_demo
import pytest
from browsing import CHROMIUM, launch
from playwright.sync_api import Browser, Page, expect, sync_playwright

MISSING = "Chromium is missing: run  apt install chromium fonts-noto-cjk"
PATIENCE = 45_000
"""Milliseconds to wait for a page: machines that run tests are shared and slow."""

expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        # CI installs it: there a missing browser must not hide as skipped tests.
        give_up = pytest.fail if "CI" in os.environ else pytest.skip
        give_up(MISSING)
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> lotmark_demo.Demo:
    return lotmark_demo.build(tmp_path_factory.mktemp("browser") / "demo")


@pytest.fixture(scope="session")
def address(demo: lotmark_demo.Demo) -> Iterator[str]:
    with lotmark_demo.serving(demo) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Open a page: ``open_page(path, width=390, height=844, locale="zh-CN")``."""
    contexts = []

    def start(
        path: str,
        width: int = 390,
        height: int = 844,
        locale: str = "zh-CN",
        **settings: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            locale=locale,
            **settings,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield start
    for context in contexts:
        context.close()
