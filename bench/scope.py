"""Scope, trace, hold and disk over a plant of 1e9 packs, beside a row for every pack.

    python bench/scope.py [--scale 1] [--items 10000000] [--engine sqlite] [--keep]

Prints tables of Markdown for RESULTS.md; ratios are of one run on one database. The
packs of the typical scope are all in the table of rows, at any ``--items`` from
five million; what it would hold at 1e9 packs is told from its size and time per row.
"""

import argparse
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import rows
import sqlalchemy as sa
from measure import ENGINES, Place, median, place, table, told
from plant import build_plant
from plant_lots import ITEMS, Plant

from lotmark.recall.scope.criteria import Criteria, InputLot, LotCriterion
from lotmark.recall.scope.service import Scope, compute_scope
from lotmark.recall.scope.snapshot import load_snapshot
from lotmark.trace.db import Database
from lotmark.trace.people import Actor
from lotmark.trace.production.genealogy import trace_lots
from lotmark.trace.stock.holds import hold_lots

NOW = datetime(2026, 11, 24, 2, 2, tzinfo=UTC)
QIAN = Actor("qian", "钱质检", frozenset({"hold.place"}))
ALL = 1_000_000_000
"""Packs at scale 1."""
TRACED = 1000
STATE = ("stock", "stock_item", "code_block", "code_binding", "item_segment")
"""What takes the place of the rows: who has which packs, codes and packing times."""


@dataclass
class Bench:
    """A plant on an engine, and what was found out about it."""

    name: str
    database: Database
    plant: Plant
    typical: int
    huge: int

    def scope(self, criteria: Criteria) -> Scope:
        with self.database.reading() as session:
            return compute_scope(session, criteria, NOW)

    def recall(self, lot: int) -> Scope:
        return self.scope(Criteria((InputLot(lot),)))


def set_up(where: Place, engine: str, scale: float) -> Bench:
    start = time.perf_counter()
    database = where.database(engine, "plant")
    plant = build_plant(database, scale)
    took, load = time.perf_counter() - start, os.getloadavg()[1]
    print(
        f"\n{ENGINES[engine]}: plant written in {took:.0f} s; machine load {load:.1f}"
    )
    uses = np.bincount(plant.tables["lot_input"]["input_id"])
    spices = sorted(plant.spices, key=lambda lot: (-uses[lot], lot))
    return Bench(ENGINES[engine], database, plant, spices[0], plant.salts[1])


def time_scopes(bench: Bench) -> float:
    """Scopes with positions and consignees; the typical one's seconds."""
    batch = bench.plant.batches // 2
    asked = {
        "typical: recall of a spice lot": Criteria((InputLot(bench.typical),)),
        "huge: recall of a lot of curing salt": Criteria((InputLot(bench.huge),)),
        "a batch, cause unknown": Criteria((LotCriterion(batch),)),
        "a batch, wrong label": Criteria((LotCriterion(batch),), origin="label"),
    }
    lines, seconds = [], []
    for name, criteria in asked.items():
        scope = bench.scope(criteria)
        batches = [lot for lot in scope.lots if lot.counted]
        shipped = bench.plant.tables["stock_item"]
        sizes = np.isin(shipped["lot_id"], [lot.lot_id for lot in batches])
        sizes &= shipped["location_id"] >= 1000
        found = [len(scope.lots), len(batches), int(sizes.sum())]
        found.append(len(scope.whereabouts.consignees))
        del scope
        seconds.append(median(lambda criteria=criteria: bench.scope(criteria)))
        lines.append((name, *(f"{n:,}" for n in found), told(seconds[-1])))
    head = ("scope", "lots", "batches counted", "shipment lines", "consignees")
    table((*head, bench.name), lines)
    return seconds[0]


def time_traces(bench: Bench) -> None:
    chance = np.random.default_rng(7)
    lots = chance.integers(1, bench.plant.batches + 1, TRACED).tolist()
    seconds, sizes = [], []
    for lot in lots[:20] + lots:
        start = time.perf_counter()
        with bench.database.reading() as session:
            found = trace_lots(session, lot, "back")
        seconds.append(time.perf_counter() - start)
        sizes.append(len(found.nodes))
    half, most = np.percentile(seconds[20:], [50, 95])
    head = ("backward trace of a batch", "lots found", "p50", "p95")
    middle = f"{np.median(sizes):.0f}"
    table(head, [(bench.name, middle, told(half), told(most))])


def time_snapshot(bench: Bench) -> None:
    start = time.perf_counter()
    with bench.database.reading() as session:
        snapshot = load_snapshot(session)
    loaded = time.perf_counter() - start
    all_lots = median(snapshot.blast_radius, rounds=3)
    one = median(lambda: snapshot.what_if([bench.typical]), rounds=50)
    head = ("snapshot", "loaded in", "what if one lot", "all lots", "how many")
    many = f"{len(snapshot.received):,}"
    table(head, [(bench.name, told(loaded), told(one), told(all_lots), many)])


def compare(bench: Bench, most: int, ours: float) -> None:
    """The same questions to a table with a row for every pack."""
    scope = bench.recall(bench.typical)
    batches = [lot.lot_id for lot in scope.lots if lot.counted]
    made = scope.made
    huge = bench.recall(bench.huge).made
    per_pack = _state_size(bench) / (bench.plant.batches * ITEMS)
    others = [n for n in range(1, bench.plant.batches + 1) if n not in set(batches)]
    our_hold = _our_hold(bench, batches)
    assert rows.scope_of_balances(bench.database, bench.typical) == made
    alike = median(lambda: rows.scope_of_balances(bench.database, bench.typical))
    lines = []
    for name, table_ in (("a row a pack", rows.ITEM), ("lean rows", rows.LEAN)):
        start = time.perf_counter()
        items = rows.add_items(bench.database, batches + others, most, table_)
        took = time.perf_counter() - start
        print(f"\n{items.count:,} of {name} written in {took:.0f} s", flush=True)
        theirs = _their_scope(bench, made, table_)
        their_hold = _their_hold(bench, batches, table_)
        per_row = items.size / items.count
        lines += [
            (f"typical scope, {name}", told(ours), told(theirs), _times(theirs / ours)),
            (
                *(f"only where its packs are, {name}", told(alike), told(theirs)),
                _times(theirs / alike),
            ),
            (
                *(f"hold of its batches, {name}", told(our_hold), told(their_hold)),
                _times(their_hold / our_hold),
            ),
            (
                *(f"disk, bytes a pack, {name}", f"{per_pack:.2f}", f"{per_row:.0f}"),
                _times(per_row / per_pack),
            ),
            (
                *(f"huge scope of {huge:,} packs, {name}", "see above"),
                *(f"{told(theirs * huge / made)}, extrapolated", ""),
            ),
        ]
    table((f"{bench.name}, {made:,} packs", "Lotmark", "rows", "ratio"), lines)


def _their_scope(bench: Bench, made: int, items: sa.Table) -> float:
    """The better one of two ways to ask; the first must find all packs."""
    asked = (rows.scope_joined, rows.scope_listed)
    assert rows.scope_joined(bench.database, bench.typical, items) == made
    return min(
        median(lambda ask=ask: ask(bench.database, bench.typical, items), rounds=3)
        for ask in asked
    )


def _our_hold(bench: Bench, lots: list[int]) -> float:
    number = count(1)

    def hold() -> None:
        with bench.database.writing() as session:
            why = f"trial {next(number)}"  # the same reason again would be no new hold
            hold_lots(session, lots, reason=why, actor=QIAN, now=NOW)

    return median(hold)


def _their_hold(bench: Bench, lots: list[int], items: sa.Table) -> float:
    """Few rounds: each takes long, and on PostgreSQL leaves the old rows behind."""
    number = count(1)
    return median(
        lambda: rows.hold(bench.database, lots, 1 + next(number) % 2, items), rounds=3
    )


def _state_size(bench: Bench) -> int:
    """Bytes of ``STATE`` with its indexes; prints those of the whole database."""
    if bench.database.is_sqlite:
        query = """SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d
        JOIN sqlite_master m ON m.name = d.name GROUP BY 1"""
    else:
        query = """SELECT relname, pg_total_relation_size(c.oid) FROM pg_class c
        JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind = 'r' AND nspname = 'public'"""
    columns: dict[str, Any] = {"name": sa.Text, "size": sa.BigInteger}
    with bench.database.reading() as session:
        statement = sa.text(query).columns(**columns)
        sizes = {name: int(size) for name, size in session.execute(statement)}
    whole, largest = sum(sizes.values()), sorted(sizes, key=lambda n: -sizes[n])[:6]
    told_sizes = ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in largest)
    print(f"\nThe database takes {whole / 1e6:,.0f} MB: {told_sizes} …")
    return sum(sizes[name] for name in STATE)


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    with place(arguments.keep) as where:
        for engine in arguments.engine or ENGINES:
            bench = set_up(where, engine, arguments.scale)
            seconds = time_scopes(bench)
            time_traces(bench)
            time_snapshot(bench)
            compare(bench, arguments.items, seconds)
            bench.database.dispose()


if __name__ == "__main__":
    main()
