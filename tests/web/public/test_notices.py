"""Public recall notices: the page for good, feeds that are valid, the pack's page."""

import json
import re
from datetime import datetime, timedelta
from xml.etree import ElementTree as Xml

import notice_scene
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from notice_scene import Scene, who
from small_plant import LogIn

from lotmark.recall.notices import drafting, publishing
from lotmark.recall.recalls.tables import Recall
from lotmark.trace import clock
from lotmark.trace.parties.tables import Lot
from lotmark.web.installation import Installation

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def scene(house: Installation) -> Scene:
    with house.plant.writing() as session:
        return notice_scene.add_recalls(session, clock.now())


@pytest.fixture
def published(house: Installation, scene: Scene) -> Scene:
    publish(house, scene.real)
    return scene


def publish(house: Installation, number: str) -> None:
    now = clock.now()
    with house.plant.writing() as session:
        notice = notice_scene.approved(session, number, now)
        publishing.publish_notice(session, notice, (), who(session, "luo"), now)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def read(content: bytes) -> Xml.Element:
    return Xml.fromstring(content)  # noqa: S314 - our own


def test_the_notice_stands_at_its_address(
    stranger: FlaskClient, published: Scene
) -> None:
    page = stranger.get(f"/recalls/{published.real}").text
    for words in (
        *("食品召回公告", "L2-261111-01", "食用后可能引起腹痛", "凭包装到购买处退款"),
        *("400-000-0000", "12315", "云岭市市场监督管理局"),
    ):
        assert words in page
    assert "<script" not in page
    assert stranger.get(f"/recalls/{published.real}/1").status_code == 200
    assert published.real in stranger.get("/recalls").text


def test_a_scanned_pack_leads_to_it(
    house: Installation, stranger: FlaskClient, published: Scene
) -> None:
    with house.plant.reading() as session:
        lot = session.get_one(Lot, published.lots[0])
        address = f"/01/{lot.article.gtin}/10/{lot.ai10}"
    page = stranger.get(address).text
    assert f'href="/recalls/{published.real}"' in page


def test_for_machines(stranger: FlaskClient, published: Scene) -> None:
    told = stranger.get(f"/recalls/{published.real}.json").get_json()
    assert told["levels"] == {"cn_food": "II"}
    assert [one["batch"] for one in told["products"]] == [
        "L2-261111-01",
        "L2-261112-01",
    ]
    assert told["texts"][0]["hazard"] == "食用后可能引起腹痛、腹泻、呕吐。"
    same = stranger.get(
        f"/recalls/{published.real}", headers={"Accept": "application/json"}
    )
    assert same.get_json() == told


def test_the_paper_says_the_same_and_has_room_for_a_stamp(
    stranger: FlaskClient, published: Scene
) -> None:
    answer = stranger.get(f"/recalls/{published.real}.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    flat = re.sub(r"\s", "", text)
    for words in ("食品召回公告", "L2-261111-01", "可能引起腹痛", "12315"):
        assert words in flat


def test_the_atom_feed_has_what_the_standard_asks(
    stranger: FlaskClient, published: Scene
) -> None:
    """RFC 4287 4.1: id, title, updated; an author; one self link; entries with those
    and an alternate link; times as RFC 3339."""
    answer = stranger.get("/recalls.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = read(answer.data)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    selves = [one for one in feed.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert [one.get("href") for one in selves] == ["https://q.example.cn/recalls.atom"]
    (entry,) = feed.findall(f"{ATOM}entry")
    for place in (feed, entry):
        for name in ("id", "title", "updated"):
            assert place.findtext(f"{ATOM}{name}")
        moment = datetime.fromisoformat(place.findtext(f"{ATOM}updated") or "")
        assert moment.tzinfo is not None
    links = {one.get("type"): one.get("href") for one in entry.findall(f"{ATOM}link")}
    assert links["text/html"] == f"https://q.example.cn/recalls/{published.real}"
    assert "L2-261111-01" in (entry.findtext(f"{ATOM}title") or "")


def test_the_json_feed_has_what_the_standard_asks(
    stranger: FlaskClient, published: Scene
) -> None:
    """jsonfeed.org/version/1.1: version, title, items; items with id and content."""
    answer = stranger.get("/recalls.json")
    assert answer.mimetype == "application/feed+json"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    (item,) = feed["items"]
    assert item["id"] == item["url"] == f"https://q.example.cn/recalls/{published.real}"
    assert item["content_text"]
    assert item["_recall"]["number"] == published.real


def test_the_banner_says_it_only_while_something_is_out(
    house: Installation, stranger: FlaskClient, scene: Scene
) -> None:
    assert "([]);" in stranger.get("/recalls/banner.js").text
    publish(house, scene.real)
    script = stranger.get("/recalls/banner.js")
    assert script.mimetype == "text/javascript"
    assert f"https://q.example.cn/recalls/{scene.real}" in script.text
    assert "<" not in script.text.partition("})(")[2]


def test_what_is_not_out_is_no_page(
    house: Installation, stranger: FlaskClient, scene: Scene
) -> None:
    with house.plant.writing() as session:
        notice_scene.approved(session, scene.real, clock.now())
    publish(house, scene.drill)
    for number in (scene.real, scene.drill, "ZH-99-0001"):
        for end in ("", "/1", ".json", ".pdf"):
            assert stranger.get(f"/recalls/{number}{end}").status_code == 404
    feed = read(stranger.get("/recalls.atom").data)
    assert feed.find(f"{ATOM}entry") is None


def test_an_old_version_leads_to_the_new_one(
    house: Installation, stranger: FlaskClient, published: Scene
) -> None:
    now = clock.now() + timedelta(minutes=1)
    with house.plant.writing() as session:
        recall = session.query(Recall).filter_by(number=published.real).one()
        notice_scene.add_scope(session, recall, 2, published.lots, now)
        luo = who(session, "luo")
        drafting.draft_notice(session, published.real, luo, now, change="增加一个批次")
    publish(house, published.real)
    newest = stranger.get(f"/recalls/{published.real}").text
    assert "L2-261113-01" in newest
    assert "增加一个批次" in newest
    old = stranger.get(f"/recalls/{published.real}/1").text
    assert "L2-261113-01" not in old
    assert f'href="/recalls/{published.real}"' in old


def test_staff_see_more_than_strangers(log_in: LogIn, scene: Scene) -> None:
    assert log_in("luo").get("/notices").status_code == 200
