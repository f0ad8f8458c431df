"""A trace shows what a lot was made of and what became of it, and always ends."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import stockroom
from hypothesis import HealthCheck, given, settings
from plants import Ids, Plan, build, plans
from scope_oracle import through_tanks
from sqlalchemy.orm import Session

from lotmark.recall.scope.unbatched import possible_consignees, possible_document
from lotmark.trace.db import Database
from lotmark.trace.errors import InvalidInput, NotFound
from lotmark.trace.parties.tables import Article, Lot, Partner
from lotmark.trace.production.genealogy import Genealogy, trace_document, trace_lots
from lotmark.trace.production.record import account_document
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.service import make_stock

SCHEMA = Path(__file__).parents[3] / "docs" / "trace.schema.json"


def feed(
    session: Session, source: Lot, target: Lot, quantity: int, at: datetime
) -> None:
    session.add(
        LotInput(
            input_id=source.id,
            output_id=target.id,
            kind="consumption",
            quantity=quantity,
            at=at,
        )
    )
    session.flush()


@pytest.fixture
def beef(database: Database, now: datetime) -> list[int]:
    """Beef B went twice into batch P, and P into gift box G."""
    with database.writing() as session:
        plant = stockroom.build(session)
        farm = Partner(code="N01", kind="supplier", name="北方肉联", name_en="North")
        meat = Article(
            code="BEEF", kind="ingredient", name="牛腱", name_en="Beef", base_unit="mg"
        )
        session.add_all([farm, meat])
        session.flush()
        lots = [
            Lot(
                code=code,
                ai10=code,
                article_id=meat.id if code == "B" else plant.article_id,
                origin="N01" if code == "B" else "",
                supplier_id=farm.id if code == "B" else None,
                received_on=now.date() if code == "B" else None,
                produced_on=None if code == "B" else now.date(),
            )
            for code in "BPG"
        ]
        session.add_all(lots)
        session.flush()
        b, p, g = lots
        for lot, quantity in ((b, 3 * 10**15), (p, 500)):
            make_stock(
                session,
                lot,
                plant.places["W1"],
                quantity=quantity,
                at=now,
                document="D",
                actor=stockroom.LI,
                now=now,
            )
        feed(session, b, p, 10**15, now)
        feed(session, b, p, 2 * 10**15, now + timedelta(hours=2))
        feed(session, p, g, 20, now)
        return [lot.id for lot in lots]


def test_quantities_are_summed_and_times_span_all(
    database: Database, beef: list[int], now: datetime
) -> None:
    with database.reading() as session:
        found = trace_lots(session, beef[1], "both")
    edges = [
        (e.input_id, e.output_id, e.quantity, e.first, e.last) for e in found.edges
    ]
    assert edges == [
        (beef[0], beef[1], 3 * 10**15, now, now + timedelta(hours=2)),
        (beef[1], beef[2], 20, now, now),
    ]
    told = [(n.code, n.depth, n.own, n.supplier, n.made, n.unit) for n in found.nodes]
    assert told == [
        ("B", -1, False, "北方肉联", 3 * 10**15, "mg"),
        ("P", 0, True, "", 500, "piece"),
        ("G", 1, True, "", 0, "piece"),
    ]
    assert not found.truncated


def test_each_direction_is_shown_alone(database: Database, beef: list[int]) -> None:
    with database.reading() as session:
        back = trace_lots(session, beef[1], "back")
        forward = trace_lots(session, beef[1], "forward")
    assert [node.code for node in back.nodes] == ["B", "P"]
    assert [node.code for node in forward.nodes] == ["P", "G"]


def test_a_long_trace_keeps_the_nearest_lots(
    database: Database, beef: list[int]
) -> None:
    with database.reading() as session:
        found = trace_lots(session, beef[0], "forward", max_nodes=1)
    assert [node.code for node in found.nodes] == ["B", "P"]
    assert len(found.edges) == 1
    assert found.truncated


def test_the_document_fits_its_schema(
    database: Database, beef: list[int], now: datetime
) -> None:
    schema = json.loads(SCHEMA.read_text())
    checker = jsonschema.Draft202012Validator
    checker.check_schema(schema)
    with database.reading() as session:
        document = trace_document(trace_lots(session, beef[1]))
        lot = session.get_one(Lot, beef[1])
        document |= account_document(session, lot, now)
        possible = possible_consignees(session, [lot.id])
        document["may_include"] = possible_document(possible)
    checker(schema, format_checker=checker.FORMAT_CHECKER).validate(document)
    assert [
        (e["input_lot"], e["output_lot"], e["unit"]) for e in document["edges"]
    ] == [
        ("B", "P", "mg"),
        ("P", "G", "piece"),
    ]


def test_what_cannot_be_traced_is_refused(database: Database, beef: list[int]) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound, match="No lot 987654 is recorded"):
            trace_lots(session, 987_654)
        with pytest.raises(InvalidInput, match="1 to 10000 lots, but 0"):
            trace_lots(session, beef[0], max_nodes=0)


def steps_away(pairs: Iterable[tuple[int, int]], lot: int) -> dict[int, int]:
    """Shortest distances, by looking at every pair once for each step."""
    pairs = list(pairs)
    steps = {lot: 0}
    for step in range(1, len(pairs) + 1):
        steps |= {b: step for a, b in pairs if a in steps and b not in steps}
    return steps


def check(plan: Plan, ids: Ids, found: Genealogy) -> None:
    """Against the plan, for lot 0."""
    number = {lot: n for n, lot in enumerate(ids.lots)}
    edges = plan.edges + [(a, b, "tank") for _, a, b in through_tanks(plan)]
    forward = [(a, b) for a, b, _ in edges]
    ahead = steps_away(forward, 0)
    back = steps_away([(b, a) for a, b in forward], 0)
    depths = {number[node.lot_id]: node.depth for node in found.nodes}
    assert depths.keys() == ahead.keys() | back.keys()
    for lot, depth in depths.items():
        assert abs(depth) == min(steps.get(lot, 99) for steps in (ahead, back))
        assert (back if depth < 0 else ahead)[lot] == abs(depth)
    counted = {
        (number[e.input_id], number[e.output_id], e.kind): e.quantity
        for e in found.edges
    }
    assert counted == {
        edge: edges.count(edge) for edge in edges if edge[1] in back or edge[0] in ahead
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_cycles_end_and_nothing_is_missed(database: Database, plan: Plan) -> None:
    with database.writing() as session:
        ids = build(session, plan)
        found = trace_lots(session, ids.lots[0])
        session.rollback()
    check(plan, ids, found)
