"""The engine and its SQL agree with the naive reading of the rules on any plant."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plants import (
    CYCLES,
    LINES,
    SHIPMENTS,
    START,
    STEP,
    STEPS,
    Ids,
    Plan,
    at,
    build,
    plans,
)
from scope_oracle import Question, Told, Verdict, judge
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import (
    ORIGINS,
    Criteria,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from lotmark.recall.scope.engine import decide
from lotmark.recall.scope.reach import load_graph
from lotmark.recall.scope.reasons import Reason
from lotmark.recall.scope.service import find_affected
from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Question]:
    plan = draw(plans())
    lot = st.integers(0, len(plan.lots) - 1)
    items = st.none() | st.builds(
        lambda lo, n: (lo, lo + n), st.integers(0, 5), st.integers(1, 5)
    )
    window = st.builds(
        lambda line, start, length: (line, start * STEP, (start + length) * STEP),
        st.integers(0, LINES - 1),
        st.integers(0, STEPS),
        st.integers(0, 4),
    )
    fact = st.one_of(
        st.tuples(st.just("lots"), st.tuples(lot, items)),
        st.tuples(st.just("lots"), st.tuples(lot, items)),
        st.tuples(st.just("windows"), window),
        st.tuples(st.just("inputs"), lot),
        st.tuples(st.just("cycles"), st.integers(0, CYCLES - 1)),
        st.tuples(st.just("shipments"), st.integers(0, SHIPMENTS - 1)),
    )
    origin = draw(st.sampled_from(("unknown", "ingredient", "line", *ORIGINS)))
    question = Question([], [], [], [], [], origin)
    for kind, value in draw(st.lists(fact, min_size=1, max_size=2)):
        getattr(question, kind).append(value)
    return plan, question


def criteria(question: Question, ids: Ids) -> Criteria:
    return Criteria(
        (
            *(
                LotCriterion(ids.lots[lot], items and ItemSet.range(*items))
                for lot, items in question.lots
            ),
            *(
                LineWindow(ids.lines[line], at(start), at(end))
                for line, start, end in question.windows
            ),
            *(InputLot(ids.lots[lot]) for lot in question.inputs),
            *(Cycle(ids.cycles[cycle]) for cycle in question.cycles),
            *(Shipped(ids.shipments[number]) for number in question.shipments),
        ),
        question.origin,
    )


def retold(reason: Reason, ids: Ids) -> Told:
    """The reason with the plan's numbers in place of ids and times."""
    places = {
        "lot": ids.lots,
        "line": ids.lines,
        "cycle": ids.cycles,
        "shipment": ids.shipments,
    }
    values: list[object] = []
    for key, value in reason.params:
        if key in places and isinstance(value, int):
            values.append(places[key].index(value))
        elif key in ("start", "end"):
            moment = datetime.fromisoformat(str(value))
            values.append((moment - START) // timedelta(hours=1))
        else:
            values.append(value)
    return (reason.code, *values)


def answer(session: Session, plan: Plan, question: Question) -> Verdict:
    ids = build(session, plan)
    asked = criteria(question, ids)
    found = decide(load_graph(session, asked), asked)
    members = find_affected(session, asked).affected
    assert {lot: one.tier for lot, one in members.items()} == {
        lot: one.tier for lot, one in found.items()
    }
    assert all(one.items is None for one in found.values())
    return {
        ids.lots.index(lot): (one.tier, {retold(reason, ids) for reason in one.why})
        for lot, one in found.items()
    }


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_scope_is_what_the_rules_say(
    database: Database, case: tuple[Plan, Question]
) -> None:
    plan, question = case
    with database.writing() as session:
        found = answer(session, plan, question)
        session.rollback()
    assert found == judge(plan, question)
