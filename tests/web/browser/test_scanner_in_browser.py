"""A hand scanner at the line: it types into the page, and the whole screen answers."""

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from at_the_line import TOUCH, stand_at
from browsing import log_in
from fake_printer import FakePrinter, with_printer
from lotmark_demo import Demo
from playwright.sync_api import Page, expect

from lotmark.labels.jobs.printers import add_printer, remove_printer
from lotmark.labels.jobs.service import find_job
from lotmark.trace import badges, clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Line
from lotmark.trace.people import system
from lotmark.trace.production.codes import serials_of
from lotmark.trace.production.marks import marked_items

Open = Callable[..., Page]


@pytest.fixture
def printer(demo: Demo) -> Iterator[FakePrinter]:
    """A slow label printer at line 4."""
    house = demo.open()
    with with_printer(rate=20) as machine:
        with house.plant.writing() as session:
            here = sa.select(Line).where(Line.code == "L4")
            line = session.scalars(here).unique().one()
            one = add_printer(
                *(session, "ZT-4", "ZT-4", "tcp", machine.address, "zpl"),
                *("roll-60x40", system(), clock.now()),
                line_id=line.id,
            )
        yield machine
        with house.plant.writing() as session:
            one = session.merge(one)
            remove_printer(session, one, system(), clock.now())
    house.close()


def scan(page: Page, code: str) -> None:
    """As a wedge scanner does it: fast, and Enter at the end."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def printed(page: Page, demo: Demo, count: int) -> list[str]:
    """Have labels drawn into a file; their serials."""
    batch = page.url
    page.goto(f"{batch}/print")
    page.fill("#count", str(count))
    page.check("input[value='roll-60x40']", force=True)
    page.keyboard.press("F1")
    page.wait_for_url("**/line/jobs/*")
    expect(page.locator("a[data-key=F1]")).to_be_visible(timeout=60_000)
    house = demo.open()
    with house.plant.reading() as session:
        job = find_job(session, page.url.rsplit("/", 1)[1])
        items = ItemSet.range(job.lo, job.hi)
        found = serials_of(session, house.keys, job.lot_id, items)
        serials = [serial for _, serial in found]
    house.close()
    page.goto(batch)
    return serials


def test_colour_word_and_sound_say_whether_the_first_label_matches(
    open_page: Open, demo: Demo
) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L3")
    serials = printed(page, demo, 12)
    expect(page.locator("#band")).to_contain_text("首件确认")
    scan(page, serials[4])
    screen = page.locator("dialog#verdict.is-bad")
    expect(screen).to_be_visible()
    expect(screen).to_contain_text("首件不符")
    expect(screen).to_contain_text("停。")  # the next step
    box = screen.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1024, 768)
    expect(page.locator("body")).to_have_attribute("data-played", "bad")
    page.keyboard.press("F1")
    page.wait_for_url("**/first")
    scan(page, serials[0])
    expect(page.locator("dialog#verdict.is-ok")).to_contain_text("首件相符")
    expect(page.locator("body")).to_have_attribute("data-played", "ok")
    page.wait_for_url("**/line/batches/*")  # by itself: nothing has to be pressed
    expect(page.locator("main")).to_contain_text("相符")
    scan(page, serials[7])
    expect(page.locator("dialog#verdict.is-ok")).to_contain_text("第 8 张")
    scan(page, "7K3M9QXW2D5RVT8H")  # while the match still shows
    expect(screen).to_be_visible()
    page.wait_for_timeout(3500)
    expect(screen).to_be_visible()  # a mismatch stays until somebody presses


def test_twelve_wet_labels_are_voided_without_touching_anything(
    open_page: Open, demo: Demo
) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L3")
    batch = page.url
    serials = printed(page, demo, 20)
    scan(page, serials[0])
    expect(page.locator("dialog#verdict")).to_be_visible()
    page.wait_for_url(batch)
    expect(page.locator("dialog#verdict")).to_be_hidden()
    scan(page, "LM:VOID")
    page.wait_for_url("**/void")
    for code in ("LM:DEL", "LM:1", "LM:2"):
        scan(page, code)
    expect(page.locator("#count")).to_have_value("12")
    scan(page, "LM:OK")
    page.wait_for_url(batch)
    house = demo.open()
    with house.plant.reading() as session:
        voided = marked_items(session, int(batch.rsplit("/", 1)[1]), "voided")
    house.close()
    assert voided == ItemSet.range(8, 20)


def test_a_badge_changes_the_operator(open_page: Open, demo: Demo) -> None:
    house = demo.open()
    with house.plant.writing() as session:
        li = people.find_user(session, "li")
        assert li is not None
        hand = people.actor_for(session, li)
        badge = badges.issue_badge(session, li, hand, clock.now())
    house.close()
    page = log_in(open_page("/login", **TOUCH), demo, "dong")
    page.goto("/line/lines")
    page.get_by_text("L3", exact=True).first.click()
    expect(page.locator("header")).to_contain_text("董海")
    scan(page, badge)
    expect(page.locator("header")).to_contain_text("李敏")
    page.context.clear_cookies(name="session")
    page.goto("/line")
    page.wait_for_url("**/line/operator")
    scan(page, badge)
    expect(page.locator("header")).to_contain_text("李敏")


def test_a_job_on_a_printer_lives_through_a_reload(
    open_page: Open, demo: Demo, printer: FakePrinter
) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L4")
    expect(page.locator(".printer")).to_contain_text("ZT-4")
    page.keyboard.press("F1")
    page.wait_for_url("**/print")
    picture = page.locator(".for-printer:visible img")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 200
    page.fill("#count", "90")
    page.keyboard.press("F1")
    page.wait_for_url(re.compile(r"/line/batches/\d+$"))
    expect(page.locator("#band")).to_contain_text("首件确认")
    expect(page.locator("[data-key=F1]")).to_have_count(0)  # nothing goes on unseen
    assert len(printer.printed) == 1
    scan(page, printer.printed[0])
    expect(page.locator("#band")).to_contain_text("还剩")
    page.reload()
    expect(page.locator("#band")).to_contain_text("正在打印")
    expect(page.locator("#band")).to_contain_text("约")
    page.keyboard.press("F1")
    expect(page.locator("#band")).to_contain_text("已暂停")
    printer.paper_out = True
    scan(page, "LM:GO")
    page.wait_for_url("**/resume")
    page.keyboard.press("F3")  # nothing was lost: without a scan
    expect(page.locator("#band")).to_contain_text("缺标签纸")
    printer.paper_out = False
    expect(page.locator("#band")).to_contain_text("正在打印")
    scan(page, "LM:PAUSE")
    expect(page.locator("#band")).to_contain_text("已暂停")
    page.keyboard.press("F8")
    page.wait_for_url("**/cancel")
    page.keyboard.press("F1")
    page.wait_for_url(re.compile(r"/line/batches/\d+$"))
    expect(page.locator("#band")).not_to_contain_text("已暂停")
    assert len(set(printer.printed)) == len(printer.printed) < 90


def test_the_main_screen_needs_no_scrolling_and_large_targets(
    open_page: Open, demo: Demo
) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L5")
    batch = page.url
    for rest in ("", "/more", "/void", "/count", "/clearance", "/reprint"):
        page.goto(batch + rest)
        tall = page.evaluate("document.documentElement.scrollHeight")
        assert tall <= 768, (rest, tall)
        targets = "main :is(a, button, label.pick, .input):visible, .keys .btn:visible"
        for locator in page.locator(f"{targets}, header .btn:visible").all():
            box = locator.bounding_box()
            assert box is not None
            assert box["height"] >= 64, locator.evaluate("one => one.outerHTML")


def test_a_server_that_does_not_answer_is_said_so(open_page: Open, demo: Demo) -> None:
    page = stand_at(open_page("/login", **TOUCH), demo, "L5")
    page.route("**/line/**", lambda route: route.abort())
    expect(page.locator("#band.is-warn")).to_contain_text("没有应答")
    expect(page.locator("#net.is-warn")).to_be_visible()
    scan(page, "7K3M9QXW2D5RVT8H")
    expect(page.locator("dialog#verdict.is-bad")).to_contain_text("不会丢")


def test_without_script_the_line_still_works(open_page: Open, demo: Demo) -> None:
    page = open_page("/login", **TOUCH, java_script_enabled=False)
    login, password = demo.login("li")
    page.fill("#login", login)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.goto("/line/lines")
    page.get_by_text("L5", exact=True).first.click()
    page.goto("/line/products")
    page.locator("main a.goods").nth(1).click()
    page.fill("#planned", "30")
    page.locator("[data-key=F1]").click()
    page.locator("[data-key=F1]").click()
    page.locator("[data-key=F1]").click()
    expect(page.locator("main")).to_contain_text("李敏")  # who cleared the line
    page.locator("[data-key=F1]").click()
    page.fill("#count", "8")
    page.locator("label:has(#stock-a4-24)").click()
    page.locator("[data-paper='a4-24'] label").nth(5).click()
    page.locator("[data-key=F1]").click()
    page.wait_for_url("**/line/jobs/*")
    house = demo.open()
    with house.plant.reading() as session:
        assert find_job(session, page.url.rsplit("/", 1)[1]).skip == 5
    house.close()
    page.goto("/line/scan")
    page.fill("#code", "LM:VOID")
    page.press("#code", "Enter")
    page.wait_for_url("**/void")
