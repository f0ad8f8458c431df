"""Files are imported in a real browser, in every width, and with JavaScript off."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import check_accessible, check_nothing_overflows, log_in
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
WIDTHS = (1440, 1024, 390)
PARTNERS = "code,kind,name,contact,phone\n"


def choose(page: Page, folder: Path, **texts: str) -> None:
    """Send files of these names and texts by the form."""
    page.goto("/imports")
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        paths.append(str(path))
    page.set_input_files("#files", paths)
    page.locator("main form .btn-main").click()
    page.wait_for_url(re.compile("/imports/DR-"))


def test_files_come_in_while_one_watches(
    open_page: Open, demo: Demo, tmp_path: Path
) -> None:
    page = log_in(open_page("/login", width=1440, locale="en-GB"), demo, "wang")
    site = "code,name,time_zone\nYL31,三十一厂,\n"
    partners = PARTNERS + "".join(
        f"W{n:04},consignee,客户{n},孙立,020-{n}\n" for n in range(3000)
    )
    choose(page, tmp_path, sites=site, partners=partners)
    expect(page.locator("#h-done")).to_have_text("Rows brought in: 3,001")
    page.locator("main a[href='/records/partners']").click()
    page.fill("#q", "客户2999")
    page.press("#q", "Enter")
    expect(page.locator("main tbody tr")).to_have_count(1)
    choose(page, tmp_path, again=site)
    expect(page.locator("#h-done")).to_have_text("Nothing new in these files")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_bad_rows_are_read_and_kept(
    open_page: Open, demo: Demo, tmp_path: Path, locale: str
) -> None:
    page = log_in(open_page("/login", width=1440, locale=locale), demo, "qian")
    bad = "".join(f"B{n},nobody,=客户{n},孙立,020-{n}\n" for n in range(250))
    choose(page, tmp_path, **{f"bad_{locale[:2]}": PARTNERS + bad})
    rows = page.locator("section[aria-labelledby=h-why] tbody tr")
    expect(rows).to_have_count(200)
    with page.expect_download() as started:
        page.locator("main a[href$='/bad.csv']").click()
    text = started.value.path().read_text("utf-8-sig")
    assert len(list(csv.reader(text.splitlines()))) == 251
    address = page.url
    for path in (address, "/imports", "/imports/kinds/lots"):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            check_nothing_overflows(page)
            check_accessible(page)


def test_it_works_without_javascript(
    open_page: Open, demo: Demo, tmp_path: Path
) -> None:
    page = open_page("/login", java_script_enabled=False, locale="en-GB")
    log_in(page, demo, "dong")
    choose(page, tmp_path, sites="code,name,time_zone\nYL32,三十二厂,\n")
    expect(page.locator("#h-done")).to_have_text("Rows brought in: 1")
