"""Scans into zones: each counts once, in whatever order and however often it comes."""

import random
import uuid
from datetime import datetime

import pytest
import sqlalchemy as sa
from recovering import Going, later, move_b

from lotmark.recall.quarantine.tables import ZoneScan
from lotmark.recall.quarantine.zones import Target, alarms, scan_into
from lotmark.trace import audit
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import InvalidInput, LotmarkError, NotFound
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Article, Lot
from lotmark.trace.stock.building import close_unit, open_unit
from lotmark.trace.stock.cargo import Cargo
from lotmark.trace.stock.packing import pack_items
from lotmark.trace.stock.pallets import put_on_pallet
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import make_stock
from lotmark.trace.stock.tables import LogisticUnit, Movement
from lotmark.trace.stock.transfers import move_between

MANY = 1000
OFF = 20


@pytest.fixture
def lot_id(database: Database, going: Going, now: datetime) -> int:
    """A thousand packs, each scanned at the line, in the store."""
    with database.writing() as session:
        article = session.scalars(sa.select(Article).filter_by(code="P1")).one()
        lot = Lot(
            article_id=article.id,
            code="Z1",
            ai10="Z1",
            next_item=MANY,
            status="released",
        )
        session.add(lot)
        session.flush()
        make_stock(
            session,
            lot,
            going.place("W1"),
            items=ItemSet.range(0, MANY),
            at=now,
            document="Z1",
            actor=going.plant.wang,
            now=now,
        )
        return lot.id


def scan(
    session: Session,
    going: Going,
    zone: str,
    target: Target | LotmarkError,
    now: datetime,
    scan_id: str = "",
) -> ZoneScan:
    scan_id = scan_id or str(uuid.uuid4())
    place, wang = going.place(zone), going.plant.wang
    return scan_into(session, scan_id, place, "code", target, now, wang, now)


def pack(lot_id: int, number: int) -> Target:
    return Target(lot_id=lot_id, items=ItemSet.range(number, number + 1))


def test_a_thousand_scans_over_twenty_disconnects_are_a_thousand(
    database: Database, going: Going, lot_id: int, now: datetime
) -> None:
    chance = random.Random(20261124)  # noqa: S311 - chance, not a secret
    queue = [(str(uuid.UUID(int=chance.getrandbits(128))), n) for n in range(MANY)]
    chance.shuffle(queue)
    sent: list[tuple[str, int]] = []
    cuts = sorted(chance.sample(range(1, MANY), OFF))
    for lo, hi in zip([0, *cuts], [*cuts, MANY], strict=True):
        batch = queue[lo:hi]
        chance.shuffle(batch)
        # the answer to the last ones was lost: they are sent again, with older ones
        again = chance.sample(sent, min(len(sent), 5))
        with database.writing() as session:
            for scan_id, number in [*batch, *batch[-3:], *again]:
                scan(session, going, "Q1", pack(lot_id, number), now, scan_id)
        sent += batch
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ZoneScan.id))) == MANY
        moved = sa.select(sa.func.count(Movement.id)).where(
            Movement.lot_id == lot_id, Movement.to_id == going.place("Q1")
        )
        assert session.scalar(moved) == MANY
        ledger = balances(session, [lot_id])[lot_id]
        assert ledger.balances[going.place("Q1")].known == ItemSet.range(0, MANY)


def test_a_duplicate_is_the_first_answer_and_a_second_scan_is_there(
    database: Database, going: Going, lot_id: int, now: datetime
) -> None:
    with database.writing() as session:
        number = str(uuid.uuid4())
        first = scan(session, going, "Q1", pack(lot_id, 7), now, number)
        assert (first.outcome, first.told["quantity"]) == ("moved", 1)
        again = scan(session, going, "Q1", pack(lot_id, 7), later(now, 9), number)
        assert again is first
        assert again.received_at == now
        other = scan(session, going, "Q1", pack(lot_id, 7), later(now, 9))
        assert other.outcome == "there"
        with pytest.raises(InvalidInput):
            scan(session, going, "Q1", pack(lot_id, 7), now, "7")


def test_out_of_quarantine_by_scan_is_refused_with_an_alarm(
    database: Database, going: Going, lot_id: int, now: datetime
) -> None:
    """Appendix B 14."""
    with database.writing() as session:
        scan(session, going, "Q1", pack(lot_id, 7), now)
        back = scan(session, going, "W1", pack(lot_id, 7), now)
        assert (back.outcome, back.told["code"]) == ("refused", "quarantine_kept")
        unknown = NotFound("item_unknown", "Nobody knows this code.")
        assert scan(session, going, "Q1", unknown, now).outcome == "unknown"
    with database.reading() as session:
        assert [row.actor for row in alarms(session)] == ["wang"]
        assert audit.verify(session).broken is None
        ledger = balances(session, [lot_id])[lot_id]
        assert ledger.balances[going.place("Q1")].quantity == 1


def test_what_a_customer_sends_back_of_a_recall_goes_straight_to_quarantine(
    database: Database, going: Going, now: datetime
) -> None:
    b = going.plant.story.b.id
    with database.writing() as session:
        move_b(session, going, "C01 > R1", items="0-0", at=later(now, 1))
        returned = scan(session, going, "Q1", pack(b, 0), later(now, 2))
        assert returned.outcome == "moved"
        wrong = scan(session, going, "R1", pack(b, 1), later(now, 3))
        assert wrong.outcome in ("refused", "moved")
        ledger = balances(session, [b])[b]
        assert not ledger.balances[going.place("Q1")].known - ItemSet.range(0, 1)


def test_a_pallet_takes_its_cases_along_and_lists_those_that_are_not_there(
    database: Database, going: Going, lot_id: int, now: datetime
) -> None:
    wang, store = going.plant.wang, going.place("W1")
    cases = [Sscc.build("9506000", n) for n in range(1, 4)]
    pallet = Sscc.build("9506000", 9)
    with database.writing() as session:
        for number, case in enumerate(cases):
            open_unit(session, case, "case", store, wang, now)
            items = ItemSet.range(number * 10, number * 10 + 10)
            pack_items(session, case.digits, lot_id, items, wang, now)
            close_unit(session, case.digits, wang, now)
        open_unit(session, pallet, "pallet", store, wang, now)
        digits = [case.digits for case in cases]
        put_on_pallet(session, pallet.digits, digits, wang, now)
        strayed = session.scalars(
            sa.select(LogisticUnit).filter_by(sscc=digits[2])
        ).one()
        on = strayed.parent_id
        move_between(session, Cargo((), (digits[2],)), going.place("W2"), wang, now)
        strayed.parent_id = on  # the book still has it on the pallet
        session.flush()
        found = scan(session, going, "Q1", Target(sscc=pallet.digits), later(now, 5))
        assert (found.outcome, found.told["quantity"]) == ("moved", 20)
        assert found.told["missing"] == [digits[2]]
        again = scan(session, going, "Q1", Target(sscc=pallet.digits), later(now, 6))
        assert again.outcome == "there"
        late = scan(session, going, "Q1", Target(sscc=digits[2]), later(now, 7))
        assert (late.outcome, late.told["quantity"]) == ("moved", 10)
