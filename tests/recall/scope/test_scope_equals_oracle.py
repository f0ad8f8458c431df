"""The engine and its SQL agree with the naive reading of the rules on any plant."""

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from plants import (
    CASES,
    CYCLES,
    LINES,
    PALLETS,
    SHIPMENTS,
    START,
    STEP,
    STEPS,
    SUPPLIERS,
    TANKS,
    WASHABLE,
    Ids,
    Plan,
    at,
    build,
    day,
    plans,
    stock_up,
)
from scope_oracle import Fact, Found, Question, Told, Verdict, judge
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import (
    ORIGINS,
    Artwork,
    CheckFailed,
    CleaningFailed,
    Complained,
    Criteria,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    InputLot,
    LineWindow,
    LotCriterion,
    Packed,
    Produced,
    Shipped,
    Stored,
    Supplied,
)
from lotmark.recall.scope.engine import decide
from lotmark.recall.scope.reach import load_graph
from lotmark.recall.scope.reasons import Reason
from lotmark.recall.scope.service import find_affected
from lotmark.recall.scope.wording import read_criteria, write_criteria
from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet

PLANTS = 1000 if os.environ.get("LOTMARK_LONG") else 60
"""On each engine."""


Facts = st.SearchStrategy[Fact]
moment, length = st.integers(0, STEPS), st.integers(0, 4)
line = st.integers(0, LINES - 1)
first, days = st.integers(0, 2), st.integers(0, 2)


def fact(kind: str, *numbers: st.SearchStrategy[int]) -> Facts:
    return st.tuples(st.just(kind), st.tuples(*numbers))


def times(kind: str, which: st.SearchStrategy[int]) -> Facts:
    return st.builds(
        lambda a, b, c: (kind, (a, b * STEP, (b + c) * STEP)), which, moment, length
    )


def one_of(kind: str, rows: Sequence[object]) -> list[Facts]:
    return [fact(kind, st.integers(0, len(rows) - 1))] if rows else []


def windows(plan: Plan) -> Facts:
    return st.one_of(
        times("window", line),
        times("window", line),
        *one_of("cleaning", plan.cleanings),
        *one_of("check", plan.checks),
    )


def facts(plan: Plan) -> Facts:
    lot = st.integers(0, len(plan.lots) - 1)
    items = st.builds(
        lambda a, b, c: ("lot", (a, b, b + c)), lot, first, st.integers(1, 5)
    )
    supplied = st.builds(
        lambda a, b, c: ("supplied", (a, b, b + c)),
        st.integers(0, SUPPLIERS - 1),
        first,
        days,
    )
    return st.one_of(
        windows(plan),
        windows(plan),
        fact("lot", lot),
        items,
        fact("input", lot),
        fact("cycle", st.integers(0, len(CYCLES) - 1)),
        fact("shipment", st.integers(0, SHIPMENTS - 1)),
        *one_of("complaint", plan.complaints),
        st.builds(lambda a, b: ("produced", (a, a + b)), first, days),
        st.builds(lambda a, b, c: ("produced", (a, a + b, c)), first, days, line),
        fact("artwork", st.integers(0, 2), st.integers(0, 1)),
        supplied,
        times("stored", st.integers(0, 2)),
        times("equipment", st.integers(0, len(WASHABLE) - 1)),
        times("equipment", st.integers(0, len(WASHABLE) - 1)),
        times("delivered", st.just(0)),
        times("case", st.integers(0, CASES - 1)),
        times("pallet", st.integers(0, PALLETS - 1)),
    )


def loads(plan: Plan) -> Facts:
    """Facts about what was in retorts and kettles."""
    inside = sorted({lot for cycle, lot in plan.loads if cycle not in TANKS})
    lots = [fact("lot", st.sampled_from(inside))] if inside else []
    return st.one_of(
        times("equipment", st.integers(0, len(WASHABLE) - 1)),
        fact("cycle", st.integers(0, len(CYCLES) - 1)),
        *lots,
    )


def sent() -> Facts:
    """Facts that goods without a batch may be meant by."""
    shipment = fact("shipment", st.integers(0, SHIPMENTS - 1))
    return st.one_of(shipment, times("delivered", st.just(0)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Question]:
    plan = draw(plans())
    origin = draw(st.sampled_from(("unknown", "ingredient", "line", *ORIGINS)))
    named = draw(st.lists(facts(plan), min_size=1, max_size=3))
    if draw(st.integers(0, 2)) == 0:  # or hardly any batch could be narrowed
        named = draw(st.lists(windows(plan), min_size=1, max_size=2))
        return plan, Question(named, origin, False, True, draw(st.booleans()))
    if draw(st.integers(0, 3)) == 0:
        named = draw(st.lists(loads(plan), min_size=1, max_size=2))
        return plan, Question(named, "line", draw(st.booleans()), False, True)
    if draw(st.integers(0, 3)) == 0:
        named = draw(st.lists(sent(), min_size=1, max_size=2))
    allergen, narrow, sticky = (draw(st.booleans()) for _ in range(3))
    return plan, Question(named, origin, allergen, narrow, sticky and not allergen)


def criterion(fact: Fact, ids: Ids) -> Criterion:
    match fact:
        case "lot", (lot,):
            return LotCriterion(ids.lots[lot])
        case "lot", (lot, lo, hi):
            return LotCriterion(ids.lots[lot], ItemSet.range(lo, hi))
        case "window", (line, start, end):
            return LineWindow(ids.lines[line], at(start), at(end))
        case "cleaning", (number,):
            return CleaningFailed(ids.cleanings[number])
        case "check", (number,):
            return CheckFailed(ids.checks[number])
        case "complaint", (number,):
            return Complained(ids.complaints[number])
        case "input", (lot,):
            return InputLot(ids.lots[lot])
        case "cycle", (cycle,):
            return Cycle(ids.cycles[cycle])
        case "shipment", (number,):
            return Shipped(ids.shipments[number])
        case "produced", (first, last, *line):
            on = ids.lines[line[0]] if line else None
            return Produced(day(first), day(last), line_id=on)
        case "artwork", (article, version):
            return Artwork(ids.articles[article], f"V{version + 1}")
        case "supplied", (supplier, first, last):
            return Supplied(ids.suppliers[supplier], day(first), day(last))
        case "equipment", (which, start, end):
            return EquipmentWindow(ids.site, WASHABLE[which], at(start), at(end))
        case "stored", (place, start, end):
            return Stored(ids.places[place], at(start), at(end))
        case "case" | "pallet" as level, (unit, start, end):
            units = ids.cases if level == "case" else ids.pallets
            return Packed(units[unit], at(start), at(end))
        case _, (_, start, end):
            return Delivered(ids.shop, at(start), at(end))
    raise ValueError(fact)


def retold(reason: Reason, ids: Ids) -> Told:
    """The reason with the plan's numbers in place of ids and times."""
    places = {
        "lot": ids.lots,
        "line": ids.lines,
        "cycle": ids.cycles,
        "shipment": ids.shipments,
        "complaint": ids.complaints,
        "place": ids.places,
        "partner": [ids.shop] if reason.code == "delivered_then" else ids.suppliers,
        "article": ids.articles,
        "unit": ids.cases + ids.pallets,
    }
    values: list[object] = []
    for key, value in reason.params:
        if key in places and isinstance(value, int):
            number = places[key].index(value)
            of_pallet = key == "unit" and number >= CASES
            values.append(number - CASES if of_pallet else number)
        elif key in ("start", "end"):
            moment = datetime.fromisoformat(str(value))
            values.append((moment - START) // timedelta(hours=1))
        elif key in ("first", "last"):
            values.append((date.fromisoformat(str(value)) - START.date()).days)
        else:
            values.append(value)
    return (reason.code, *values)


def answer(session: Session, plan: Plan, question: Question) -> Verdict:
    ids = build(session, plan)
    stock_up(session, plan, ids)
    asked = Criteria(
        tuple(criterion(fact, ids) for fact in question.facts),
        question.origin,
        hazard(question),
        "检验报告 J-26-118" if question.narrow else "",
    )
    found = decide(load_graph(session, asked), asked)
    read = read_criteria(session, write_criteria(session, asked))
    members = find_affected(session, read).affected
    assert {lot: (one.tier, one.items) for lot, one in members.items()} == {
        lot: (one.tier, one.items) for lot, one in found.items()
    }
    return {
        ids.lots.index(lot): Found(
            one.tier,
            {retold(reason, ids) for reason in one.why},
            None if one.items is None else numbers(one.items),
        )
        for lot, one in found.items()
    }


def hazard(question: Question) -> str:
    if question.allergen:
        return "allergen"
    return "equipment" if question.sticky else "any"


def numbers(items: ItemSet) -> frozenset[int]:
    return frozenset(n for lo, hi in items.intervals for n in range(lo, hi))


@settings(
    max_examples=PLANTS, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=cases())
def test_scope_is_what_the_rules_say(
    database: Database, case: tuple[Plan, Question]
) -> None:
    plan, question = case
    with database.writing() as session:
        found = answer(session, plan, question)
        session.rollback()
    for one in found.values():
        for code, *_ in one.why:
            event(str(code))
    assert found == judge(plan, question)
