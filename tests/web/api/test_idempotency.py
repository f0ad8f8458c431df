"""A request that comes twice is done once, also when both come at the same moment."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from crowd import at_once
from flask import Flask
from machines import Hire, Machine, problem, told

from lotmark.trace import clock
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.tables import Hold, Movement
from lotmark.web.api.retention import KEPT, forget_answers
from lotmark.web.api.tables import IdempotentAnswer
from lotmark.web.installation import Installation

ORDER = {"article": "BJ200", "line": "L1", "planned": 500}


def count(house: Installation, table: Any) -> int:
    with house.plant.reading() as session:
        found = session.scalar(sa.select(sa.func.count()).select_from(table))
    return int(found or 0)


def test_twice_is_once(erp: Machine, house: Installation) -> None:
    first = erp.post("/lots", ORDER, once="order 1".replace(" ", "-"))
    again = erp.post("/lots", ORDER, once="order-1")
    assert told(first, 201) == told(again, 201)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(house, Lot) == 1
    told(erp.post("/lots", ORDER, once="order-2"), 201)
    told(erp.post("/lots", ORDER), 201)
    assert count(house, Lot) == 3


def test_codes_are_issued_once_and_shown_again(erp: Machine, lot_id: int) -> None:
    first = told(erp.post(f"/lots/{lot_id}/codes", {"count": 7}, once="k"), 201)
    again = told(erp.post(f"/lots/{lot_id}/codes", {"count": 7}, once="k"), 201)
    assert first == again
    assert len(first["codes"]) == 7
    assert told(erp.get(f"/lots/{lot_id}"))["issued"] == 207


def test_only_what_can_be_computed_again_is_left_out(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    told(erp.post(f"/lots/{lot_id}/codes", {"count": 50}, once="k"), 201)
    with house.plant.reading() as session:
        kept = session.scalars(sa.select(IdempotentAnswer)).one()
    assert kept.body == {"lot_id": lot_id, "first": 200, "count": 50}


@pytest.mark.parametrize("body", [{**ORDER, "planned": 501}, ORDER | {"line": "L2"}])
def test_a_key_means_one_request(erp: Machine, body: dict[str, Any]) -> None:
    told(erp.post("/lots", ORDER, once="k"), 201)
    assert problem(erp.post("/lots", body, once="k"), 422) == "idempotency_key_reused"


def test_a_key_means_one_path(erp: Machine, lot_id: int) -> None:
    told(erp.post(f"/lots/{lot_id}/codes", {"count": 5}, once="k"), 201)
    body = {"count": 5, "device": "cam"}
    assert problem(erp.post("/blocks", body, once="k"), 422) == "idempotency_key_reused"


def test_each_machine_has_its_own(erp: Machine, hire_machine: Hire) -> None:
    plc = hire_machine("batch.open", name="plc")
    first = told(erp.post("/lots", ORDER, once="k"), 201)
    other = told(plc.post("/lots", ORDER, once="k"), 201)
    assert first["id"] != other["id"]


def test_a_refusal_is_not_kept(erp: Machine, house: Installation) -> None:
    strange = ORDER | {"article": "NONE"}
    assert problem(erp.post("/lots", strange, once="k"), 404) == "article_unknown"
    assert count(house, IdempotentAnswer) == 0
    told(erp.post("/lots", ORDER, once="k"), 201)


@pytest.mark.parametrize("name", ["", "a b", "x" * 129, "\N{SNOWMAN}"])
def test_what_no_key_can_be(erp: Machine, name: str) -> None:
    headers = erp.headers() | {"Idempotency-Key": name}
    refused = erp.client.post("/api/v1/lots", json=ORDER, headers=headers)
    assert problem(refused, 400) == "idempotency_key_invalid"


def test_eight_at_once_act_once(
    app: Flask, erp: Machine, lot_id: int, house: Installation
) -> None:
    body = {"lots": [{"lot_id": lot_id}], "hazard": "health", "reason": "metal"}
    moves = {
        "moves": [
            {
                "lot_id": lot_id,
                "source": "made",
                "target": "YL1/L2",
                "quantity": 40,
                "document": "RK-1",
            }
        ]
    }

    def move() -> tuple[int, str]:
        machine = Machine(app.test_client(), erp.key)
        answer = machine.post("/movements", moves, once="move-1")
        return answer.status_code, answer.text

    assert set(at_once(move)) == {(201, told_once(erp, moves))}
    assert count(house, Movement) == 1

    def hold() -> int:
        machine = Machine(app.test_client(), erp.key)
        return machine.post("/holds", body, once="hold-1").status_code

    assert set(at_once(hold)) == {201}
    assert count(house, Hold) == 1


def told_once(erp: Machine, moves: dict[str, Any]) -> str:
    return erp.post("/movements", moves, once="move-1").text


def test_codes_at_once_are_issued_once(app: Flask, erp: Machine, lot_id: int) -> None:
    def issue() -> str:
        machine = Machine(app.test_client(), erp.key)
        answer = machine.post(f"/lots/{lot_id}/codes", {"count": 9}, once="codes-1")
        assert answer.status_code == 201
        return answer.text

    assert len(set(at_once(issue))) == 1
    assert told(erp.get(f"/lots/{lot_id}"))["issued"] == 209


def test_old_answers_are_dropped(erp: Machine, house: Installation) -> None:
    told(erp.post("/lots", ORDER, once="k"), 201)
    now = clock.now()
    with house.plant.writing() as session:
        forget_answers(session, now)
    assert count(house, IdempotentAnswer) == 1
    with house.plant.writing() as session:
        forget_answers(session, now + KEPT + timedelta(hours=1))
    assert count(house, IdempotentAnswer) == 0
