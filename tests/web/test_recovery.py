"""Getting a recall back in the browser: consignees, ledger, zones and orders."""

import json
import re
import uuid
from io import BytesIO

import pytest
import small_plant
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from recall_pages import recall_store
from staff_pages import change, fill_in, said, shown
from stored_goods import Store, fill_store

from lotmark.recall.quarantine.tables import ConsigneeAnswer, ConsigneeLink
from lotmark.trace import audit
from lotmark.web.installation import Installation


@pytest.fixture
def store(house: Installation) -> Store:
    return fill_store(house)


@pytest.fixture
def number(house: Installation, store: Store) -> str:
    return recall_store(house, store)


@pytest.fixture
def address(house: Installation, number: str) -> str:
    with house.plant.reading() as session:
        return "/r/" + session.scalars(sa.select(ConsigneeLink.token)).one()


def test_a_consignee_answers_and_corrects_itself(
    app: Flask, house: Installation, store: Store, address: str
) -> None:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = shown(client, address)
    assert "Recall: stop selling now" in page
    assert "By our books you were sent 40 packs." in page
    assert "<script" not in page
    known = fill_in(client, address, step="acknowledge", said_by="刘")
    assert known.status_code == 303
    assert "Now please count" in shown(client, address)
    lot = store.lot_id
    figures = {f"received-{lot}": "40", f"returned-{lot}": "5O"}
    wrong = fill_in(client, address, step="answer", subs="yes", **figures)
    assert wrong.status_code == 400
    assert 'value="5O"' in wrong.text
    figures[f"returned-{lot}"] = "50"
    fill_in(client, address, step="answer", subs="yes", **figures)
    page = shown(client, address)
    assert "more sent back than we sent" in page
    assert "Your figures are kept as you wrote them." in page
    figures |= {f"returned-{lot}": "0", f"on_hand-{lot}": "40"}
    fill_in(client, address, step="answer", subs="none", **figures)
    assert "more sent back" not in shown(client, address)
    with house.plant.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ConsigneeAnswer.id))) == 2
    assert client.get("/r/" + "x" * 32).status_code == 404


def test_the_board_nudges_and_a_call_is_noted(
    log_in: small_plant.LogIn, number: str, store: Store, address: str
) -> None:
    dong = log_in("dong")
    board = f"/recall/{number}/consignees"
    assert "North Bridge" in shown(dong, board)
    assert "tel:02000000001" in shown(dong, board)
    assert change(dong, board + "/nudge").status_code == 302
    assert "To be called" in shown(dong, board)
    one = f"{board}/{store.shop}"
    assert address in shown(dong, one)
    call = {"deed": "call", "way": "phone", "outcome": "no_answer"}
    assert change(dong, one, **call, spoke_with="", text="").status_code == 302
    assert "No answer" in shown(dong, one)
    answer = {f"received-{store.lot_id}": "40", f"destroyed-{store.lot_id}": "41"}
    taken = change(
        dong,
        one,
        deed="answer",
        way="phone",
        subs="no",
        said_by="刘",
        text="",
        once=uuid.uuid4().hex,
        **answer,
    )
    assert taken.status_code == 302, taken.text
    assert "adds up to more than was received" in shown(dong, one)
    ledger = shown(dong, f"/recall/{number}/ledger")
    assert "Over 100 %: an error" in ledger
    assert "102.50 %" in ledger
    letter = dong.get(one + "/letter.pdf")
    assert letter.data.startswith(b"%PDF")
    assert log_in("li").get(board).status_code == 403
    assert change(log_in("qian"), board + "/nudge").status_code == 403


def test_a_sample_is_drawn_once_and_checks_count(
    log_in: small_plant.LogIn, number: str, store: Store
) -> None:
    dong, path = log_in("dong"), f"/recall/{number}/effectiveness"
    assert change(dong, path, deed="draw").status_code == 302
    assert "drawn already" in said(change(dong, path, deed="draw"))
    told = {"deed": "check", "partner": str(store.shop), "way": "visit"}
    texts = {"spoke_with": "刘", "text": ""}
    change(dong, path, **told, **texts, received="on", understood="on")
    assert "nothing done" in shown(dong, path)
    change(dong, path, **told, **texts, received="on", understood="on", acted="on")
    assert "100.00" in shown(dong, path)


def test_scans_go_into_the_zone_they_say_and_never_out_of_quarantine(
    log_in: small_plant.LogIn, house: Installation, store: Store
) -> None:
    wang = log_in("wang")
    into = f"/stock/zones/{store.places['QZ1']}"
    assert "INTO QZ1" in shown(wang, into)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown(wang, into))
    assert token
    scan = {"id": str(uuid.uuid4()), "code": store.serials[60]}
    headers = {"X-CSRFToken": token[1]}

    def send(path: str, *many: dict[str, str]) -> list[dict[str, str]]:
        got = wang.post(path + "/scans", json={"scans": many}, headers=headers)
        assert got.status_code == 200, got.text
        answers: list[dict[str, str]] = json.loads(got.text)["scans"]
        return answers

    assert [one["outcome"] for one in send(into, scan, scan)] == ["moved", "moved"]
    again = scan | {"id": str(uuid.uuid4())}
    assert send(into, again)[0]["outcome"] == "there"
    out = f"/stock/zones/{store.places['FG1']}"
    refused = send(out, scan | {"id": str(uuid.uuid4())})[0]
    assert refused["outcome"] == "refused"
    assert "quarantine" in refused["text"]
    form = {"from": str(store.places["QZ1"]), "to": str(store.places["FG1"])}
    moved = change(
        wang,
        "/stock/move",
        **form,
        goods=store.serials[60],
        reason="x",
        step="book",
    )
    assert moved.status_code == 409
    with house.plant.reading() as session:
        rows = sa.select(audit.AuditRow).filter_by(action="quarantine.alarm")
        assert len(session.scalars(rows).all()) == 2
    assert shown(wang, "/stock/zones").count("is-bad") == 2


def test_an_order_goes_from_the_asker_over_the_second_person_to_its_certificate(
    log_in: small_plant.LogIn, house: Installation, store: Store, number: str
) -> None:
    wang, qian = log_in("wang"), log_in("qian")
    change(
        wang,
        "/stock/move",
        **{"from": str(store.places["FG1"]), "to": str(store.places["QZ1"])},
        goods=f"{store.serials[50]} ~ {store.serials[59]}",
        reason="",
        step="book",
    )
    asked = change(
        wang,
        "/stock/dispositions/new",
        **{"from": str(store.places["QZ1"])},
        kind="destroy",
        goods=f"{store.serials[50]} ~ {store.serials[59]}",
        reason="李斯特菌",
        remedy="",
    )
    assert asked.status_code == 302, said(asked)
    path = asked.location
    assert "not yet" in shown(wang, path)
    assert change(wang, path, deed="approve").status_code == 403
    assert change(qian, path, deed="approve").status_code == 302
    done = {"deed": "carry_out", "witness_1": "甲", "witness_2": "乙", "result": "x"}
    assert "told of time and place" in said(change(wang, path, **done))
    told = change(
        wang,
        path,
        deed="announce",
        authority="县市场监管局",
        receipt="电话",
        told_at="2020-01-01T08:00",
        planned_at="2020-01-02T08:00",
        place="处理厂",
    )
    assert told.status_code == 302, said(told)
    assert "needs a photo" in said(change(wang, path, **done))
    picture = BytesIO()
    Image.new("RGB", (60, 40), "red").save(picture, "JPEG")
    picture.seek(0)
    added = change(wang, path, deed="photo", photo=(picture, "scale.jpg"))
    assert added.status_code == 302, added.text
    assert change(wang, path, **done).status_code == 302
    page = shown(qian, path)
    assert "Done" in page
    assert "甲" in page
    paper = qian.get(path + "/certificate.pdf")
    assert paper.data.startswith(b"%PDF")
    assert log_in("li").get(path).status_code == 403
