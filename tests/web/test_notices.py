"""Writing, signing and publishing a notice on the staff's pages."""

import html
import re

import notice_scene
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from notice_drafts import GOOD
from notice_scene import Scene
from small_plant import LogIn
from staff_pages import change, said, shown
from werkzeug.test import TestResponse

from lotmark.recall.notices.tables import Notice
from lotmark.trace import clock
from lotmark.web.installation import Installation

PAGE = "/notices/ZH-26-0001/1"


@pytest.fixture
def scene(house: Installation) -> Scene:
    with house.plant.writing() as session:
        return notice_scene.add_recalls(session, clock.now())


def written(client: FlaskClient, **other: str) -> TestResponse:
    """Begin the notice and fill the form in."""
    change(client, "/notices/ZH-26-0001/new", kind="")
    page = shown(client, f"{PAGE}/write")
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    fields = {f"cn_food.zh.{name}": text for name, text in GOOD["zh"].items()}
    sent = {"seen": seen[1], "done": "1", **fields, **other}
    return change(client, f"{PAGE}/write", **sent)


def state(house: Installation) -> str:
    with house.plant.reading() as session:
        return session.scalars(sa.select(Notice.state)).one()


def sign(client: FlaskClient, part: str) -> TestResponse:
    page = shown(client, PAGE)
    digest = re.search(r'name="digest" value="(\w+)"', page)
    return change(
        client, f"{PAGE}/sign", part=part, digest=digest[1] if digest else "0" * 64
    )


def test_from_the_draft_to_the_public_page(
    house: Installation, log_in: LogIn, scene: Scene
) -> None:
    luo, gu, fang = log_in("luo"), log_in("gu"), log_in("fang")
    assert "Write the notice" in shown(luo, "/notices")
    assert written(luo).status_code == 302
    assert "Nothing found" in shown(luo, PAGE)
    change(luo, f"{PAGE}/submit")
    assert state(house) == "in_review"
    assert "others sign it" in shown(luo, PAGE)
    assert said(sign(luo, "text"))
    assert sign(gu, "text").status_code == 302
    assert sign(fang, "safety").status_code == 302
    assert state(house) == "approved"
    assert luo.get("/recalls/ZH-26-0001").status_code == 404
    assert change(luo, f"{PAGE}/publish").status_code == 302
    assert change(luo, f"{PAGE}/publish").status_code == 302
    assert state(house) == "publishing"
    assert luo.get("/recalls/ZH-26-0001").status_code == 200
    assert "Not published yet" in shown(luo, PAGE)


def test_the_board_takes_what_people_did(
    house: Installation, log_in: LogIn, scene: Scene
) -> None:
    dong, wang = log_in("dong"), log_in("wang")
    written(log_in("luo"))
    change(dong, f"{PAGE}/alone", reason="夜间，无人可签")
    assert "countersignature" in shown(wang, PAGE)
    board = shown(wang, f"{PAGE}/deliveries")
    assert "现在播报召回通知" in board
    ids = re.findall(r'name="id" value="(\d+)"', board)
    assert said(change(wang, f"{PAGE}/deliveries", id=ids[0], outcome="done"))
    for number in ids:
        answer = change(
            wang, f"{PAGE}/deliveries", id=number, outcome="done", text="已办"
        )
        assert answer.status_code == 302
    assert state(house) == "published"
    assert "No task is open" in shown(wang, f"{PAGE}/deliveries")
    assert "已办" in shown(wang, f"{PAGE}/deliveries?show=all")
    assert said(change(dong, f"{PAGE}/countersign"))
    assert change(log_in("qian"), f"{PAGE}/countersign").status_code == 302


def test_what_is_wrong_is_said_where_it_stands(log_in: LogIn, scene: Scene) -> None:
    luo = log_in("luo")
    written(luo, **{"cn_food.zh.hazard": "不详", "cn_food.zh.phone": "打给我们"})
    page = shown(luo, PAGE)
    assert "2 to put right" in page
    assert "No telephone number" in page
    assert f"{PAGE}/write#f-cn_food-zh-hazard" in page
    assert said(change(luo, f"{PAGE}/submit"))


def test_the_form_is_checked_while_one_writes(
    house: Installation, log_in: LogIn, scene: Scene
) -> None:
    luo = log_in("luo")
    written(luo)
    answer = change(
        luo, f"{PAGE}/check", **{"cn_food.zh.consumer_steps": "最高赔偿 10 元"}
    )
    text = html.unescape(answer.text)
    assert "limits people's rights" in text
    assert "最高赔偿 10 元" in text
    assert "最高赔偿" not in shown(luo, f"{PAGE}/write")


def test_two_who_write_at_once_do_not_overwrite_each_other(
    log_in: LogIn, scene: Scene
) -> None:
    luo, qian = log_in("luo"), log_in("qian")
    written(luo)
    refused = change(qian, f"{PAGE}/write", seen="1", starts_on="2026-11-20")
    assert refused.status_code == 409
    assert "Somebody else changed" in said(refused)
    assert "2026-11-20" in refused.text


def test_channels_say_honestly_what_is_not_set_up(log_in: LogIn, scene: Scene) -> None:
    page = shown(log_in("luo"), "/notices/channels")
    assert "Not set up: by hand" in page
    assert 'src="https://q.example.cn/recalls/banner.js"' in page


def test_markup_in_a_notice_stays_text(log_in: LogIn, scene: Scene) -> None:
    luo = log_in("luo")
    written(luo, **{"cn_food.zh.reason": "<script>alert(1)</script>"})
    assert "<script>alert" not in luo.get(PAGE).text
    assert "<script>alert" not in luo.get(f"{PAGE}/write").text
