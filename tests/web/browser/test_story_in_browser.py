"""The story as people live it, in a real browser: consumer, operator, QA.

Everybody reads Chinese here except the consumer from abroad; no test looks for a
particular sentence, so that texts may be improved.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import check_accessible, check_nothing_overflows, log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

from lotmark.labels.engine.proof import read_pdf

Open = Callable[..., Page]
DESK = {"width": 1440, "height": 900}
TOUCH = {"width": 1024, "height": 768}


def complain(page: Page, url: str) -> str:
    """From a pack's page to the private link, as a consumer; the case's number."""
    page.goto(url)
    page.click(".verdict a.btn-main")
    page.check("#k-swollen", force=True)
    page.fill("#text", "昨天买的，今天早上鼓起来了。<script>alert(1)</script>")
    page.fill("#contact", "130 0000 0000")
    page.check("#consent")
    page.click("button.btn-big")
    page.wait_for_url("**/c/*")
    number = re.search(r"KS-\d\d-\d{4}", page.inner_text("main"))
    assert number is not None
    return number[0]


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_consumer_scans_and_complains(
    open_page: Open, demo: Demo, locale: str
) -> None:
    url = demo.document["urls"][30 if locale == "zh-CN" else 31]
    page = open_page(url, locale=locale)
    assert page.get_attribute("html", "lang") == ("zh-CN" if "zh" in locale else "en")
    expect(page.locator(".verdict.ok")).to_be_visible()
    expect(page.locator(".lot").first).to_have_text(demo.document["open_lot"])
    check_accessible(page)
    check_nothing_overflows(page)
    complain(page, url)
    check_accessible(page)
    check_nothing_overflows(page)
    assert page.locator("script").count() == 0


def test_a_consumer_without_javascript(open_page: Open, demo: Demo) -> None:
    page = open_page(demo.document["urls"][32], java_script_enabled=False)
    assert complain(page, demo.document["urls"][32])


def test_targets_are_large_enough_for_thumbs(open_page: Open, demo: Demo) -> None:
    page = open_page(demo.document["urls"][33])
    for locator in page.locator(
        ":is(main, header, footer) :is(a, button):visible"
    ).all():
        box = locator.bounding_box()
        assert box is not None
        assert box["height"] >= 44, locator.evaluate("node => node.outerHTML")


def test_a_pack_of_a_held_batch_warns(open_page: Open, demo: Demo) -> None:
    page = open_page(demo.document["complaint"])
    expect(page.locator("main")).to_contain_text(demo.document["complaint_no"])
    lot = demo.document["held_lot"]
    page.goto(f"/01/{demo.document['gtin']}/10/{lot}")
    expect(page.locator(".verdict.warn")).to_be_visible()
    check_accessible(page)


def test_a_photo_is_read_on_the_first_page(
    open_page: Open, demo: Demo, tmp_path: Path
) -> None:
    png = tmp_path / "label.png"
    demo.run(
        *("labels", "--lot", demo.document["open_lot"], "--first", "34"),
        *("--count", "1", "--format", "png", "--stock", "roll-60x40", "-o", str(png)),
    )
    page = open_page("/")
    check_accessible(page)
    page.set_input_files("input[type=file]", png)
    page.locator("form", has=page.locator("input[type=file]")).locator(
        "button"
    ).first.click()
    expect(page.locator(".lot").first).to_have_text(demo.document["open_lot"])


def test_li_prints_labels_at_the_line(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **TOUCH), demo, "li")
    page.goto("/line")
    page.get_by_text("L2", exact=True).first.click()
    check_accessible(page)
    check_nothing_overflows(page)
    page.keyboard.press("F1")
    page.fill("#count", "24")
    page.locator("label:has(#to-file)").click()
    page.check("input[value='roll-60x40']", force=True)
    page.check("input[value=pdf]", force=True)
    page.keyboard.press("F1")
    page.wait_for_url("**/line/jobs/*")
    button = page.locator("a[data-key=F1]")
    expect(button).to_be_visible(timeout=60_000)
    with page.expect_download() as started:
        page.evaluate(
            "href => { const a = document.createElement('a'); a.href = href;"
            " a.download = ''; document.body.append(a); a.click() }",
            button.get_attribute("href"),
        )
    codes = [c for sheet in read_pdf(started.value.path().read_bytes()) for c in sheet]
    assert len(set(codes)) == 24
    answers = demo.json("verify", *codes)
    assert {answer["status"] for answer in answers} == {"printed"}


def test_every_target_at_the_line_suits_gloves(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **TOUCH), demo, "li")
    for path in ("/line/lines", "/line/products", "/line"):
        page.goto(path)
        for locator in page.locator("main a:visible, .keys .btn:visible").all():
            box = locator.bounding_box()
            assert box is not None
            assert box["height"] >= 64, (path, locator.evaluate("n => n.outerHTML"))


def test_zhou_takes_charge_of_a_complaint(open_page: Open, demo: Demo) -> None:
    number = complain(open_page("/"), demo.document["urls"][35])
    page = log_in(open_page("/login", **DESK), demo, "zhou")
    page.goto("/desk")
    check_accessible(page)
    check_nothing_overflows(page)
    page.goto(f"/desk/{number}")
    expect(page.locator("main")).to_contain_text(demo.document["open_lot"])
    assert page.evaluate("document.body.innerText").count("<script>alert(1)") >= 1
    page.locator(f"form[action$='{number}/accept'] button").click()
    expect(page.locator("main")).to_contain_text("周岚")
    check_accessible(page)


def test_one_person_holds_and_two_release(open_page: Open, demo: Demo) -> None:
    qian = log_in(open_page("/login", **DESK), demo, "qian")
    qian.goto("/quality?q=YB150")
    check_accessible(qian)
    qian.locator("main .table a").nth(3).click()
    lot_page = qian.url
    expect(qian.locator("#hold")).to_be_visible()
    qian.check("#hazard-quality", force=True)
    qian.fill("#reason", "真空检测偏低，先封存")
    qian.locator("#hold .btn-stop").click()
    expect(qian.locator("main")).to_contain_text("FC-26-")
    ask = qian.locator("form[action$='/request']")
    ask.locator("textarea").fill("复测合格，报告 YL-J-2001")
    ask.locator("button").click()
    assert qian.locator("form[action$='/release']").count() == 0
    check_accessible(qian)
    dong = log_in(open_page("/login", **DESK), demo, "dong")
    dong.goto(lot_page)
    dong.locator("form[action$='/release'] button").click()
    expect(dong.locator("main .is-hold")).to_have_count(0)


def test_the_scope_shows_every_unit(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **DESK), demo, "qian")
    page.goto(f"/quality/scope?lot=BJ200/{demo.document['held_lot']}")
    main = page.locator("main")
    expect(main).to_contain_text(demo.document["held_lot"])
    expect(main).to_contain_text("100.0 %")
    scope = demo.json("scope", "--lot", demo.document["held_lot"])
    expect(main).to_contain_text(f"{scope['made']:,}")
    expect(main).to_contain_text(scope["hash"][:4])
    check_accessible(page)
    check_nothing_overflows(page)


def test_the_genealogy_is_a_picture_with_a_table(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", **DESK), demo, "qian")
    page.goto(f"/quality?q={demo.document['held_lot']}")
    page.locator("main .table a").first.click()
    page.locator("a[href$='/trace']").click()
    expect(page.locator("main svg").first).to_be_visible()
    expect(page.locator("main table").first).to_be_visible()
    check_accessible(page)


@pytest.mark.parametrize("path", ["/desk", "/quality", "/admin/components"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_staff_pages_fit_a_phone(
    open_page: Open, demo: Demo, path: str, locale: str
) -> None:
    page = log_in(open_page("/login", locale=locale), demo, "dong")
    page.goto(path)
    check_nothing_overflows(page)
    check_accessible(page)
