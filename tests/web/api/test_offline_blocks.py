"""A block of codes for a shift without a network, and what comes in after it."""

import base64
import hashlib
import json
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machines import Hire, Machine, problem, told

from lotmark.trace import clock
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import CodeBlock
from lotmark.trace.production.tables import LineRun
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.web.installation import Installation

SIZE = 40
"""Codes of a block here."""


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def give(erp: Machine, count: int = SIZE, **more: Any) -> Any:
    body = {"device": "L2-coder", "count": count, **more}
    return told(erp.post("/blocks", body), 201)["blocks"][0]


def report(block: Any, kind: str, places: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "device": block["device"],
        "kind": kind,
        "places": places,
        "paper": block["paper"],
        **({} if kind in ("printed", "applied") else {"reason": "torn"}),
        **more,
    }


def send(erp: Machine, lot_id: int, body: Any, status: int = 200) -> Any:
    return told(erp.post(f"/lots/{lot_id}/items", body), status)


def serials(erp: Machine, block: Any) -> list[str]:
    codes = told(erp.get(f"/blocks/{block['id']}/codes", count=10_000))["codes"]
    return [code["serial"] for code in codes]


def test_a_device_proves_its_block(erp: Machine) -> None:
    """With nothing but the paper, the public key and a library."""
    block = give(erp)
    header, claims, signature = block["paper"].split(".")
    (key,) = told(erp.get("/blocks/keys"))["keys"]
    assert json.loads(raw(header))["kid"] == key["kid"]
    public = Ed25519PublicKey.from_public_bytes(raw(key["x"]))
    public.verify(raw(signature), f"{header}.{claims}".encode())
    said = json.loads(raw(claims))
    digest = hashlib.sha256("".join(serials(erp, block)).encode()).hexdigest()
    assert said["codes"] == digest
    assert (said["block"], said["sub"], said["count"]) == (block["id"], "L2-coder", 40)
    until = datetime.fromisoformat(block["until"])
    assert said["exp"] == int(until.timestamp())
    assert until - datetime.fromisoformat(block["issued_at"]) == timedelta(hours=12)
    with pytest.raises(InvalidSignature):
        public.verify(raw(signature), f"{header}.{claims}x".encode())
    assert told(erp.get(f"/blocks/{block['id']}"))["paper"] == block["paper"]


def test_the_same_request_gives_the_same_block(erp: Machine) -> None:
    body = {"device": "L2-coder", "count": 5}
    first, again = (erp.post("/blocks", body, once="block-1") for _ in range(2))
    assert told(first, 201) == told(again, 201)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_paper_that_was_altered(erp: Machine, lot_id: int) -> None:
    block, other = give(erp), give(erp)
    header, claims, signature = block["paper"].split(".")
    more = json.dumps({**json.loads(raw(claims)), "count": 400}).encode()
    longer = base64.urlsafe_b64encode(more).decode().rstrip("=")
    for paper in (
        f"{header}.{longer}.{signature}",
        f"{header}.{other['paper'].split('.')[1]}.{signature}",
        f"{header}.{claims}.{'A' * 86}",
        f"e30.{claims}.{signature}",
        f"{header}.{claims}.{signature[:-1]}{'B' if signature[-1] != 'B' else 'C'}",
    ):
        body = report(block, "applied", "0-9") | {"paper": paper}
        refused = erp.post(f"/lots/{lot_id}/items", body)
        assert problem(refused, 400) == "paper_forged", paper
    for wrong in ("a.b", "x" * 3000, "a.b.c d"):
        body = report(block, "applied", "0-9") | {"paper": wrong}
        assert problem(erp.post(f"/lots/{lot_id}/items", body), 400) == "values_invalid"


def test_another_device_cannot_use_it(erp: Machine, lot_id: int) -> None:
    body = report(give(erp), "applied", "0-9") | {"device": "L1-coder"}
    refused = erp.post(f"/lots/{lot_id}/items", body)
    assert problem(refused, 409) == "block_of_other"


def test_a_shift_ends(erp: Machine, lot_id: int, house: Installation) -> None:
    """Then no more codes are taken; what was printed is still reported."""
    block = give(erp)
    with house.plant.writing() as session:
        row = session.get_one(CodeBlock, block["id"])
        row.issued_at = clock.now() - timedelta(hours=12, minutes=1)
    refused = erp.get(f"/blocks/{block['id']}/codes")
    assert problem(refused, 409) == "block_over"
    assert send(erp, lot_id, report(block, "applied", "0-9"))["recorded_count"] == 10


def test_more_than_a_shift_is_refused(erp: Machine) -> None:
    refused = erp.post("/blocks", {"device": "x", "count": 500_001})
    assert problem(refused, 400) == "values_invalid"


def test_reporting_puts_codes_onto_the_batch(hire_machine: Hire, lot_id: int) -> None:
    """The paper is enough; the right to issue codes is not needed for it."""
    giver = hire_machine("codes.issue", name="giver")
    coder = hire_machine("batch.finish", name="coder")
    block = give(giver)
    answer = send(coder, lot_id, report(block, "applied", "3-9,20-29"))
    assert answer["recorded_count"] == 17
    again = send(coder, lot_id, report(block, "applied", "0-29"))
    assert (again["recorded_count"], again["already_count"]) == (13, 17)
    body = report(block, "voided", "30")
    refused = coder.post(f"/lots/{lot_id}/items", body)
    assert problem(refused, 403) == "right_missing"


def test_places_on_another_batch_are_named(erp: Machine, lot_id: int) -> None:
    block = give(erp)
    order = {"article": "YB150", "line": "L1", "planned": 100}
    other = told(erp.post("/lots", order), 201)["id"]
    send(erp, lot_id, report(block, "applied", "0-9"))
    answer = send(erp, other, report(block, "applied", "5-14"))
    assert answer["recorded_count"] == 5
    assert answer["refused"] == [
        {
            "reason": "not_of_this_lot",
            "count": 5,
            "items": "",
            "serials": serials(erp, block)[5:10],
        }
    ]


def test_a_block_has_so_many_codes(erp: Machine, lot_id: int) -> None:
    block = give(erp)
    for places in ("40", "0-39,99", "1000000-1000001"):
        refused = erp.post(f"/lots/{lot_id}/items", report(block, "printed", places))
        assert problem(refused, 400) == "block_range"


def test_a_batch_not_begun_gets_none(erp: Machine) -> None:
    block = give(erp)
    body = report(block, "applied", "0-9")
    assert problem(erp.post("/lots/999/items", body), 404) == "lot_unknown"


@pytest.mark.parametrize(
    "wrong",
    [timedelta(hours=-8), timedelta(hours=8), timedelta(days=-20_000)],
    ids=["8 h behind", "8 h ahead", "1970"],
)
def test_a_wrong_clock_is_put_right(
    erp: Machine, lot_id: int, house: Installation, wrong: timedelta
) -> None:
    """By what it shows when it reports: then how long ago a thing was is right."""
    block = give(erp)
    now = clock.now()
    with house.plant.writing() as session:  # the shift began six hours ago
        for row in session.query(CodeBlock):
            row.issued_at = now - timedelta(hours=6)
    shown = {
        "since": (now + wrong - timedelta(hours=3)).isoformat(),
        "until": (now + wrong - timedelta(hours=2)).isoformat(),
        "clock": (now + wrong).isoformat(),
    }
    answer = send(erp, lot_id, report(block, "applied", "0-9", **shown))
    assert answer["flags"] == ["clock_corrected", "late"]
    for name, hours in (("since", 3), ("until", 2)):
        off = datetime.fromisoformat(answer[name]) - (now - timedelta(hours=hours))
        assert abs(off) < timedelta(minutes=1)


def test_a_second_try_may_say_another_time(erp: Machine, lot_id: int) -> None:
    body = report(give(erp), "applied", "0-9", clock="1970-01-01T08:00:00Z")
    first = send(erp, lot_id, body)
    again = send(erp, lot_id, {**body, "clock": "1970-01-01T09:30:00Z"})
    assert again == {**first, "repeated": True}


def test_a_clock_beyond_all_time(erp: Machine, lot_id: int) -> None:
    times = {"since": "9998-01-01T00:00:00Z", "clock": "0002-01-02T00:00:00Z"}
    body = report(give(erp), "applied", "0-9", **times)
    assert "clock_wrong" in send(erp, lot_id, body)["flags"]


def test_labels_left_from_the_batch_before(
    erp: Machine, lot_id: int, house: Installation
) -> None:
    """Put on packs after the next batch began: the report says so (§9 item 7)."""
    told(erp.post(f"/lots/{lot_id}/finish"))
    later = clock.now() + timedelta(minutes=6)
    body = report(give(erp), "applied", "0-3", since=later.isoformat())
    assert "after_batch" not in send(erp, lot_id, body)["flags"]  # a wrong clock
    with house.plant.writing() as session:
        for run in session.query(LineRun).filter_by(lot_id=lot_id):
            run.started_at -= timedelta(hours=2)
            run.ended_at = clock.now() - timedelta(hours=1)
    body = report(give(erp), "applied", "0-3", since=clock.now().isoformat())
    assert "after_batch" in send(erp, lot_id, body)["flags"]


KINDS = ("applied", "voided", "sampled")
Shift = tuple[list[tuple[str, ItemSet]], int]


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    """What became of each place of a block, told in overlapping parts, in any order."""
    fates = draw(st.lists(st.sampled_from((*KINDS, "")), min_size=SIZE, max_size=SIZE))
    parts: list[tuple[str, ItemSet]] = []
    for kind in KINDS:
        places = [place for place, fate in enumerate(fates) if fate == kind]
        if not places:
            continue
        parts.append((kind, ItemSet.from_numbers(places)))
        for _ in range(draw(st.integers(0, 2))):
            some = draw(st.lists(st.sampled_from(places), min_size=1, max_size=9))
            parts.append((kind, ItemSet.from_numbers(some)))
    return draw(st.permutations(parts)), draw(st.integers(0, 2**16))


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(shifts())
def test_late_twice_and_in_any_order(
    erp: Machine, house: Installation, shift: Shift
) -> None:
    """However the reports of a shift come in, each code ends as the device says."""
    parts, seed = shift
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    lot = told(
        erp.post("/lots", {"article": "BJ200", "line": "L2", "planned": 500}), 201
    )
    block = give(erp)
    sent = [report(block, kind, str(places)) for kind, places in parts]
    sent += chance.sample(sent, len(sent) // 2)  # what was not answered comes again
    chance.shuffle(sent)
    if chance.random() < 0.5:
        told(erp.post(f"/lots/{lot['id']}/finish"))
    for number, body in enumerate(sent):
        wrong = chance.choice((0, -8 * 3600, -490_000 * 3600))
        said = clock.now() + timedelta(seconds=wrong)
        answer = send(erp, lot["id"], {**body, "clock": said.isoformat()})
        places = ItemSet.parse(body["places"])
        assert answer["repeated"] == (body in sent[:number])
        counted = answer["recorded_count"] + answer["already_count"]
        assert (counted, answer["refused"]) == (places.count, [])
    codes = {code["serial"]: code for code in _verified(erp, serials(erp, block))}
    fates: dict[int, str] = {}
    for kind, items in parts:
        for place in range(SIZE):
            if place in items:
                fates[place] = kind
    for place, serial in enumerate(serials(erp, block)):
        status = codes[serial]["status"]
        expected = {"applied": "applied", "voided": "voided", "": "unbound"}
        fate = fates.get(place, "")
        if fate != "sampled":
            assert status == expected[fate], (place, fate)
    labels = told(erp.get(f"/lots/{lot['id']}/balance"))["labels"]
    for kind in KINDS:
        assert labels[kind] == sum(fate == kind for fate in fates.values())
    assert labels["issued"] == len(fates)
    with house.plant.reading() as session:
        assert find_imbalances(session) == []


def _verified(erp: Machine, texts: list[str]) -> list[Any]:
    answers = told(erp.post("/verify", {"codes": texts}))["answers"]
    return [{**answer, "serial": answer["input"]} for answer in answers]
