"""The records and the trace picture in a real browser, in every width."""

import csv
import re
from collections.abc import Callable

import pytest
from browsing import check_accessible, check_nothing_overflows, log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
WIDTHS = (1280, 768, 390)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("path", ["/records", "/records/lots", "/records/movements"])
def test_records_fit_every_screen(
    open_page: Open, demo: Demo, path: str, locale: str
) -> None:
    page = log_in(open_page("/login", locale=locale), demo, "qian")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        check_nothing_overflows(page)
        check_accessible(page)


def test_a_list_is_narrowed_paged_and_kept(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", width=1280), demo, "qian")
    page.goto("/records")
    page.locator("main a[href='/records/lots']").click()
    page.select_option("#f-kind", "ingredient")
    page.locator(".ask button").click()
    expect(page).to_have_url(re.compile("kind=ingredient"))
    rows = page.locator("main tbody tr")
    narrowed = rows.count()
    page.fill("#q", "BY26")
    page.press("#q", "Enter")
    expect(page).to_have_url(re.compile("q=BY26"))
    assert 0 < rows.count() < narrowed
    with page.expect_download() as started:
        page.locator("main a[href*='/csv']").click()
    text = started.value.path().read_text("utf-8-sig")
    found = list(csv.DictReader(text.splitlines()))
    assert len(found) == rows.count()
    assert all(row["lot"].startswith("BY26") for row in found)
    page.goto("/records/movements")
    first = page.locator("main tbody tr").first.inner_text()
    page.locator("a[rel=next]").click()
    assert page.locator("main tbody tr").first.inner_text() != first
    page.locator("a[rel=prev]").click()
    assert page.locator("main tbody tr").first.inner_text() == first


def test_a_row_leads_to_its_batch(open_page: Open, demo: Demo) -> None:
    page = log_in(open_page("/login", width=1280), demo, "qian")
    page.goto(f"/records/lots?q={demo.document['held_lot']}")
    expect(page.locator("main tbody .is-hold")).to_be_visible()
    page.locator("main tbody a.plain").first.click()
    expect(page).to_have_url(re.compile("/quality/lots/"))
    expect(page.locator("main .lot").first).to_have_text(demo.document["held_lot"])


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_picture_is_walked_by_keyboard(
    open_page: Open, demo: Demo, locale: str
) -> None:
    page = log_in(open_page("/login", width=1280, locale=locale), demo, "qian")
    page.goto(f"/quality?q={demo.document['held_lot']}")
    page.locator("main .table a").first.click()
    page.locator("a[href$='/trace']").first.click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_nothing_overflows(page)
        check_accessible(page)
    start = page.url
    box = page.locator("svg.tree a").first
    box.focus()
    assert page.evaluate("document.activeElement.closest('svg.tree') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != start)
    expect(page.locator("svg.tree .root")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".filters").first).to_be_hidden()
    expect(page.locator("svg.tree")).to_be_visible()
