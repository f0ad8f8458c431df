"""A scan of any level says what is around it and what is in it."""

from datetime import datetime
from pathlib import Path

import pytest
from stockroom import QIAN, WANG, Plant, add_lot, move

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, NotFound
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.keys import KeyRing, load_keys
from lotmark.trace.people import system
from lotmark.trace.production.codes import issue_codes, serials_of
from lotmark.trace.stock.building import open_unit
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.packing import pack_count, pack_items
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.resolving import resolve
from lotmark.trace.stock.sscc import issue_ssccs, sscc_of


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return load_keys("1:" + "5a" * 32, tmp_path)


def test_up_and_down_from_every_level(
    database: Database, plant: Plant, now: datetime, keys: KeyRing
) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, status="in_production")
        issue_codes(session, lot.id, 50, 1, system(), now)
        other = add_lot(session, plant)
        move(session, plant, lot, "made > W1", items="0-49", at=now)
        move(session, plant, other, "made > W1", 30, at=now)
        pallet, case, loose = (s.digits for s in issue_ssccs(session, "9506000", 3))
        for sscc, level in ((pallet, "pallet"), (case, "case"), (loose, "case")):
            open_unit(session, Sscc(sscc), level, plant.places["W1"], WANG, now)
        pack_items(session, case, lot.id, ItemSet.range(0, 20), WANG, now)
        pack_count(session, case, other.id, 12, WANG, now)
        pack_count(session, loose, other.id, 5, WANG, now)
        put_on_pallet(session, pallet, [case], WANG, now)
        place_hold(session, [other.id], reason="x", actor=QIAN, now=now)
    with database.reading() as session:
        serials = dict(serials_of(session, keys, lot.id, ItemSet.range(0, 50)))
        top = resolve(session, keys, f"(00){pallet}")
        assert top.node is not None
        assert (top.kind, top.node.known, top.node.unscanned) == ("unit", 20, 12)
        assert [inner.unit.sscc for inner in top.node.cases] == [case]
        held = {line.lot.id: line.held is not None for line in top.node.lots}
        assert held == {lot.id: False, other.id: True}
        assert [one.sscc for one in resolve(session, keys, case).parents] == [pallet]
        item = resolve(session, keys, f"https://q.example.cn/t/{serials[7].lower()}")
        assert [one.sscc for one in item.parents] == [pallet, case]
        assert item.item is not None
        assert item.item.lot_item == 7
        assert resolve(session, keys, serials[40]).parents == ()
        batch = resolve(session, keys, other.code)
        found = {node.unit.sscc: node.unscanned for node in batch.units}
        assert (batch.unit_count, found) == (2, {case: 12, loose: 5})


def test_what_nobody_knows_is_said_so(
    database: Database, plant: Plant, keys: KeyRing
) -> None:
    with database.writing() as session:
        for text in ("x", "00000000000000000", "🧀", "\x00"):
            with pytest.raises(NotFound) as unknown:
                resolve(session, keys, text)
            assert unknown.value.code == "code_unknown"
        one, two = (add_lot(session, plant, origin=name) for name in ("", "S1"))
        two.code = two.ai10 = one.code
        session.flush()
        with pytest.raises(Conflict):
            resolve(session, keys, one.code)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("069012340000000016", "069012340000000016"),
        ("00069012340000000016", "069012340000000016"),
        ("]C100069012340000000016", "069012340000000016"),
        ("https://id.example/00/069012340000000016?x=1", "069012340000000016"),
        ("０６９０１２３４００００００００１６", "069012340000000016"),
        ("7K3M9QXW2D5RVT8H", ""),
        ("L2-261124-01", ""),
        ("]C1", ""),
        ("1234567890123456", ""),
    ],
)
def test_numbers_of_cases_in_every_dress(text: str, digits: str) -> None:
    assert sscc_of(text) == digits
