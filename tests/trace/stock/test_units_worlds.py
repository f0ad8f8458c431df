"""Packing, splitting, moving at random, beside a model in which every pack is a row."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from stockroom import WANG, Plant, add_lot, move

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import LotmarkError
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.stock.building import dissolve_unit, open_unit
from lotmark.trace.stock.cargo import Cargo, Paper, move_cargo
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.origins import check_ours
from lotmark.trace.stock.packing import (
    pack_count,
    pack_items,
    repack,
    split_unit,
    take_out,
)
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit, UnitContent
from lotmark.trace.stock.units import Contents, items_of_units

ITEMS, COUNTED = 12, 9
PLACES = ("W1", "W2")
UNITS = st.integers(0, 3)
"""Units 0 to 2 are cases, 3 is a pallet."""
CASES = st.integers(0, 2)
PACKS = st.sets(st.integers(0, ITEMS - 1), min_size=1, max_size=4)


@dataclass
class Box:
    """A unit of the model."""

    place: str
    pallet: bool
    counted: int = 0
    on: int | None = None
    gone: bool = False


@dataclass
class Model:
    """Every pack by itself, and the counted goods as plain numbers."""

    place: dict[int, str] = field(
        default_factory=lambda: dict.fromkeys(range(ITEMS), "W1")
    )
    box: dict[int, int | None] = field(
        default_factory=lambda: dict.fromkeys(range(ITEMS))
    )
    counted: Counter[str] = field(default_factory=lambda: Counter(W1=COUNTED))
    boxes: list[Box] = field(default_factory=list)

    def inside(self, unit: int) -> set[int]:
        return {item for item, box in self.box.items() if box == unit}

    def packed(self, place: str) -> int:
        return sum(box.counted for box in self.boxes if box.place == place)

    def family(self, unit: int) -> list[int]:
        return [unit, *(n for n, box in enumerate(self.boxes) if box.on == unit)]


class Units(RuleBasedStateMachine):
    """The services and the model side by side."""

    def __init__(self, database: Database, plant: Plant, now: datetime) -> None:
        super().__init__()
        self.database, self.plant, self.now = database, plant, now

    @initialize()
    def start(self) -> None:
        self.model = Model()
        with self.database.writing() as session:
            lot = add_lot(session, self.plant, items=ITEMS)
            whole = f"0-{ITEMS - 1}"
            move(session, self.plant, lot, "made > W1", items=whole, at=self.now)
            plain = add_lot(session, self.plant)
            move(session, self.plant, plain, "made > W1", COUNTED, at=self.now)
            self.lot, self.plain = lot.id, plain.id
            self.ssccs: list[str] = []
            for level in ("case", "case", "case", "pallet"):
                (sscc,) = issue_ssccs(session, "9506000")
                open_unit(session, sscc, level, self.places("W1"), WANG, self.now)
                self.ssccs.append(sscc.digits)
                self.model.boxes.append(Box("W1", level == "pallet"))
        self.pack(0, {0, 1, 2})
        self.pack_counted(1, 3)
        self.put_on(0)
        self.put_on(1)

    def places(self, code: str) -> int:
        return self.plant.places[code]

    def tried(self, allowed: bool) -> AbstractContextManager[Session]:
        return tried(self.database, allowed)

    @rule(unit=UNITS, packs=PACKS)
    def pack(self, unit: int, packs: set[int]) -> None:
        model, box = self.model, self.model.boxes[unit]
        fits = not box.gone and all(
            model.box[item] is None and model.place[item] == box.place for item in packs
        )
        with self.tried(fits) as session:
            some = ItemSet.from_numbers(packs)
            pack_items(session, self.ssccs[unit], self.lot, some, WANG, self.now)
        if fits:
            model.box |= dict.fromkeys(packs, unit)

    @rule(unit=UNITS, count=st.integers(1, 5))
    def pack_counted(self, unit: int, count: int) -> None:
        model, box = self.model, self.model.boxes[unit]
        there = model.counted[box.place] - model.packed(box.place)
        fits = not box.gone and count <= there
        with self.tried(fits) as session:
            pack_count(session, self.ssccs[unit], self.plain, count, WANG, self.now)
        if fits:
            box.counted += count

    @rule(unit=UNITS, packs=PACKS)
    def unpack(self, unit: int, packs: set[int]) -> None:
        fits = packs <= self.model.inside(unit)
        with self.tried(fits) as session:
            goods = Contents(ItemSet.from_numbers(packs), 0)
            take_out(session, self.ssccs[unit], self.lot, goods, WANG, self.now)
        if fits:
            self.model.box |= dict.fromkeys(packs)

    @rule(one=UNITS, two=UNITS, packs=PACKS, count=st.integers(0, 3))
    def change_cases(self, one: int, two: int, packs: set[int], count: int) -> None:
        model = self.model
        source, target = model.boxes[one], model.boxes[two]
        together = one != two and source.place == target.place and not target.gone
        for lot, goods, fits in (
            (
                self.lot,
                Contents(ItemSet.from_numbers(packs), 0),
                together and packs <= model.inside(one),
            ),
            (
                self.plain,
                Contents(EMPTY, count),
                together and 0 < count <= source.counted,
            ),
        ):
            if not goods.quantity:
                continue
            with self.tried(fits) as session:
                way = self.ssccs[one], self.ssccs[two]
                repack(session, *way, lot, goods, WANG, self.now)
            if fits and lot == self.lot:
                model.box |= dict.fromkeys(packs, two)
            elif fits:
                source.counted -= count
                target.counted += count

    @rule(unit=CASES)
    def split(self, unit: int) -> None:
        model, box = self.model, self.model.boxes[unit]
        half = sorted(model.inside(unit))[::2]
        if not half or len(model.boxes) > 6:
            return
        with self.database.writing() as session:
            (new,) = issue_ssccs(session, "9506000")
            goods = {self.lot: Contents(ItemSet.from_numbers(half), 0)}
            split_unit(session, self.ssccs[unit], new, goods, WANG, self.now)
        self.ssccs.append(new.digits)
        model.boxes.append(Box(box.place, pallet=False))
        model.box |= dict.fromkeys(half, len(model.boxes) - 1)

    @rule(case=UNITS)
    def put_on(self, case: int) -> None:
        pallet = 3
        one, two = self.model.boxes[case], self.model.boxes[pallet]
        fits = not (one.pallet or one.gone or two.gone or one.on is not None)
        fits = fits and one.place == two.place
        with self.tried(fits) as session:
            below, on_it = self.ssccs[pallet], [self.ssccs[case]]
            put_on_pallet(session, below, on_it, WANG, self.now)
        if fits:
            one.on = pallet

    @rule(case=CASES)
    def take_off(self, case: int) -> None:
        box = self.model.boxes[case]
        with self.tried(box.on is not None) as session:
            take_off_pallet(session, [self.ssccs[case]], WANG, self.now)
        box.on = None

    @rule(unit=UNITS, to=st.sampled_from(PLACES))
    def move_unit(self, unit: int, to: str) -> None:
        model, family = self.model, self.model.family(unit)
        box = model.boxes[unit]
        packs = {item for n in family for item in model.inside(n)}
        counted = sum(model.boxes[n].counted for n in family)
        moves = box.place != to and bool(packs or counted)
        with self.tried(moves) as session:
            self.book(session, Cargo((), (self.ssccs[unit],)), to)
        if not moves:
            return
        model.counted.subtract({box.place: counted, to: -counted})
        model.place |= dict.fromkeys(packs, to)
        for n in family:
            model.boxes[n].place = to
        box.on = None

    @rule(packs=PACKS, to=st.sampled_from(PLACES))
    def move_packs(self, packs: set[int], to: str) -> None:
        (source,) = set(PLACES) - {to}
        fits = all(self.model.place[item] == source for item in packs)
        with self.tried(fits) as session:
            some = ItemSet.from_numbers(packs)
            loose = Loose(self.lot, self.places(source), items=some)
            self.book(session, Cargo((loose,)), to)
        if fits:
            self.model.place |= dict.fromkeys(packs, to)
            self.model.box |= dict.fromkeys(packs)

    @rule(unit=UNITS)
    def dissolve(self, unit: int) -> None:
        with self.database.writing() as session:
            dissolve_unit(session, self.ssccs[unit], WANG, self.now)
        model = self.model
        model.box |= dict.fromkeys(model.inside(unit))
        for n in model.family(unit):
            model.boxes[n].on = None
        model.boxes[unit].gone, model.boxes[unit].counted = True, 0

    @invariant()
    def same(self) -> None:
        model = self.model
        with self.database.reading() as session:
            for unit, sscc in enumerate(self.ssccs):
                packs = {i for n in model.family(unit) for i in model.inside(n)}
                counted = sum(model.boxes[n].counted for n in model.family(unit))
                held = items_of_units(session, [sscc])
                known = ItemSet.from_numbers(packs)
                assert held.get(self.lot, Contents(EMPTY, 0)) == Contents(known, 0)
                plain = held.get(self.plain, Contents(EMPTY, 0))
                assert plain == Contents(EMPTY, counted)
            ledgers = balances(session, [self.lot, self.plain])
            for code in PLACES:
                here = ledgers[self.lot].balances.get(self.places(code))
                there = {i for i, place in model.place.items() if place == code}
                found = here.known if here else EMPTY
                assert found == ItemSet.from_numbers(there)
                plainly = ledgers[self.plain].balances.get(self.places(code))
                quantity = plainly.quantity if plainly else 0
                assert quantity == model.counted[code]
            wanted = {
                sscc: (self.places(box.place), box.on and self.ssccs[box.on])
                for sscc, box in zip(self.ssccs, model.boxes, strict=True)
            }
            assert _units(session, self.ssccs) == wanted
            _check_history(session, self.lot)

    def book(self, session: Session, cargo: Cargo, target: str) -> None:
        place = self.places(target)
        paper = Paper("DB-1", self.now)
        move_cargo(
            session, cargo, lambda _: place, paper, WANG, self.now, check=check_ours
        )


@contextmanager
def tried(database: Database, allowed: bool) -> Iterator[Session]:
    """A transaction that must be refused exactly when the model says so."""
    refused = None
    try:
        with database.writing() as session:
            yield session
    except LotmarkError as error:
        refused = error
    assert (refused is None) == allowed, refused


def _units(
    session: Session, ssccs: list[str]
) -> dict[str, tuple[int | None, str | None]]:
    rows = session.scalars(
        sa.select(LogisticUnit).where(LogisticUnit.sscc.in_(ssccs))
    ).all()
    names = {row.id: row.sscc for row in rows}
    return {row.sscc: (row.location_id, names.get(row.parent_id or 0)) for row in rows}


def _check_history(session: Session, lot_id: int) -> None:
    """An item is in at most one unit now, whatever it was in before."""
    rows = sa.select(UnitContent).filter_by(lot_id=lot_id, removed_at=None)
    inside = [
        item
        for row in session.scalars(rows)
        for item in range(row.lo or 0, row.hi or 0)
    ]
    assert len(inside) == len(set(inside))


def test_units_behave_as_single_packs_would(
    database: Database, plant: Plant, now: datetime
) -> None:
    class Here(Units):
        def __init__(self) -> None:
            super().__init__(database, plant, now)

    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=30, stateful_step_count=30, deadline=None),
    )
