"""What if this lot were bad: the snapshot agrees with naive walks and the scope."""

from datetime import datetime

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plants import Plan, build, insert_plain, plans
from scope_oracle import spread, through_tanks
from scope_story import Story

from lotmark.recall.scope.criteria import Criteria, InputLot
from lotmark.recall.scope.network import Layers, Network, spread_totals
from lotmark.recall.scope.snapshot import load_snapshot
from lotmark.trace.db import Database
from lotmark.trace.errors import NotFound
from lotmark.trace.parties.tables import Location
from lotmark.trace.stock.tables import Stock

NODES = 12
node = st.integers(0, NODES - 1)
graphs = st.lists(st.tuples(node, node), max_size=3 * NODES)


@given(graphs, st.lists(node), st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_spreading_over_cycles_equals_a_naive_walk(
    edges: list[tuple[int, int]], seeds: list[int], worth: list[int]
) -> None:
    sources, targets = np.array(edges, np.int64).reshape(-1, 2).T
    network = Network.from_edges(NODES, sources, targets)
    reached = [spread(edges, {seed}) for seed in seeds]
    for seed, there in zip(seeds, reached, strict=True):
        assert network.reached(np.array([seed])).tolist() == sorted(there)
    weights = np.column_stack([np.ones(NODES), worth])
    totals = spread_totals(Layers.of(network), np.array(seeds, np.int64), weights)
    assert totals.tolist() == [
        [len(there), sum(worth[one] for one in there)] for there in reached
    ]


def test_a_chain_of_rework_a_thousand_long() -> None:
    steps = np.arange(999)
    network = Network.from_edges(1000, steps, steps + 1)
    totals = spread_totals(Layers.of(network), np.arange(1000), np.ones((1000, 1)))
    assert totals.ravel().tolist() == list(range(1000, 0, -1))


def test_a_ring_of_rework_a_thousand_long_is_one_part() -> None:
    steps = np.arange(1000)
    network = Network.from_edges(1000, steps, (steps + 1) % 1000)
    totals = spread_totals(Layers.of(network), np.array([0, 500]), np.ones((1000, 1)))
    assert totals.tolist() == [[1000], [1000]]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_every_lot_of_any_plant(database: Database, plan: Plan) -> None:
    edges = [(source, target) for source, target, _ in plan.edges]
    edges += [(source, target) for _, source, target in through_tanks(plan)]
    with database.writing() as session:
        ids = build(session, plan).lots
        _make_units(session, ids)
        snapshot = load_snapshot(session)
        session.rollback()
    found = {blast.lot_id: blast for blast in snapshot.blast_radius(ids)}
    for number, lot in enumerate(ids):
        there = spread(edges, {number})
        products = [one for one in there if plan.lots[one] == "product"]
        units = sum(100 + one for one in products)
        answer = snapshot.what_if([lot])
        assert set(answer.lot_ids) == {ids[one] for one in there}
        assert (answer.lots, answer.units) == (len(products), units)
        assert (found[lot].lots, found[lot].units) == (len(products), units)
    received = {ids[n] for n, kind in enumerate(plan.lots) if kind != "product"}
    every = snapshot.blast_radius()
    assert {blast.lot_id for blast in every} == received
    assert sorted((-b.units, -b.lots, b.lot_id) for b in every) == [
        (-b.units, -b.lots, b.lot_id) for b in every
    ]


def test_the_answer_is_that_of_the_scope(database: Database, now: datetime) -> None:
    with database.writing() as session:
        story = Story(session, now)
        there = story.ship("SH-1", story.a, "C01", 30)
        story.deliver(there, story.a, "C01", 30)
        story.move(story.a, "C01 > consumer", 30)
        story.ship("SH-2", story.b, "C02", 20)
        scope = story.scope(Criteria((InputLot(story.s.id),)))
        snapshot = load_snapshot(session)
    answer = snapshot.what_if([story.s.id])
    assert set(answer.lot_ids) == {lot.lot_id for lot in scope.lots}
    assert answer.lots == sum(lot.counted for lot in scope.lots) == 3
    assert answer.units == scope.made == 300
    assert answer.consignees == len(scope.whereabouts.consignees) == 2
    assert snapshot.what_if([story.c.id, story.b.id]).consignees == 1
    assert snapshot.what_if([]).lots == 0


def test_a_lot_nobody_recorded(database: Database) -> None:
    with database.reading() as session:
        snapshot = load_snapshot(session)
    assert snapshot.blast_radius() == []
    with pytest.raises(NotFound, match="No lot 7 is recorded") as refusal:
        snapshot.what_if([7])
    assert refusal.value.code == "lot_unknown"


def _make_units(session: sa.orm.Session, ids: list[int]) -> None:
    """100 units of the first lot, 101 of the second and so on, all lost."""
    places = session.execute(
        sa.select(Location.code, Location.id).where(Location.code.in_(("made", "lost")))
    )
    place = {code: number for code, number in places}
    rows: list[dict[str, object]] = []
    for number, lot in enumerate(ids):
        for code, sign in (("made", -1), ("lost", 1)):
            row = {"lot_id": lot, "location_id": place[code]}
            rows.append({**row, "quantity": sign * (100 + number)})
    insert_plain(session, Stock, rows)
