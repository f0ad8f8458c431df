"""Quarantine and dispositions at random against a model one would keep on paper.

Everybody here may do everything, so that nothing but the second person, the hour, the
witnesses and the quantities stop them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from recovering import Going, move_b

from lotmark.recall.quarantine.disposing import add_file, carry_out, files_of
from lotmark.recall.quarantine.guards import all_disposed, left_of
from lotmark.recall.quarantine.ledgers import reckon
from lotmark.recall.quarantine.orders import (
    Part,
    announce,
    approve,
    ask_disposition,
    decline,
    find_order,
    withdraw,
)
from lotmark.trace import rules
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import LotmarkError
from lotmark.trace.files import StoredFile
from lotmark.trace.people import Actor
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.loose import Loose
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.transfers import move_between

ALL = frozenset(rules.rights().rights)
PEOPLE = tuple(Actor(name, name, ALL) for name in ("one", "two", "three"))
PHOTO = "cd" * 32
TWO = ("甲", "乙")
WITNESSES = (TWO, TWO, TWO, (), ("甲",), ("甲", "甲"), ("one", "乙"))
OPEN = ("asked", "approved")


@dataclass
class Paper:
    """An order on paper."""

    much: int
    asked_by: str
    state: str = "asked"
    planned: datetime | None = None
    photo: bool = False


@dataclass
class Books:
    """Packs of batch B by place, as somebody counts them."""

    at: dict[str, int] = field(
        default_factory=lambda: {
            "W1": 50,
            "C01": 40,
            "C02/T": 10,
            "Q1": 0,
            "destroyed": 0,
        }
    )
    orders: dict[str, Paper] = field(default_factory=dict)

    @property
    def promised(self) -> int:
        return sum(one.much for one in self.orders.values() if one.state in OPEN)


class DispositionMachine(RuleBasedStateMachine):
    """Deeds at random; each must go through exactly when it does on paper."""

    database: Database
    going: Going
    start: datetime

    def __init__(self) -> None:
        super().__init__()
        engine = self.database.engine.execution_options(lotmark_write=True)
        self.session = Session(engine, expire_on_commit=False)
        self.books, self.now = Books(), self.start
        file = StoredFile(
            sha256=PHOTO, size=1, media_type="image/jpeg", created_at=self.now
        )
        self.session.add(file)
        self.session.flush()
        self.set_apart("W1", 30)
        self.ask(PEOPLE[0], 10)

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    def _try(self, deed: Callable[[], object], expected: bool) -> bool:
        self.now += timedelta(minutes=1)
        try:
            with self.session.begin_nested():
                deed()
            done = True
        except LotmarkError as error:
            done, why = False, error
            assert not expected, why
        assert done == expected, self.books
        return done

    def _order(self, data: st.DataObject, state: str = "") -> tuple[str, Paper] | None:
        """One of the orders, of those in a state where there are any."""
        if not self.books.orders:
            return None
        orders = self.books.orders
        some = sorted(one for one in orders if orders[one].state == state)
        number = data.draw(st.sampled_from(some or sorted(orders)))
        return number, self.books.orders[number]

    @rule(route=st.sampled_from(["W1", "C01"]), much=st.integers(1, 60))
    def set_apart(self, route: str, much: int) -> None:
        """Goods of the store, or that come back, go to quarantine."""
        at = self.books.at
        deed = lambda: move_b(  # noqa: E731
            self.session, self.going, f"{route} > Q1", much, self.now
        )
        if self._try(deed, much <= at[route]):
            at[route] -= much
            at["Q1"] += much

    @rule(to=st.sampled_from(["W1", "W2", "L1"]), much=st.integers(1, 5))
    def sneak_out(self, to: str, much: int) -> None:
        """Appendix B 14: it never works, whoever tries."""
        b, source = self.going.plant.story.b.id, self.going.place("Q1")
        cargo = Cargo((Loose(b, source, much),))
        place = self.going.place(to)
        self._try(
            lambda: move_between(
                self.session, cargo, place, PEOPLE[0], self.now, reason="x"
            ),
            False,
        )

    @rule(who=st.sampled_from(PEOPLE), much=st.integers(0, 60))
    def ask(self, who: Actor, much: int) -> None:
        part = Part(self.going.plant.story.b.id, self.going.place("Q1"), much)
        free = self.books.at["Q1"] - self.books.promised
        made = []
        deed = lambda: made.append(  # noqa: E731
            ask_disposition(self.session, "destroy", [part], "李斯特菌", who, self.now)
        )
        if self._try(deed, 1 <= much <= free):
            self.books.orders[made[0].number] = Paper(much, who.login)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def approve(self, data: st.DataObject, who: Actor) -> None:
        if found := self._order(data):
            number, paper = found
            repeated = paper.state == "approved" and (
                find_order(self.session, number).approved_by == who.login
            )
            fine = paper.state == "asked" and paper.asked_by != who.login
            deed = lambda: approve(self.session, number, who, self.now)  # noqa: E731
            if self._try(deed, fine or repeated):
                paper.state = "approved"

    @rule(data=st.data(), no=st.booleans())
    def say_no(self, data: st.DataObject, no: bool) -> None:
        if found := self._order(data):
            number, paper = found
            step, state = (decline, "declined") if no else (withdraw, "withdrawn")
            sources = ("asked",) if no else OPEN
            deed = lambda: step(  # noqa: E731
                self.session, number, "不", PEOPLE[0], self.now
            )
            if self._try(deed, paper.state in (*sources, state)):
                paper.state = state

    @rule(data=st.data(), minutes=st.integers(-3, 30))
    def announce(self, data: st.DataObject, minutes: int) -> None:
        if found := self._order(data):
            number, paper = found
            planned = self.now + timedelta(minutes=minutes)
            told = self.now
            deed = lambda: announce(  # noqa: E731
                self.session,
                number,
                PEOPLE[0],
                self.now,
                authority="县局",
                receipt="电话",
                told_at=told,
                planned_at=planned,
                place="处理厂",
            )
            if self._try(deed, minutes > 0 and paper.state in OPEN):
                paper.planned = planned

    @rule(data=st.data())
    def photograph(self, data: st.DataObject) -> None:
        if found := self._order(data):
            number, paper = found
            file = self.session.get_one(StoredFile, PHOTO)
            deed = lambda: add_file(  # noqa: E731
                self.session, number, file, "p", PEOPLE[0], self.now
            )
            if self._try(deed, paper.state in OPEN):
                paper.photo = True

    @rule(data=st.data())
    def make_ready(self, data: st.DataObject) -> None:
        """All that is needed before the hour comes; alone it would take for ever."""
        if (found := self._order(data, "asked")) and found[1].state == "asked":
            number, paper = found
            others = [who for who in PEOPLE if who.login != paper.asked_by]
            file = self.session.get_one(StoredFile, PHOTO)
            add_file(self.session, number, file, "p", PEOPLE[0], self.now)
            paper.planned = self.now + timedelta(minutes=5)
            announce(
                self.session,
                number,
                PEOPLE[0],
                self.now,
                authority="县局",
                receipt="电话",
                told_at=self.now,
                planned_at=paper.planned,
                place="处理厂",
            )
            approve(self.session, number, others[0], self.now)
            paper.state, paper.photo = "approved", True

    @rule(minutes=st.integers(5, 40))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data(), names=st.sampled_from(WITNESSES))
    def carry_out(self, data: st.DataObject, names: tuple[str, ...]) -> None:
        if found := self._order(data, "approved"):
            number, paper = found
            hour = self.now + timedelta(minutes=1)
            fine = (
                paper.state == "approved"
                and names == TWO
                and paper.photo
                and paper.planned is not None
                and paper.planned <= hour
            )
            deed = lambda: carry_out(  # noqa: E731
                self.session, number, PEOPLE[0], self.now, witnesses=names
            )
            if self._try(deed, fine or paper.state == "done"):
                if paper.state != "done":
                    self.books.at["Q1"] -= paper.much
                    self.books.at["destroyed"] += paper.much
                paper.state = "done"

    @invariant()
    def books_and_goods_agree(self) -> None:
        b = self.going.plant.story.b.id
        ledger = balances(self.session, [b])[b].balances
        for code, much in self.books.at.items():
            here = ledger.get(self.going.place(code))
            assert (here.quantity if here else 0) == much, code
        recall = self.going.recall(self.session)
        found = reckon(self.session, recall, self.now)
        (mine,) = [one for one in found.lots if one.lot.id == b]
        assert mine.production.unexplained == 0
        assert mine.ledger.recovered == 40 - self.books.at["C01"]
        left = left_of(self.session, recall).get(b, 0)
        assert left == self.books.at["W1"] + self.books.at["Q1"]
        if left or self.books.promised:
            assert not all_disposed(self.session, recall)

    @invariant()
    def every_end_has_two_persons_and_its_proof(self) -> None:
        for number, paper in self.books.orders.items():
            order = find_order(self.session, number)
            assert order.state == paper.state
            if order.state == "done":
                assert order.approved_by not in (None, order.asked_by)
                assert order.witness_1 != order.witness_2
                assert order.authority_told_at is not None
                assert order.done_at is not None
                assert order.authority_told_at < order.done_at
                assert files_of(self.session, order)


def test_goods_set_apart_find_one_end(
    database: Database, going: Going, now: datetime
) -> None:
    machine = type(
        "Machine",
        (DispositionMachine,),
        {"database": database, "going": going, "start": now},
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=35,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
