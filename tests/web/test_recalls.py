"""The recall room: signals, the board, and a recall run by three in the browser."""

import re
from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown

from lotmark.recall.recalls.scopes import current_scope
from lotmark.recall.recalls.tables import Recall
from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.saved import save_scope
from lotmark.trace import clock
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.stock.holds import held_items
from lotmark.web.installation import Installation

BATCH = "L2-261118-03"


@pytest.fixture
def lot(house: Installation) -> int:
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(code="BJ200")).one()
        lot = Lot(article_id=beef.id, code=BATCH, ai10=BATCH, status="released")
        session.add(lot)
        session.flush()
        return lot.id


def raise_one(client: FlaskClient, **told: str) -> str:
    """Raise a signal; its number."""
    form = {"kind": "lab_positive", "lots": BATCH, "text": "检出李斯特菌", **told}
    page = re.findall(
        r'name="(csrf_token|once)" value="([^"]*)"',
        shown(client, "/recall/signals/new"),
    )
    done = client.post("/recall/signals", data={**dict(page), **form})
    assert done.status_code == 302, said(done)
    return done.location.rsplit("/", 1)[1]


def assess_one(client: FlaskClient, **told: str) -> str:
    """Open a recall on a new signal; its number."""
    number = raise_one(client, **told)
    done = change(client, f"/recall/signals/{number}/assess", title="酱牛肉 李斯特菌")
    assert done.status_code == 302, said(done)
    return done.location.rsplit("/", 1)[1]


def aware_now() -> str:
    at = clock.now() - timedelta(minutes=5)
    return f"{at + timedelta(hours=8):%Y-%m-%dT%H:%M}"


def keep_scope(house: Installation, lot: int) -> str:
    with house.plant.writing() as session:
        qian = small_plant.actor(session, "qian")
        facts = Criteria((LotCriterion(lot),))
        return save_scope(session, facts, "李斯特菌", qian, clock.now()).number


def test_an_empty_board_says_how_it_begins(log_in: small_plant.LogIn) -> None:
    page = shown(log_in("qian"), "/recall")
    assert "No recall is running" in page
    assert "What makes you doubt a batch begins as a signal" in page


def test_a_signal_holds_at_once_and_shows_on_the_board(
    house: Installation, log_in: small_plant.LogIn, lot: int
) -> None:
    client = log_in("wang")
    number = raise_one(client)
    with house.plant.reading() as session:
        assert held_items(session, [lot])[lot].whole
    board = shown(client, "/recall")
    assert number in board
    assert BATCH in board
    assert "not confirmed" in board
    page = shown(client, f"/recall/signals/{number}")
    assert "Quality assesses it" in page  # a keeper raises, others assess
    refused = client.post("/recall/signals", data={})
    assert refused.status_code == 400


def test_what_is_missing_of_a_signal_is_said(
    log_in: small_plant.LogIn, lot: int
) -> None:
    client = log_in("qian")
    refused = change(client, "/recall/signals", kind="illness", text="吐")
    assert refused.status_code == 400
    assert "A field that is needed is empty" in said(refused)
    refused = change(
        client, "/recall/signals", kind="illness", text="吐", lots="nobody-1"
    )
    assert "No lot nobody-1 is recorded" in said(refused)
    assert "吐" in refused.text  # what was typed stays


def test_three_people_bring_it_to_the_start(
    house: Installation, log_in: small_plant.LogIn, lot: int
) -> None:
    qian, dong, fang = log_in("qian"), log_in("dong"), log_in("fang")
    number = assess_one(qian)
    path = f"/recall/{number}"
    page = shown(qian, path)
    assert "Confirm when the firm became aware" in page
    assert "All legal deadlines run from it." in page
    refused = change(
        dong,
        f"{path}/decide",
        **{"level-cn_food": "I", "reason": "检出", "hazard": "重病"},
        action="recall",
        depth="consumer",
        initiation="voluntary",
    )
    assert "Still missing: aware." in said(refused)
    change(qian, f"{path}/aware", how="confirm", aware_at=aware_now())
    done = change(
        dong,
        f"{path}/decide",
        **{"level-cn_food": "I", "reason": "检出", "hazard": "重病"},
        action="recall",
        depth="consumer",
        initiation="voluntary",
    )
    assert done.status_code == 302
    scope = keep_scope(house, lot)
    assert change(qian, f"{path}/scope", scope=scope).status_code == 302
    with house.plant.reading() as session:
        recall = session.scalars(sa.select(Recall)).one()
        version = current_scope(session, recall.id)
        assert version is not None
        seen = version.hash
    refused = change(qian, f"{path}/lock", seen=seen)
    assert "second person" in said(refused)
    assert "You proposed this scope" in shown(qian, path)
    assert change(fang, f"{path}/lock", seen=seen).status_code == 302
    page = shown(fang, path)
    assert "Still missing:" in page
    for guard in ("plan", "submission"):
        done = change(qian, f"{path}/attest", guard=guard, text="已提交，回执 17 号")
        assert done.status_code == 302
    assert "it cannot be cancelled, only brought to its end" in shown(fang, path)
    assert change(fang, f"{path}/take", step="start").status_code == 302
    page = shown(fang, path)
    assert "Started and reported" in page
    board = shown(qian, "/recall")
    assert "Recalls running: 1" in board
    assert number in board


def test_nobody_signs_twice_through_any_form(
    log_in: small_plant.LogIn, lot: int
) -> None:
    """The food safety director may do both halves, and yet never both."""
    fang = log_in("fang")
    number = assess_one(fang)
    path = f"/recall/{number}"
    sign = change(fang, f"{path}/attest", guard="risk_assessment", text="复检阴性")
    assert sign.status_code == 302
    refused = change(fang, f"{path}/take", step="dismiss")
    assert "One asks, another signs" in said(refused)
    assert change(fang, f"{path}/ask", step="dismiss", reason="复检").status_code == 302
    assert "a second person signs" in shown(fang, path)
    refused = change(fang, f"{path}/take", step="dismiss")
    assert "second person" in said(refused)
    assert change(log_in("qian"), f"{path}/take", step="dismiss").status_code == 302
    assert "this recall has ended" in shown(fang, path)


def test_at_night_one_person_starts_and_it_says_so(
    house: Installation, log_in: small_plant.LogIn, lot: int
) -> None:
    qian = log_in("qian")
    number = assess_one(qian)
    path = f"/recall/{number}"
    change(qian, f"{path}/scope", scope=keep_scope(house, lot))
    refused = change(qian, f"{path}/take", step="start_alone")
    assert "cannot wait" in said(refused)
    done = change(qian, f"{path}/take", step="start_alone", reason="凌晨无人接电话")
    assert done.status_code == 302
    page = shown(qian, path)
    assert "On a provisional scope" in page
    assert "Somebody else signs it." in page
    event = re.search(r'name="event" value="(\d+)"', shown(log_in("fang"), path))
    assert event is not None
    refused = change(qian, f"{path}/countersign", event=event[1])
    assert "second person" in said(refused)
    done = change(log_in("fang"), f"{path}/countersign", event=event[1])
    assert done.status_code == 302
    assert "countersigned by 方总监" in shown(qian, path)


def test_chinese_pages_have_no_english_left(
    log_in: small_plant.LogIn, lot: int
) -> None:
    client = log_in("qian")
    number = assess_one(client)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    for path in ("/recall", "/recall/signals/new", f"/recall/{number}"):
        text = re.sub(r"<[^>]+>", " ", shown(client, path))
        left = re.findall(r"[A-Z][a-z]+ [a-z]+ [a-z]+", text)
        assert left == [], path
    fang = log_in("fang")
    fang.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    refused = change(fang, f"/recall/{number}/take", step="start")
    assert "评估中" in said(refused)
    assert "启动召回并报告" in said(refused)


def test_an_unknown_recall_is_said_to_be_unknown(log_in: small_plant.LogIn) -> None:
    missing = log_in("qian").get("/recall/ZH-26-9999")
    assert missing.status_code == 404
    assert "No recall ZH-26-9999 is recorded." in missing.text
