"""However the reports of a line PC come in, the server ends in the same state."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machines import Machine, told
from station_work import batch_at, key_for

from lotmark.labels.jobs.reprints import reprints_of
from lotmark.labels.jobs.service import spoiled_codes
from lotmark.trace import clock
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.production.marks import marks_of
from lotmark.trace.stock.imbalances import find_imbalances
from lotmark.web.installation import Installation

SIZE = 30
FATES = ("loose", "applied", "voided", "lost", "returned")
"""What becomes of a code of a block, in the end."""
CLOCKS = (timedelta(0), timedelta(hours=-8), timedelta(days=-20_000))
Told = tuple[str, ItemSet, timedelta]
"""What is told, of which places, and by which clock."""


@st.composite
def shifts(draw: st.DrawFn) -> tuple[list[str], Counter[int], list[Told]]:
    """The fates of a block's codes, how often each was reprinted, and the reports in
    the order they come in: in parts that overlap, some of them more than once."""
    fates = draw(st.lists(st.sampled_from(FATES), min_size=SIZE, max_size=SIZE))
    of = {fate: {n for n, one in enumerate(fates) if one == fate} for fate in FATES}
    printed = of["loose"] | of["applied"] | of["voided"]
    told = {
        "printed": printed,
        "applied": of["applied"],
        "voided": of["voided"] | of["lost"],
        "returned": of["returned"],
    }
    parts = [(kind, part) for kind, all_ in told.items() for part in _cut(draw, all_)]
    again = st.lists(st.sampled_from(sorted(printed)), max_size=5)
    copies = Counter(draw(again) if printed else [])
    parts += [("reprinted", {n}) for n in copies.elements()]
    events = [
        (kind, ItemSet.from_numbers(sorted(part)), draw(st.sampled_from(CLOCKS)))
        for kind, part in parts
    ]
    return fates, copies, draw(st.permutations(events))


def _cut(draw: st.DrawFn, places: set[int]) -> list[set[int]]:
    """All of them, in up to three parts that may overlap."""
    if not places:
        return []
    some = st.sets(st.sampled_from(sorted(places)), min_size=1)
    parts = draw(st.lists(some, max_size=2))
    rest = places.difference(*parts) if parts else places
    return [part for part in (*parts, rest) if part]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(shift=shifts(), repeats=st.lists(st.integers(0, 99), max_size=6))
def test_any_order_and_any_repetition_is_one_state(
    house: Installation,
    app: Flask,
    shift: tuple[list[str], Counter[int], list[Told]],
    repeats: list[int],
) -> None:
    fates, copies, events = shift
    name = uuid.uuid4().hex[:8]
    machine = Machine(app.test_client(), key_for(house, clock.now(), name))
    began = clock.now()
    lot_id = batch_at(house, "L2", 1000, began, name)
    body = {"device": "PC", "count": SIZE, "lot_id": lot_id}
    block = told(machine.post("/blocks", body), 201)["blocks"][0]
    bodies = [_report(block, lot_id, *event) for event in events]
    order = [*bodies, *(bodies[n % len(bodies)] for n in repeats)]
    for path, report in order:
        told(machine.post(path, report))
    with house.plant.reading() as session:
        marks = marks_of(session, lot_id)
        reprinted = reprints_of(session, lot_id, ItemSet.range(0, SIZE))
        spoiled = spoiled_codes(session, lot_id)
        segments = session.query(ItemSegment).filter_by(lot_id=lot_id).all()
        assert find_imbalances(session) == []
    of = {fate: {n for n, one in enumerate(fates) if one == fate} for fate in FATES}
    assert numbers(marks.get("printed")) == (of["loose"] | of["applied"] | of["voided"])
    assert numbers(marks.get("applied")) == of["applied"]
    assert numbers(marks.get("voided")) == of["voided"] | of["lost"]
    assert spoiled == len(of["returned"])
    counted = {n: times for times, some in reprinted.items() for n in numbers(some)}
    assert {n: times for n, times in counted.items() if times} == dict(copies)
    late = clock.now() + timedelta(seconds=1)
    assert all(began - timedelta(minutes=6) <= s.t0 <= s.t1 <= late for s in segments)


def numbers(items: ItemSet | None) -> set[int]:
    return {n for lo, hi in (items or EMPTY).intervals for n in range(lo, hi)}


def _report(
    block: Any, lot_id: int, kind: str, places: ItemSet, wrong: timedelta
) -> tuple[str, dict[str, Any]]:
    shown = clock.now() + wrong
    body = {
        "id": str(uuid.uuid4()),
        "device": "PC",
        "places": str(places),
        "paper": block["paper"],
    }
    if kind == "returned":
        return f"/blocks/{block['id']}/returns", body
    return f"/lots/{lot_id}/items", {
        **body,
        "kind": kind,
        "reason": "smeared",
        "since": (shown - timedelta(seconds=20)).isoformat(),
        "until": (shown - timedelta(seconds=10)).isoformat(),
        "clock": shown.isoformat(),
    }
