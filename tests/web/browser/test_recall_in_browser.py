"""A recall from assessment to its start by three people, each at their own screen."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from browsing import check_accessible, check_nothing_overflows, log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
WIDE = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}


def look(page: Page, name: str) -> None:
    """The page is usable; kept as a picture where ``LOTMARK_PICTURES`` says."""
    check_accessible(page)
    check_nothing_overflows(page)
    if folder := os.environ.get("LOTMARK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"recall-{name}.png"), full_page=True)


def sign(page: Page, guard: str) -> None:
    page.select_option("#paper-guard", guard)
    page.fill("#paper-text", "已完成，见附件")
    page.locator(".next").get_by_role("button", name="签字").click()


def test_three_people_start_a_recall(open_page: Open, demo: Demo) -> None:
    batch = demo.document["held_lot"]
    wang = log_in(open_page("/login", **PHONE), demo, "wang")
    wang.goto("/recall")
    look(wang, "empty-phone")
    wang.goto("/recall/signals/new")
    wang.fill("#lots", batch)
    wang.fill("#text", "第三方检验：检出单核细胞增生李斯特菌")
    look(wang, "signal-phone")
    wang.locator(".next .btn-main").click()
    wang.wait_for_url(re.compile("/recall/signals/YJ-"))
    signal = wang.url.rsplit("/", 1)[1]

    qian = log_in(open_page("/login", **WIDE), demo, "qian")
    qian.goto(f"/recall/signals/{signal}")
    look(qian, "signal")
    qian.fill("#title", "五香酱牛肉 200 克，检出李斯特菌")
    qian.locator(".next .btn-main").click()
    qian.wait_for_url(re.compile("/recall/ZH-"))
    number = qian.url.rsplit("/", 1)[1]
    look(qian, "assessment")
    qian.locator(".next .btn-main").click()  # the aware time as proposed

    dong = log_in(open_page("/login", **WIDE), demo, "dong")
    dong.goto(f"/recall/{number}")
    dong.fill("#hazard", "孕妇、老人食用后可能重病")
    look(dong, "decide")
    dong.locator(".next .btn-main").click()
    expect(dong.locator(".next h2")).to_have_text("提出召回范围")

    qian.goto(f"/quality/scope?lot={batch}")
    qian.fill("#title", "李斯特菌")
    qian.locator("form[action='/quality/scopes'] button").click()
    qian.wait_for_url(re.compile("/quality/scopes/FW-"))
    qian.goto(f"/recall/{number}")
    qian.locator(".next .btn-main").click()
    while qian.locator("#accept-reason").count():
        qian.fill("#accept-reason", "已查清，按最坏情况计")
        qian.locator(".next .btn-main").click()
    expect(qian.locator(".next")).to_contain_text("须由第二人锁定")
    look(qian, "proposed")

    dong.goto(f"/recall/{number}")
    look(dong, "lock")
    dong.locator(".next .btn-main").click()
    for guard in ("plan", "submission"):
        sign(dong, guard)
    look(dong, "start")
    dong.locator(".next .btn-main").click()
    expect(dong.locator(".head .status").first).to_have_text("已启动并报告")
    look(dong, "started")

    english = log_in(open_page("/login", **PHONE, locale="en-GB"), demo, "wang")
    for path, name in (("/recall", "board"), (f"/recall/{number}", "case")):
        english.goto(path)
        look(english, f"{name}-phone-en")
        dong.goto(path)
        look(dong, f"{name}-wide")
