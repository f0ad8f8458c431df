"""What becomes of goods set apart: one asks, another approves, once for each unit."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
import stockroom
from recovering import Going, later, move_b

from lotmark.recall.quarantine.disposing import add_file, carry_out
from lotmark.recall.quarantine.guards import all_disposed, left_of, notices_given
from lotmark.recall.quarantine.orders import (
    Part,
    announce,
    approve,
    ask_disposition,
    decline,
    withdraw,
)
from lotmark.recall.quarantine.tables import DispositionOrder
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, LotmarkError
from lotmark.trace.files import StoredFile
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot, Partner
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import Move, move_many
from lotmark.trace.stock.tables import Hold

PHOTO = "ab" * 32


def refused(code: str) -> pytest.RaisesExc[LotmarkError]:
    return pytest.RaisesExc(LotmarkError, check=lambda error: error.code == code)


def at(session: Session, going: Going, code: str) -> int:
    b = going.plant.story.b.id
    here = balances(session, [b])[b].balances.get(going.place(code))
    return here.quantity if here else 0


def photographed(
    session: Session, order: DispositionOrder, going: Going, now: datetime
) -> None:
    file = session.get(StoredFile, PHOTO)
    if file is None:
        file = StoredFile(sha256=PHOTO, size=1, media_type="image/jpeg", created_at=now)
        session.add(file)
        session.flush()
    add_file(session, order.number, file, "过磅.jpg", going.plant.wang, now)


def destroying(
    session: Session, going: Going, now: datetime, quantity: int = 30
) -> DispositionOrder:
    """Wang asks that goods at Q1 be destroyed."""
    part = Part(going.plant.story.b.id, going.place("Q1"), quantity)
    return ask_disposition(
        session, "destroy", [part], "李斯特菌", going.plant.wang, now
    )


@pytest.fixture
def back(database: Database, going: Going, now: datetime) -> Going:
    """Thirty packs have come back into quarantine, fifty of the store went there."""
    with database.writing() as session:
        move_b(session, going, "C01 > Q1", 30, later(now, 10))
        move_b(session, going, "W1 > Q1", 50, later(now, 11))
    return going


def test_recalled_food_is_destroyed_before_two_witnesses_and_the_authority_knows(
    database: Database, back: Going, now: datetime
) -> None:
    wang, qian = back.plant.wang, back.plant.qian
    hour = later(now, 120)
    with database.writing() as session:
        order = destroying(session, back, later(now, 20))
        recall = back.recall(session)
        assert (order.number, order.recall_id) == ("CZ-26-0001", recall.id)
        with refused("wrong_state"):
            carry_out(session, order.number, wang, hour, witnesses=["甲", "乙"])
    with database.writing() as session:
        order = session.get_one(DispositionOrder, order.id)
        with refused("right_missing"):
            approve(session, order.number, wang, now)
        both = replace(wang, rights=wang.rights | qian.rights)
        with refused("second_person"):
            approve(session, order.number, both, now)
        approve(session, order.number, qian, later(now, 30))
        approve(session, order.number, qian, later(now, 31))
    with database.writing() as session:
        number = order.number
        for code, when, names in (
            ("authority_untold", hour, ("甲", "乙")),
            ("witnesses_needed", hour, ("甲",)),
            ("witnesses_needed", hour, ("甲", " 甲 ")),
            ("witnesses_needed", hour, ("甲", "王库")),
        ):
            with refused(code):
                carry_out(session, number, wang, when, witnesses=names)
        announce(
            session,
            number,
            wang,
            later(now, 40),
            authority="县市场监管局",
            receipt="电话,张科长",
            told_at=later(now, 39),
            planned_at=hour,
            place="环保处理厂",
        )
        with refused("too_early"):
            carry_out(session, number, wang, later(now, 60), witnesses=("甲", "乙"))
        with refused("proof_missing"):
            carry_out(session, number, wang, hour, witnesses=("甲", "乙"))
        photographed(session, order, back, later(now, 100))
        for _twice in range(2):
            carry_out(
                session, number, wang, hour, witnesses=("甲", "乙"), result="高温化制"
            )
        assert (at(session, back, "Q1"), at(session, back, "destroyed")) == (50, 30)
        recall = back.recall(session)
        assert notices_given(session, recall)
        assert left_of(session, recall)[back.plant.story.b.id] == 50
        assert not all_disposed(session, recall)


def test_goods_are_in_one_order_at_a_time(
    database: Database, back: Going, now: datetime
) -> None:
    b, wang, qian = back.plant.story.b.id, back.plant.wang, back.plant.qian
    with database.writing() as session:
        first = destroying(session, back, now, 60)
        with refused("goods_not_free"):
            destroying(session, back, now, 21)
        decline(session, first.number, "先复检", qian, now)
        second = destroying(session, back, now, 80)
        withdraw(session, second.number, "分两批", wang, now)
        ten = Part(b, back.place("Q1"), items=ItemSet.range(0, 10))
        ask_disposition(session, "destroy", [ten], "x", wang, now)
        with refused("disposed_already"):
            five = Part(b, back.place("Q1"), items=ItemSet.range(5, 15))
            ask_disposition(session, "destroy", [five], "x", wang, now)
        with refused("not_apart"):
            store = Part(back.plant.story.a.id, back.place("W1"), 1)
            ask_disposition(session, "destroy", [store], "x", wang, now)


def test_what_is_recalled_is_neither_released_nor_scrapped_nor_relabelled(
    database: Database, back: Going, now: datetime
) -> None:
    wang = back.plant.wang
    part = Part(back.plant.story.b.id, back.place("Q1"), 5)
    with database.writing() as session:
        for kind, code in (
            ("release", "lot_recalled_kept"),
            ("scrap", "scrap_ordinary"),
            ("relabel", "label_only"),
            ("supplier_return", "ingredients_only"),
        ):
            with refused(code):
                ask_disposition(session, kind, [part], "x", wang, now, remedy="贴新标")
        with refused("remedy_missing"):
            ask_disposition(session, "relabel", [part], "x", wang, now)


def test_ordinary_scrap_needs_one_person_and_a_photo(
    database: Database, going: Going, now: datetime
) -> None:
    wang, story = going.plant.wang, going.plant.story
    with database.writing() as session:
        part = Part(story.c.id, going.place("W1"), 4)
        order = ask_disposition(session, "scrap", [part], "压坏", wang, now)
        with refused("proof_missing"):
            carry_out(session, order.number, wang, now)
        photographed(session, order, going, now)
        carry_out(session, order.number, wang, now)
        ledger = balances(session, [story.c.id])[story.c.id]
        assert ledger.balances[going.place("destroyed")].quantity == 4
        assert order.approved_by is None


def test_ingredients_go_back_to_their_supplier(
    database: Database, going: Going, now: datetime
) -> None:
    wang, story = going.plant.wang, going.plant.story
    with database.writing() as session:
        firm = Partner(code="SUP1", kind="supplier", name="香料行", name_en="Spices")
        session.add(firm)
        session.flush()
        lot = session.get_one(Lot, story.s.id)
        lot.supplier_id = firm.id
        session.flush()
        story_move(session, going, lot, "W1 > H1", 100, now)
        part = Part(lot.id, going.place("H1"), 100)
        order = ask_disposition(session, "supplier_return", [part], "霉", wang, now)
        approve(session, order.number, going.plant.qian, now)
        carry_out(session, order.number, wang, now)
        there = [
            here
            for here in balances(session, [lot.id])[lot.id].real
            if here.place.partner_id == firm.id
        ]
        assert [here.quantity for here in there] == [100]


def story_move(
    session: Session, going: Going, lot: Lot, route: str, much: int, now: datetime
) -> None:
    stockroom.move(session, going.plant.story.plant, lot, route, much, at=now)


@pytest.mark.parametrize("level", ["III"], indirect=True)
def test_a_label_only_recall_is_put_right_and_goes_back_by_two_signatures(
    database: Database, going: Going, now: datetime
) -> None:
    wang, qian = going.plant.wang, going.plant.qian
    with database.writing() as session:
        for hold in session.scalars(sa.select(Hold)):
            hold.hazard = "label"
        move_b(session, going, "W1 > Q1", 50, now)
        part = Part(going.plant.story.b.id, going.place("Q1"), 50)
        order = ask_disposition(
            session, "relabel", [part], "过敏原漏标", wang, now, remedy="加贴过敏原标签"
        )
        with pytest.raises(Forbidden):
            carry_out(session, order.number, qian, now, target_id=going.place("W2"))
        approve(session, order.number, qian, now)
        with refused("place_not_available"):
            carry_out(session, order.number, wang, now, target_id=going.place("H1"))
        carry_out(session, order.number, wang, now, target_id=going.place("W2"))
        assert at(session, going, "W2") == 50
        assert going.plant.story.b.id not in left_of(session, going.recall(session))


def test_no_order_leads_into_food(
    database: Database, back: Going, now: datetime
) -> None:
    """Appendix B 13: even a signed order passes no gate into production."""
    with database.writing() as session:
        late = later(now, 90)
        way = (back.plant.story.b.id, back.place("Q1"), back.place("consumed"), late)
        move = Move(*way, "CZ-1", 1, ordered=True)
        with pytest.raises(Conflict) as refusal:
            move_many(session, [move], actor=back.plant.wang, now=later(now, 99))
        assert refusal.value.code == "quarantine_kept"
        out = (back.plant.story.b.id, back.place("C01"), back.place("consumed"), late)
        with pytest.raises(Conflict) as refusal:
            move_many(
                session,
                [Move(*out, "CZ-1", 1, ordered=True)],
                actor=back.plant.wang,
                now=late,
            )
