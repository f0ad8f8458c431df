"""What a scan tells: the gravest thing first, and nothing to whoever guesses."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from shelves import GTIN, LOT, Shelf

from lotmark.trace import clock
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.scans import SCAN
from lotmark.web.app import create_app
from lotmark.web.installation import Installation
from lotmark.web.limits import limiter

FORBIDDEN = re.compile(r"安全|放心|正品|genuine|\bsafe\b", re.I)


def scans(house: Installation) -> int:
    with house.scans.reading() as session:
        return session.execute(
            sa.select(sa.func.count()).select_from(SCAN)
        ).scalar_one()


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(?:<small>.*?</small>)?(.*?)</h1>", page, re.S)
    assert found, page
    return found[1].strip()


def test_a_pack_with_nothing_against_it(chen: FlaskClient, shelf: Shelf) -> None:
    answer = chen.get(f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}")
    page = answer.text
    assert answer.status_code == 200
    assert heading(page) == "No recall information"
    grouped = " ".join(shelf.clear[i : i + 4] for i in range(0, 16, 4))
    for shown in (
        grouped,
        f'<span class="lot">{LOT}</span>',
        "2026-11-18",
        "2099-05-17",
        "Line 2",
        "Scan no. 1",
        "<strong>wheat</strong>",
        "SC10400000000000",
        "1030 kJ",
        "Energy",
        "GB/T 23586",
        "400-000-0000",
        GTIN,
    ):
        assert shown in page
    assert "session=" not in answer.headers.get("Set-Cookie", "")


VERDICTS = [
    ("recalled", 200, "This pack is recalled"),
    ("held", 200, "Please do not eat it yet; keep the pack"),
    ("suspect", 200, "This code and its pack do not fit together"),
    ("voided", 200, "This label should not be on a pack"),
    ("unbound", 200, "Not yet packed"),
    ("tampered", 404, "We cannot find this code"),
    ("never_issued", 404, "We cannot find this code"),
]


def test_each_verdict(chen: FlaskClient, shelf: Shelf) -> None:
    for which, status, headline in VERDICTS:
        answer = chen.get(f"/t/{getattr(shelf, which)}")
        assert (answer.status_code, heading(answer.text)) == (status, headline)
        assert "/complaints/new" in answer.text
        assert not FORBIDDEN.search(answer.text)


def test_a_caution_outweighs_everything_but_a_recall(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, shelf.lot_id).caution_at = clock.now()
    for which in ("clear", "voided", "suspect", "held"):
        page = chen.get(f"/t/{getattr(shelf, which)}").text
        assert heading(page) == "Please do not eat it yet; keep the pack"
    page = chen.get(f"/t/{shelf.recalled}").text
    assert heading(page) == "This pack is recalled"
    assert 'href="/recalls/R-2026-007"' in page


def test_whoever_guesses_learns_nothing(chen: FlaskClient, shelf: Shelf) -> None:
    addresses = [
        f"/t/{shelf.tampered}",
        f"/t/{shelf.never_issued}",
        "/t/0000000000000000",
        "/t/nonsense",
        "/t/" + "A" * 1900,
        f"/01/{GTIN}/10/{LOT}/21/{shelf.tampered}",
        f"/01/{GTIN}/10/{LOT}/21/{shelf.never_issued}",
        f"/01/{GTIN}/10/{LOT}/21/x%3Cscript%3E",
        f"/01/{GTIN}/10/NO-SUCH-LOT",
        "/01/06901234567892",
        "/01/123",
        "/01/%00",
    ]
    pages = set()
    for address in addresses:
        answer = chen.get(address)
        assert answer.status_code == 404, address
        switch = re.compile(
            r'href="/language/zh[^"]*"'
        )  # holds the asker's own address
        pages.add(switch.sub("", answer.text))
    assert len(pages) == 1


ADDRESSES = [
    "/01/{gtin}/10/{lot}/21/{serial}",
    "/01/{gtin}/21/{serial}",
    "/01/{gtin}/21/{serial}/10/{lot}",
    "/01/9506000134352/21/{serial}",
    "/01/{gtin}/10/{lot}/21/{serial}/?utm_source=x&fbclid=<script>",
    "/01/{gtin}/10/%4C2-261118-03/21/{serial}",
    "/01/{gtin}/10/l2-261118-03/21/{lower}",
    "/t/{serial}",
    "/T/{serial}",
    "/t/{lower}/",
    "/T/{spaced}",
    "/t/{wide}?from=wechat",
]


def test_however_the_address_is_written(chen: FlaskClient, shelf: Shelf) -> None:
    serial = shelf.clear
    ways = {
        "gtin": GTIN,
        "lot": LOT,
        "serial": serial,
        "lower": serial.lower(),
        "spaced": "%20".join(serial[i : i + 4] for i in range(0, 16, 4)),
        "wide": "".join(chr(ord(letter) + 0xFEE0) for letter in serial),
    }
    for address in ADDRESSES:
        answer = chen.get(address.format(**ways))
        assert answer.status_code == 200, address
        assert heading(answer.text) == "No recall information"


def test_an_address_that_contradicts_the_code(chen: FlaskClient, shelf: Shelf) -> None:
    for address in (f"/01/{GTIN}/10/L9", "/01/09506000134376"):
        page = chen.get(f"{address}/21/{shelf.clear}").text
        assert heading(page) == "This code and its pack do not fit together"
        assert "You did nothing wrong" in page
        assert "/complaints/new?code=" in page


def test_the_batch_on_the_label_counts_too(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(gtin=GTIN)).one()
        session.add(Lot(article_id=beef.id, code="L9", ai10="L9", status="recalled"))
    page = chen.get(f"/01/{GTIN}/10/L9/21/{shelf.clear}").text
    assert heading(page) == "This pack is recalled"


def test_batch_and_product_pages(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    batch = f"/01/{GTIN}/10/{LOT}"
    assert heading(chen.get(batch).text) == "Please do not eat it yet; keep the pack"
    assert heading(chen.get(f"/01/{GTIN}").text) == "Five-spice braised beef 200 g"
    assert "recall information" not in chen.get(f"/01/{GTIN}").text
    with house.plant.writing() as session:
        session.get_one(Lot, shelf.lot_id).status = "recalled"
    assert heading(chen.get(batch).text) == "This batch is recalled"


def test_a_batch_of_which_some_packs_are_recalled(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        session.execute(sa.text("UPDATE hold SET hazard = 'quality'"))
    page = chen.get(f"/01/{GTIN}/10/{LOT}").text
    assert heading(page) == "Check the code on your pack before you eat it"


def test_scans_are_counted_once_a_visitor(
    app: Flask, house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    address = f"/t/{shelf.clear}"
    assert "Scan no. 1" in chen.get(address).text
    assert "Scan no. 1" in chen.get(address).text  # a reload
    other = app.test_client()
    other.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = other.get(address, headers={"User-Agent": "MicroMessenger/8.0"}).text
    assert "Scan no. 2" in page
    assert "The first scan was today at" in page
    assert scans(house) == 2


def test_machines_and_staff_are_not_consumers(
    app: Flask, house: Installation, log_in: Callable[[str], FlaskClient], shelf: Shelf
) -> None:
    address = f"/t/{shelf.clear}"
    stranger = app.test_client()
    for agent in ("", "Twitterbot/1.0", "WhatsApp/2.23"):
        assert stranger.get(address, headers={"User-Agent": agent}).status_code == 200
    phone = {"User-Agent": "Mozilla/5.0 Mobile"}
    assert stranger.head(address, headers=phone).status_code == 200
    stranger.get(address, headers=phone | {"Sec-Purpose": "prefetch;prerender"})
    assert (
        "Not scanned by a consumer yet"
        in log_in("qian").get(address, headers=phone).text
    )
    assert scans(house) == 0


def test_chinese_is_the_default_and_the_switch_is_kept(
    app: Flask, shelf: Shelf
) -> None:
    client = app.test_client()
    assert '<html lang="zh-CN">' in client.get(f"/t/{shelf.clear}").text
    client.get(f"/language/en?back=/t/{shelf.clear}")
    assert '<html lang="en">' in client.get(f"/t/{shelf.clear}").text


def test_an_expired_pack_says_so(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        lot = session.get_one(Lot, shelf.lot_id)
        assert lot.produced_on is not None
        lot.expires_on = lot.produced_on
        lot.expires_on = lot.expires_on.replace(year=2020)
    assert "past its date" in chen.get(f"/t/{shelf.clear}").text


def test_a_marks_address_cannot_be_a_script(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    for url in ("javascript:alert(1)", "//evil.example", "data:text/html,x"):
        with house.plant.writing() as session:
            session.execute(sa.text("UPDATE item_mark SET url = :url"), {"url": url})
        page = chen.get(f"/t/{shelf.recalled}").text
        assert heading(page) == "This pack is recalled"
        assert url not in page


def test_first_view_is_light(chen: FlaskClient, shelf: Shelf) -> None:
    page = chen.get(f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}").text
    linked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    weight = len(page.encode())
    for link in linked:
        with chen.get(link) as answer:
            weight += len(answer.data)
    assert linked
    assert weight <= 60_000
    assert "<script" not in page


def test_guessing_is_slowed_down_scanning_is_not(
    app: Flask, house: Installation, shelf: Shelf
) -> None:
    strict = create_app(house, TESTING=True, RATELIMIT_ENABLED=True)
    client = strict.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 Mobile"
    try:
        good = {client.get(f"/t/{shelf.clear}").status_code for _ in range(130)}
        tries = [client.get("/t/0000000000000000").status_code for _ in range(125)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert good == {200}
    assert tries[:120] == [404] * 120
    assert tries[-1] == 429
