"""What a line PC asks for before its shift, and what it tells and gives back after."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from machines import Machine, problem, told

from lotmark.labels.jobs.reprints import reprints_of
from lotmark.labels.jobs.service import spoiled_codes
from lotmark.trace import badges, clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Partner
from lotmark.web.installation import Installation


def give(erp: Machine, lot_id: int | None, count: int = 100) -> Any:
    body = {"device": "L2-station", "count": count, "lot_id": lot_id}
    return told(erp.post("/blocks", body), 201)["blocks"][0]


def give_back(erp: Machine, block: Any, places: str, **more: Any) -> Any:
    body = {
        "id": str(uuid.uuid4()),
        "device": "L2-station",
        "places": places,
        "paper": block["paper"],
        **more,
    }
    return erp.post(f"/blocks/{block['id']}/returns", body)


def tell(erp: Machine, lot_id: int, block: Any, kind: str, places: str) -> Any:
    body = {
        "id": str(uuid.uuid4()),
        "device": "L2-station",
        "kind": kind,
        "places": places,
        "paper": block["paper"],
        "reason": "smeared",
        "by": "Li",
    }
    return told(erp.post(f"/lots/{lot_id}/items", body))


def test_what_a_label_says(erp: Machine, lot_id: int) -> None:
    said = told(erp.get(f"/lots/{lot_id}/label"))
    lot = told(erp.get(f"/lots/{lot_id}"))
    assert (said["batch_no"], said["planned"]) == (lot["code"], 12_000)
    assert (said["status"], said["issued"]) == ("in_production", 200)
    assert said["production_date"] == lot["produced_on"]
    serial = told(erp.get(f"/lots/{lot_id}/codes", count=1))["codes"][0]
    assert said["url"] + serial["serial"] == serial["url"]


def test_supplied_goods_have_no_label_of_ours(
    person: Machine, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.add(Partner(code="S1", kind="supplier", name="甲", name_en="A"))
    delivery = {
        "article": "BEEF",
        "supplier": "S1",
        "code": "HN-07",
        "quantity": 250_000_000,
        "place": "FG1",
        "received_on": clock.now().date().isoformat(),
        "result": "pass",
    }
    lot = told(person.post("/receipts", delivery), 201)
    assert problem(person.get(f"/lots/{lot['id']}/label"), 409) == "lot_not_ours"


def test_who_works_at_lines(erp: Machine, house: Installation) -> None:
    with house.plant.writing() as session:
        user = people.find_user(session, "li")
        assert user is not None
        actor = people.actor_for(session, user)
        text = badges.issue_badge(session, user, actor, clock.now())
    known = {who["login"]: who for who in told(erp.get("/operators"))["operators"]}
    assert known["li"]["badge"] == hashlib.sha256(text.encode()).hexdigest()
    assert "labels.print" in known["li"]["rights"]
    assert "labels.void" not in known["li"]["rights"]
    assert not set(known) & {"chen"}


def test_codes_never_printed_are_given_back(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    """They count no longer against the plan, however often they come."""
    block = give(erp, lot_id)
    first = told(give_back(erp, block, "60-99"))
    assert (first["returned"], first["returned_count"]) == ("60-99", 40)
    again = told(give_back(erp, block, "50-99"))
    assert (again["returned"], again["returned_count"]) == ("50-59", 10)
    assert told(erp.get(f"/lots/{lot_id}/label"))["issued"] == 250
    with house.plant.reading() as session:
        assert spoiled_codes(session, lot_id) == 50
    tell(erp, lot_id, block, "printed", "55-56")  # it was printed after all
    with house.plant.reading() as session:
        assert spoiled_codes(session, lot_id) == 48


def test_a_block_without_a_batch_is_given_back_too(erp: Machine) -> None:
    block = give(erp, None)
    assert told(give_back(erp, block, "0-99"))["returned_count"] == 100


@pytest.mark.parametrize(
    ("places", "more", "status", "code"),
    [
        ("90-100", {}, 400, "block_range"),
        ("0-9", {"device": "L1-station"}, 409, "block_of_other"),
        ("0-9", {"paper": "a.b.c"}, 400, "paper_forged"),
    ],
)
def test_what_cannot_be_given_back(
    erp: Machine, lot_id: int, places: str, more: Any, status: int, code: str
) -> None:
    assert problem(give_back(erp, give(erp, lot_id), places, **more), status) == code


def test_the_paper_is_of_the_block(erp: Machine, lot_id: int) -> None:
    block, other = give(erp, lot_id), give(erp, lot_id)
    refused = give_back(erp, {**block, "paper": other["paper"]}, "0-9")
    assert problem(refused, 409) == "paper_of_other_block"


def test_reprints_are_told_afterwards(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    """Each counts once, though its report comes twice, and says who did it and why."""
    block = give(erp, lot_id)
    tell(erp, lot_id, block, "printed", "0-9")
    told_once = tell(erp, lot_id, block, "reprinted", "3-4")
    assert (told_once["recorded_count"], told_once["by"]) == (2, "Li")
    tell(erp, lot_id, block, "reprinted", "4")
    with house.plant.reading() as session:
        found = reprints_of(session, lot_id, ItemSet.range(200, 210))
    assert {times: str(items) for times, items in found.items()} == {
        0: "200-202,205-209",
        1: "203",
        2: "204",
    }


def test_a_reprint_needs_a_reason(erp: Machine, lot_id: int) -> None:
    body = {
        "id": str(uuid.uuid4()),
        "device": "L2-station",
        "kind": "reprinted",
        "items": "0",
        "since": datetime.now(UTC).isoformat(),
    }
    refused = erp.post(f"/lots/{lot_id}/items", body)
    assert problem(refused, 400) == "reason_missing"
