"""Every printed label is explained once: applied, voided, sampled, missing or open."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from batch_work import LI, QIAN, SUN, ZHAO
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.people import system
from lotmark.trace.production.batches import open_batch, record_applied
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.items import report_missing, sample_items, void_items
from lotmark.trace.production.label_balance import balance_of, label_balance
from lotmark.trace.production.marks import mark_items

ISSUED, PRINTED = 12, 10
KINDS = ("printed", "applied", "voided", "sampled", "missing")
some_items = st.sets(st.integers(0, ISSUED - 1), max_size=6).map(ItemSet.from_numbers)


def oracle(marks: dict[str, ItemSet], item: int) -> str:
    """What one label is, as the first rule that holds says."""
    noted = {kind for kind, items in marks.items() if item in items}
    for kind in ("applied", "voided", "sampled", "missing"):
        if kind in noted:
            return kind
    return "open" if noted else "not printed"


@given(st.dictionaries(st.sampled_from(KINDS), some_items))
def test_any_marks_leave_each_label_in_one_place(marks: dict[str, ItemSet]) -> None:
    balance = balance_of(marks)
    for item in range(ISSUED):
        in_each = {
            kind: item in getattr(balance, kind)
            for kind in ("applied", "voided", "sampled", "missing", "open")
        }
        expected = oracle(marks, item)
        assert (item in balance.printed) == (expected != "not printed")
        assert [kind for kind, here in in_each.items() if here] == (
            [] if expected == "not printed" else [expected]
        )
    parts = (balance.applied, balance.voided, balance.sampled, balance.missing)
    total = sum(part.count for part in parts) + balance.open.count
    assert balance.printed.count == total
    assert balance.settled == (not balance.open)


@pytest.fixture
def batch(plant: Database, now: datetime) -> int:
    """A batch with 12 codes, 10 of them printed."""
    with plant.writing() as session:
        article, line = session.get_one(Article, 1), session.get_one(Line, 2)
        lot = open_batch(session, article, line, "L2-9", now.date(), 12, LI, now)
        issue_codes(session, lot.id, ISSUED, 1, system(), now)
        mark_items(session, lot.id, ItemSet.range(0, PRINTED), "printed", system(), now)
        return lot.id


STEPS: dict[str, Callable[[Session, int, ItemSet, datetime], object]] = {
    "applied": lambda s, lot, items, now: record_applied(s, lot, items, LI, now),
    "voided": lambda s, lot, items, now: void_items(s, lot, items, "torn", ZHAO, now),
    "sampled": lambda s, lot, items, now: sample_items(
        s, lot, items, "first label", SUN, now
    ),
    "missing": lambda s, lot, items, now: report_missing(
        s, lot, items, "not found", QIAN, now
    ),
}


class Labels:
    """The naive plant: what each label is, one by one, as the rules of L1 to L5 say."""

    def __init__(self) -> None:
        self.what = {
            item: "open" if item < PRINTED else "issued" for item in range(ISSUED)
        }

    def allowed(self, step: str, items: ItemSet) -> bool:
        numbers = [i for i in range(ISSUED) if i in items]
        stops = {
            "applied": ("applied", "voided", "sampled", "missing"),
            "voided": ("applied",),
            "sampled": ("voided", "missing"),
            "missing": ("applied", "voided", "sampled", "issued"),
        }[step]
        return bool(numbers) and all(self.what[i] not in stops for i in numbers)

    def take(self, step: str, items: ItemSet) -> None:
        for item in (i for i in range(ISSUED) if i in items):
            if not (step == "sampled" and self.what[item] == "applied"):
                self.what[item] = step


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), some_items), max_size=8)
)
def test_the_services_keep_the_balance_of_a_plant_label_by_label(
    plant: Database, batch: int, now: datetime, steps: list[tuple[str, ItemSet]]
) -> None:
    labels = Labels()
    with plant.writing() as session:
        for step, items in steps:
            done = False
            with suppress(Conflict, InvalidInput), session.begin_nested():
                STEPS[step](session, batch, items, now)
                done = True
            assert done == labels.allowed(step, items), (step, str(items))
            if done:
                labels.take(step, items)
        balance = label_balance(session, batch)
        session.rollback()
    for item, what in labels.what.items():
        if what == "issued":
            assert item not in balance.printed
        else:
            assert item in getattr(balance, what), (item, what)


def test_the_numbers_of_the_books(plant: Database, batch: int, now: datetime) -> None:
    with plant.writing() as session:
        record_applied(session, batch, ItemSet.range(0, 7), LI, now)
        void_items(session, batch, ItemSet.parse("7"), "torn", ZHAO, now)
        sample_items(session, batch, ItemSet.parse("0,8"), "first label", SUN, now)
        balance = label_balance(session, batch)
        counts = (balance.applied.count, balance.voided.count, balance.sampled.count)
        assert (balance.printed.count, *counts) == (10, 7, 1, 1)
        assert str(balance.open) == "9"
        assert (
            void_items(session, batch, ItemSet.parse("7"), "torn", ZHAO, now).count == 0
        )


def test_more_than_one_in_a_thousand_needs_qa(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = _printed(session, 2000, now)
        report_missing(session, lot, ItemSet.range(0, 1), "roll end", ZHAO, now)
        report_missing(session, lot, ItemSet.range(0, 2), "roll end", ZHAO, now)
        with pytest.raises(Forbidden, match=r"more than 0.1 %: the QA manager"):
            report_missing(session, lot, ItemSet.range(2, 3), "roll end", ZHAO, now)
        with pytest.raises(Forbidden, match=r"labels.void is needed"):
            report_missing(session, lot, ItemSet.range(2, 3), "roll end", LI, now)
        report_missing(session, lot, ItemSet.range(2, 90), "roll end", QIAN, now)
        assert label_balance(session, lot).missing.count == 90


@pytest.mark.parametrize(
    ("items", "reason", "code"),
    [
        ("", "torn", "items_empty"),
        ("10-12", "torn", "items_not_issued"),
        ("1", " ", "reason_missing"),
    ],
)
def test_voids_that_cannot_be(
    plant: Database, batch: int, now: datetime, items: str, reason: str, code: str
) -> None:
    named = ItemSet.parse(items) if items else ItemSet.range(0, 0)
    with pytest.raises(InvalidInput) as refusal, plant.writing() as session:
        void_items(session, batch, named, reason, ZHAO, now)
    assert refusal.value.code == code


def test_li_voids_nothing(plant: Database, batch: int, now: datetime) -> None:
    with pytest.raises(Forbidden), plant.writing() as session:
        void_items(session, batch, ItemSet.range(0, 1), "torn", LI, now)


def _printed(session: Session, count: int, now: datetime) -> int:
    article, line = session.get_one(Article, 1), session.get_one(Line, 2)
    lot = open_batch(session, article, line, "L2-10", now.date(), count, LI, now)
    issue_codes(session, lot.id, count, 1, system(), now)
    mark_items(session, lot.id, ItemSet.range(0, count), "printed", system(), now)
    return lot.id
