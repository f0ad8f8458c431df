"""Any story told to the services, on both engines, beside a model of four numbers."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from stockroom import DONG, QIAN, WANG, ZHAO, Plant, add_lot

from lotmark.trace import audit
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.people import Actor
from lotmark.trace.stock.holds import place_hold, release_hold, request_release
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import identify_items, move_stock
from lotmark.trace.stock.tables import Movement

NOW = datetime(2026, 11, 24, 2, 2, tzinfo=UTC)
OUT = ("C01/T", "C01", "consumer")
IN = ("W1", "R1", "H1", "Q1")
GONE = ("lost", "consumed")
FAILED = ("rejected", "recalled")
ITEMS = 6

WHOLE = ItemSet.range(0, ITEMS)

places = st.sampled_from((*IN, *OUT, *GONE))
stocked = st.runner().flatmap(
    lambda story: st.sampled_from([code for code, n in story.quantity.items() if n])
)
counts = st.integers(1, 6)
numbers = st.sets(st.integers(0, ITEMS - 1), min_size=1, max_size=2)
scans = st.none() | numbers.map(ItemSet.from_numbers)


class Story(RuleBasedStateMachine):
    """One lot. The model knows quantities by place, what was made, and the holds."""

    database: Database
    plant: Plant

    @initialize()
    def begin(self) -> None:
        with self.database.writing() as session:
            self.lot: Lot = add_lot(session, self.plant, items=ITEMS)
        self.quantity = dict.fromkeys((*IN, *OUT, *GONE), 0)
        self.made = 0
        self.holds: dict[str, ItemSet] = {}
        self.status = "released"
        self.make("W1", 0, ItemSet.range(0, 4))
        self.make("W1", 4, None)

    @property
    def held(self) -> ItemSet:
        return ItemSet.from_intervals(
            pair for items in self.holds.values() for pair in items.intervals
        )

    def reported(self, code: str) -> ItemSet:
        """Items that are or may be at a place."""
        here = self.ledger().balances.get(self.plant.places[code])
        return here.known | here.possible if here else ItemSet()

    def ledger(self) -> LotLedger:
        with self.database.reading() as session:
            return balances(session, [self.lot.id])[self.lot.id]

    def told(
        self, source: str, target: str, quantity: int | None, items: ItemSet | None
    ) -> int:
        """Tell the service; how many units were booked."""
        try:
            with self.database.writing() as session:
                move_stock(
                    session,
                    self.lot.id,
                    self.plant.places[source],
                    self.plant.places[target],
                    quantity=quantity,
                    items=items,
                    at=NOW,
                    document="D-1",
                    actor=WANG,
                    now=NOW,
                )
        except Conflict as refusal:
            refused = refusal.code
        else:
            return items.count if items else quantity or 0
        short = quantity is not None and self.quantity.get(source, 99) < quantity
        assert (refused == "stock_short") == short or items
        return 0

    def check_left(self, source: str, target: str, before: ItemSet) -> None:
        """What went out of our hands just now was released and not held."""
        if source in OUT or target in IN:
            return
        assert self.status == "released" or target in GONE, "unreleased goods left"
        assert self.status not in FAILED, "goods that failed left"
        assert WHOLE not in self.holds.values(), "held goods left"
        assert not (self.reported(target) - before) & self.held, "held items left"

    @rule(place=st.sampled_from(("W1", "H1")), quantity=counts, items=scans)
    def make(self, place: str, quantity: int, items: ItemSet | None) -> None:
        booked = self.told("made", place, None if items else quantity, items)
        self.made += booked
        self.quantity[place] += booked

    @rule(source=stocked, goal=places, quantity=counts, items=scans)
    def move(
        self, source: str, goal: str, quantity: int, items: ItemSet | None
    ) -> None:
        if source == goal:
            return
        before = self.reported(goal)
        booked = self.told(source, goal, None if items else quantity, items)
        self.quantity[source] -= booked
        self.quantity[goal] += booked
        if booked:
            self.check_left(source, goal, before)

    @rule(place=stocked, items=scans.filter(bool))
    def see(self, place: str, items: ItemSet) -> None:
        where = self.plant.places[place]
        with suppress(Conflict), self.database.writing() as session:
            identify_items(session, self.lot.id, where, items, actor=WANG, now=NOW)

    @rule(status=st.sampled_from(("released", "testing", *FAILED)))
    def judge(self, status: str) -> None:
        with self.database.writing() as session:
            session.get_one(Lot, self.lot.id).status = status
        self.status = status

    @rule(items=scans)
    def hold(self, items: ItemSet | None) -> None:
        some = {self.lot.id: items} if items else None
        with self.database.writing() as session:
            placed = place_hold(
                session, [self.lot.id], items=some, reason="x", actor=WANG, now=NOW
            )
        self.holds[placed[0].number] = items or WHOLE

    @precondition(lambda self: len(self.holds) > 2)
    @rule(releaser=st.sampled_from((QIAN, DONG)))
    def lift(self, releaser: Actor) -> None:
        number = next(iter(self.holds))
        del self.holds[number]
        with self.database.writing() as session:
            request_release(session, number, "good", ZHAO, NOW)
            release_hold(session, number, releaser, NOW)

    @invariant()
    def the_books_are_right(self) -> None:
        with self.database.reading() as session:
            ledger = balances(session, [self.lot.id])[self.lot.id]
            moved = session.scalars(
                sa.select(Movement).where(Movement.lot_id == self.lot.id)
            ).all()
        sums = Counter({self.plant.places["made"]: 0})
        for one in moved:
            sums[one.from_id] -= one.quantity
            sums[one.to_id] += one.quantity
        model = {self.plant.places[code]: n for code, n in self.quantity.items()}
        model[self.plant.places["made"]] = -self.made
        assert {place: n for place, n in sums.items() if n} == {
            place: n for place, n in model.items() if n
        }
        stock = {place: here.quantity for place, here in ledger.balances.items()}
        assert stock == {place: sums[place] for place in stock}
        assert sum(stock.values()) == 0
        check_knowledge(ledger)

    def teardown(self) -> None:
        with self.database.reading() as session:
            assert audit.verify(session)[1] is None


def check_knowledge(ledger: LotLedger) -> None:
    """An item is known in one place at most, and then possible nowhere."""
    seen = ItemSet()
    for here in ledger.real:
        assert 0 <= here.known.count <= here.quantity
        assert not seen & here.known
        seen |= here.known
    assert not any(seen & here.possible for here in ledger.real)


def test_any_story_keeps_the_books(database: Database, plant: Plant) -> None:
    class Told(Story):
        pass

    Told.database, Told.plant = database, plant
    run_state_machine_as_test(
        Told,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
