"""Which goods may go where by the state of their lot (Food Safety Law, article 52)."""

from datetime import datetime

import pytest
from stockroom import FIXED, PLACES, Plant, add_lot, move

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.parties.tables import LOT_STATES, Lot
from lotmark.trace.stock.books import load_ledgers, load_places
from lotmark.trace.stock.gates import load_gates

OUT = {"transit", "consignee", "consumer"}
AVAILABLE = {"line", "warehouse", "consumed"}
DEPTH = {
    "line": 1,
    "warehouse": 1,
    "returns": 2,
    "hold": 3,
    "sample": 3,
    "quarantine": 4,
}
"""How deep in our hands; none of the ends and places outside."""


def may_go(own: bool, status: str, source: str, target: str) -> bool:
    """The rule once more, in plain words: what a lot's state allows."""
    failed = status in ("rejected", "recalled")
    if target in OUT and source in OUT:
        return True
    if target in OUT:
        return status == "released" or (not own and not failed)
    if not failed:
        return True
    if source in ("made", "supplied", "lost"):
        return target in DEPTH  # new or found again: where it is, is a fact
    return DEPTH.get(target, 0) >= max(2, DEPTH.get(source, 0))


@pytest.mark.parametrize("status", LOT_STATES)
@pytest.mark.parametrize("origin", ["", "S01"])
def test_every_state_on_every_way(
    database: Database, plant: Plant, now: datetime, origin: str, status: str
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, origin=origin, status=status)
        places = load_places(session, plant.places.values())
        ledger = load_ledgers(session, [lot.id])[lot.id]
        gates = load_gates(session, {lot.id: lot}, [])
        allowed = 0
        for source in places.values():
            for target in places.values():
                if target.is_source or source is target or source.kind == "destroyed":
                    continue
                gates.returns.clear()  # goods once sold are another rule
                if target.kind == "consumed" and (
                    source.is_outside or source.kind == "returns"
                ):
                    continue
                code = ""
                try:
                    gates.check(lot.id, ledger, source, target, None, now)
                except Conflict as refusal:
                    code = refusal.code
                leaves = target.kind in OUT and source.kind not in OUT
                expected = "lot_not_released" if leaves else "lot_withdrawn"
                if may_go(not origin, status, source.kind, target.kind):
                    expected = ""
                if source.kind == "quarantine" and target.kind in OUT | AVAILABLE:
                    expected = "quarantine_kept"  # domain.md §3.5 Q10
                assert code == expected, (status, source.kind, target.kind)
                allowed += not code
    assert allowed > len(PLACES) + len(FIXED)


@pytest.mark.parametrize(
    ("status", "target", "code"),
    [
        ("produced", "C01/T", "lot_not_released"),
        ("rejected", "consumer", "lot_not_released"),
        ("recalled", "C01", "lot_not_released"),
        ("rejected", "consumed", "lot_withdrawn"),
        ("recalled", "W2", "lot_withdrawn"),
        ("rejected", "lost", "lot_withdrawn"),
    ],
)
def test_refused_goods_stay_where_they_are(
    database: Database,
    plant: Plant,
    now: datetime,
    status: str,
    target: str,
    code: str,
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, status=status)
        move(session, plant, lot, "made > W1", 10, at=now)
    with pytest.raises(Conflict) as refusal, database.writing() as session:
        move(session, plant, lot, f"W1 > {target}", 5, at=now)
    assert refusal.value.code == code
    assert status in str(refusal.value)
    with database.reading() as session:
        held = load_ledgers(session, [lot.id])[lot.id].balances
        assert held[plant.places["W1"]].quantity == 10


def test_recalled_goods_come_back_and_stay(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant)
        move(session, plant, lot, "made > W1", 10, at=now)
        move(session, plant, lot, "W1 > C01/T", 6, at=now)
    with database.writing() as session:
        session.get_one(Lot, lot.id).status = "recalled"
        move(session, plant, lot, "C01/T > C01", 6, at=now)
        move(session, plant, lot, "C01 > R1", 4, at=now)
        move(session, plant, lot, "R1 > Q1", 4, at=now)
        move(session, plant, lot, "W1 > Q1", 4, at=now)
    with pytest.raises(Conflict), database.writing() as session:
        move(session, plant, lot, "Q1 > W1", 1, at=now)
