"""Tanks, corrections and planned batches, as a plant's systems report them."""

from datetime import timedelta

import batch_work
import pytest
from machines import Machine, problem, told

from lotmark.recall.scope.criteria import Criteria, InputLot
from lotmark.recall.scope.service import find_affected
from lotmark.trace import clock
from lotmark.trace.parties.tables import Lot, Partner
from lotmark.web.installation import Installation

HOUR = timedelta(hours=1)


@pytest.fixture
def beef(house: Installation) -> int:
    """25 kg of beef in the store."""
    with house.plant.writing() as session:
        session.add(Partner(code="S01", kind="supplier", name="牧场", name_en="Farm"))
        session.flush()
        return batch_work.receive(session, "BY261001", clock.now() - 9 * HOUR).id


def test_what_is_drawn_from_a_tank_has_what_was_put_in(
    person: Machine, lot_id: int, beef: int, house: Installation
) -> None:
    def ago(hours: float) -> str:
        return (clock.now() - hours * HOUR).isoformat()

    begun = {"site": "YL1", "tank": "T1", "number": "T1-1", "at": ago(4)}
    tank = told(person.post("/tanks", begun), 201)
    assert (tank["kind"], tank["ended_at"]) == ("tank", None)
    again = begun | {"number": "T1-2"}
    assert problem(person.post("/tanks", again), 409) == "tank_in_use"
    way = f"/tanks/{tank['id']}"
    put = {"lot_id": beef, "place": "FG1", "quantity": 5_000_000, "at": ago(3)}
    assert told(person.post(f"{way}/fills", put), 201)["quantity"] == 5_000_000
    drawn = {"lot_id": lot_id, "quantity": 100, "at": ago(2)}
    assert told(person.post(f"{way}/draws", drawn), 201)["lot_id"] == lot_id
    early = problem(person.post(f"{way}/empty", {"at": ago(2.5)}), 409)
    assert early == "tank_not_then"
    ended = told(person.post(f"{way}/empty", {"at": ago(1)}))
    assert ended["ended_at"]
    assert problem(person.post(f"{way}/fills", put | {"at": ago(0.5)}), 409)
    with house.plant.reading() as session:
        found = find_affected(session, Criteria((InputLot(beef),)))
        assert set(found.affected) == {beef, lot_id}


def test_a_failed_check_is_corrected_once(person: Machine, lot_id: int) -> None:
    at = clock.now() - HOUR
    check = {
        "lot_id": lot_id,
        "line": "L2",
        "at": at.isoformat(),
        "kind": "vacuum",
        "value": "-0.02",
        "result": "fail",
    }
    told(person.post("/checks", {"checks": [check]}), 201)
    (row,) = told(person.get("/checks", lot_id=lot_id))["items"]
    assert (row["corrected_at"], row["correction"]) == (None, "")
    way, put = f"/checks/{row['id']}/correction", (at + HOUR / 2).isoformat()
    said = told(person.post(way, {"reason": "new seal", "at": put}), 201)
    assert said["correction"] == "new seal"
    assert told(person.get("/checks", lot_id=lot_id))["items"] == [said]
    other = {"reason": "another seal", "at": put}
    assert problem(person.post(way, other), 409) == "already_corrected"
    missing = person.post("/checks/999/correction", other)
    assert problem(missing, 404) == "check_unknown"


def test_a_planned_batch_is_started(person: Machine, house: Installation) -> None:
    with house.plant.writing() as session:
        lot = Lot(
            article_id=1,
            code="PLAN-1",
            ai10="PLAN-1",
            site_id=1,
            status="planned",
            planned=500,
        )
        session.add(lot)
        session.flush()
        planned = lot.id
    (line,) = [x for x in told(person.get("/lines"))["items"] if x["code"] == "L2"]
    start = {"line_id": line["id"], "artwork": "A7"}
    begun = told(person.post(f"/lots/{planned}/start", start))
    assert begun["status"] == "in_production"
    assert told(person.post(f"/lots/{planned}/start", start)) == begun
    told(person.post(f"/lots/{planned}/finish"))
    assert problem(person.post(f"/lots/{planned}/start", start), 409) == "wrong_state"
