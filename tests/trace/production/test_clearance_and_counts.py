"""Line clearance, work orders, and who signs for the labels of a batch."""

from datetime import datetime, timedelta

import pytest
from batch_work import LI, QIAN, ZHAO, person

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Article, Line, Lot
from lotmark.trace.production.batches import finish_batch, open_batch, record_applied
from lotmark.trace.production.clearance import (
    confirm_clearance,
    open_run,
    require_cleared,
)
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.items import void_items
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.label_counts import (
    counted,
    countersign_count,
    require_counted,
    sign_count,
)
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.starting import ordered_batch

PRINTED, ON_PACKS = 2000, 1990


@pytest.fixture
def batch(plant: Database, now: datetime) -> int:
    """2,000 labels printed, 1,990 of them on packs."""
    with plant.writing() as session:
        article, line = session.get_one(Article, 1), session.get_one(Line, 2)
        lot = open_batch(
            session,
            article,
            line,
            "B-1",
            now.date(),
            3000,
            LI,
            now,
            work_order="WO-11873",
        )
        issue_codes(session, lot.id, PRINTED, 1, LI, now)
        printed = ItemSet.range(0, PRINTED)
        mark_items(session, lot.id, printed, "printed", LI, now)
        record_applied(session, lot.id, ItemSet.range(0, ON_PACKS), LI, now)
        return lot.id


def shown(session: Session, lot_id: int) -> tuple[int, int, int]:
    balance = label_balance(session, lot_id)
    return balance.printed.count, balance.applied.count, balance.open.count


def test_a_line_is_cleared_once_for_each_run(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        lot = session.get_one(Lot, batch)
        with pytest.raises(Conflict, match="press F7 and confirm; then print"):
            require_cleared(session, lot)
        run = confirm_clearance(session, batch, LI, now)
        assert (run.cleared_at, run.cleared_by) == (now, "li")
        again = confirm_clearance(session, batch, ZHAO, now + timedelta(hours=1))
        assert (again.cleared_at, again.cleared_by) == (now, "li")
        require_cleared(session, lot)
        finish_batch(session, batch, LI, now)
        assert open_run(session, lot) is None
        with pytest.raises(Conflict, match="no line to clear"):
            confirm_clearance(session, batch, LI, now)


def test_a_batch_is_found_by_its_work_order(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        line = session.get_one(Line, 2)
        for scanned in ("WO-11873", "B-1"):
            found = ordered_batch(session, line, scanned)
            assert found is not None
            assert found.id == batch
        assert ordered_batch(session, line, "WO-1187") is None
        assert ordered_batch(session, line, "") is None
        finish_batch(session, batch, LI, now)
        assert ordered_batch(session, line, "WO-11873") is None


def test_nobody_signs_for_what_changed_since(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        with pytest.raises(Forbidden, match=r"labels.count is needed"):
            sign_count(session, batch, shown=(1, 1, 0), actor=LI, now=now)
        with pytest.raises(Conflict, match="Read the figures again"):
            sign_count(session, batch, shown=(2000, 1980, 20), actor=ZHAO, now=now)


def test_few_missing_labels_are_signed_by_the_line_leader(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        lot = session.get_one(Lot, batch)
        void_items(session, batch, ItemSet.range(1990, 1998), "torn", ZHAO, now)
        with pytest.raises(InvalidInput, match="2 labels would count as missing"):
            figures = shown(session, batch)
            sign_count(session, batch, shown=figures, actor=ZHAO, now=now)
        with pytest.raises(Conflict, match="The line leader counts them"):
            require_counted(session, lot)
        count = sign_count(
            session,
            batch,
            shown=shown(session, batch),
            readings=(2003, 1990),
            reason="3 test labels; 2 fell into the drain",
            actor=ZHAO,
            now=now,
        )
        assert (count.state, count.missing, count.voided) == ("signed", 2, 8)
        assert label_balance(session, batch).missing.count == 2
        require_counted(session, lot)
        again = sign_count(session, batch, shown=(0, 0, 0), actor=ZHAO, now=now)
        assert again.id == count.id
        # A missing label that turns up is voided: the count stays good.
        void_items(session, batch, ItemSet.range(1998, 1999), "found", ZHAO, now)
        assert counted(session, lot)
        mark_items(session, batch, ItemSet.range(2000, 2001), "printed", LI, now)
        assert not counted(session, lot)


def test_more_than_one_in_a_thousand_waits_for_qa(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        lot = session.get_one(Lot, batch)
        count = sign_count(
            session,
            batch,
            shown=shown(session, batch),
            reason="nobody saw the end of the roll",
            actor=ZHAO,
            now=now,
        )
        assert (count.state, count.missing) == ("qa_needed", 10)
        assert label_balance(session, batch).open.count == 10
        assert not counted(session, lot)
        with pytest.raises(Forbidden):
            countersign_count(session, count.id, ZHAO, now)
        for _ in range(2):
            countersign_count(session, count.id, QIAN, now)
        assert (count.state, count.qa_by) == ("signed", "qian")
        assert label_balance(session, batch).missing.count == 10
        assert counted(session, lot)


def test_qa_does_not_sign_for_what_was_booked_since(
    plant: Database, batch: int, now: datetime
) -> None:
    with plant.writing() as session:
        figures = shown(session, batch)
        count = sign_count(
            session, batch, shown=figures, reason="lost", actor=ZHAO, now=now
        )
        record_applied(session, batch, ItemSet.range(1990, 1995), LI, now)
        with pytest.raises(Conflict, match="has to count and sign again"):
            countersign_count(session, count.id, QIAN, now)


def test_who_is_line_leader_and_qa_signs_alone(
    plant: Database, batch: int, now: datetime
) -> None:
    both = person("dong", "line_leader", "qa_manager")
    with plant.writing() as session:
        figures = shown(session, batch)
        count = sign_count(
            session, batch, shown=figures, reason="lost", actor=both, now=now
        )
        assert (count.state, count.qa_by) == ("signed", None)
        assert label_balance(session, batch).missing.count == 10
