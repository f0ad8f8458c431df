"""A notice in a real browser: written by one, signed by others, read on a phone."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import notice_scene
import pytest
import small_plant
from browsing import check_accessible, check_nothing_overflows
from notice_drafts import GOOD
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from lotmark.trace import clock
from lotmark.trace.db import Database
from lotmark.web.app import create_app
from lotmark.web.installation import open_installation
from lotmark.web.settings import Settings

PAGE = "/notices/ZH-26-0001/1"
DESKTOP, PHONE = (1440, 900), (390, 844)
SHOTS = os.environ.get("LOTMARK_SHOTS")
"""Folder for pictures of every page, to be looked at."""


@pytest.fixture
def address(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The small plant with a running recall, served."""
    for source in sqlite_template.parent.glob("*.db"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    url = f"sqlite:///{tmp_path / sqlite_template.name}"
    settings = Settings(
        home=tmp_path / "home",
        database_url=url,
        base_url="http://127.0.0.1:8000",
        code_keys="1:" + "5a" * 32,
        secret_key="tests only",
    )
    with Database(url).writing() as session:
        notice_scene.set_up(session, clock.now())
    house = open_installation(settings)
    app = create_app(house, RATELIMIT_ENABLED=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    house.close()


def open_as(
    browser: Browser,
    address: str,
    login: str,
    size: tuple[int, int] = DESKTOP,
    locale: str = "zh-CN",
) -> Page:
    """A browser of one of the cast; of a stranger for an empty log-in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
    )
    context.set_default_timeout(45_000)
    page = context.new_page()
    if login:
        page.goto("/login")
        page.fill("#login", login)
        page.fill("#password", small_plant.PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def look(page: Page, name: str) -> None:
    """What must hold of every page, and its picture."""
    check_accessible(page)
    check_nothing_overflows(page)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_from_the_first_word_to_the_phone(browser: Browser, address: str) -> None:
    luo = open_as(browser, address, "luo")
    luo.goto("/notices")
    look(luo, "list")
    luo.click("form[action*='ZH-26-0001'] button")
    expect(luo.locator("#checked")).to_contain_text("处须改正")
    look(luo, "write-empty")
    for name, text in GOOD["zh"].items():
        if luo.locator(f"#f-cn_food-zh-{name}").count():
            luo.fill(f"#f-cn_food-zh-{name}", text)
    expect(luo.locator("#checked")).to_contain_text("没有发现问题")
    expect(luo.locator("#previewed")).to_contain_text("凭包装到购买处退款")
    luo.fill("#f-cn_food-zh-consumer_steps", "最高赔偿 10 元。")
    expect(luo.locator("#checked")).to_contain_text("限制了消费者权利")
    look(luo, "write-live")
    luo.fill("#f-cn_food-zh-consumer_steps", GOOD["zh"]["consumer_steps"])
    luo.click("button[name=done]")
    look(luo, "case-linted")
    luo.click("text=提交 >> nth=-1")
    look(luo, "case-review")
    for login in ("gu", "fang"):
        signer = open_as(browser, address, login, PHONE)
        signer.goto(PAGE)
        if login == "gu":
            look(signer, "case-sign-phone")
        signer.click("button:has-text('签批：')")
        expect(signer.locator("[role=alert]")).to_have_count(0)
        signer.context.close()
    luo.reload()
    look(luo, "case-approved")
    luo.click("button:has-text('立即发布')")
    expect(luo.locator(".note").first).to_contain_text("官网公告页已发布")
    look(luo, "case-out")
    wang = open_as(browser, address, "wang", PHONE)
    wang.goto(f"{PAGE}/deliveries")
    look(wang, "board-phone")
    wang.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    look(wang, "board")
    task = wang.locator("section.sheet", has_text="厂区广播").last
    task.locator("input[name=text]").fill("仓库、车间各播三遍")
    task.locator("button[value=done]").click()
    expect(wang.locator("[role=alert]")).to_have_count(0)
    for locale in ("zh-CN", "en-GB"):
        stranger = open_as(browser, address, "", PHONE, locale)
        for path, name in (("/recalls", "recalls"), ("/recalls/ZH-26-0001", "recall")):
            stranger.goto(path)
            look(stranger, f"public-{name}-{locale[:2]}")
        stranger.context.close()
    english = open_as(browser, address, "luo", locale="en-GB")
    for path, name in (
        *((PAGE, "case-en"), (f"{PAGE}/deliveries", "board-en")),
        ("/notices/channels", "channels-en"),
    ):
        english.goto(path)
        look(english, name)
    for page in (luo, wang, english):
        page.context.close()
