"""What goes into a batch: good, there, never sold, and with a signature for rework."""

from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from batch_work import LI, LIN, QIAN, SUN, bring_to_test, inspect, keep, make, receive

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Location, Lot
from lotmark.trace.people import Actor, system
from lotmark.trace.production.batches import finish_batch
from lotmark.trace.production.consumption import use_lot
from lotmark.trace.production.genealogy import trace_lots
from lotmark.trace.production.inspections import record_inspection
from lotmark.trace.production.release import release_batch
from lotmark.trace.production.repacked import repacked_from, repacked_into
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.queries import balances
from lotmark.trace.stock.service import move_stock

KG = 1_000_000


def use(
    session: Session,
    source: int,
    target: int,
    now: datetime,
    quantity: int = KG,
    place: str = "FG1",
    actor: Actor = LI,
    kind: str = "consumption",
    reason: str = "",
    old: ItemSet | None = None,
    new: ItemSet | None = None,
) -> LotInput:
    return use_lot(
        session,
        source,
        target,
        place_id=find_place(session, place).id,
        quantity=quantity,
        at=now,
        kind=kind,
        reason=reason,
        actor=actor,
        now=now,
        old=old,
        new=new,
    )


def judge(session: Session, lot: int, result: str, at: datetime) -> None:
    record_inspection(
        session, lot, kind="receiving", result=result, at=at, actor=SUN, now=at
    )


def test_the_edge_and_the_movement_agree(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        use(session, raw.id, made, now, 20 * KG)
        here = balances(session, [raw.id])[raw.id].balances
        assert here[find_place(session, "consumed").id].quantity == 20 * KG
        (edge,) = trace_lots(session, made, "back").edges
        assert (edge.input_id, edge.quantity) == (raw.id, 20 * KG)


def test_no_more_than_is_left(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        use(session, raw.id, made, now, 20 * KG)
        with pytest.raises(Conflict, match="has 5000000 at FG1, but 5000001 were"):
            use(session, raw.id, made, now, 5 * KG + 1)
        use(session, raw.id, made, now, 5 * KG)


def test_an_expired_lot_is_not_used(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        raw.expires_on = now.date()
        use(session, raw.id, made, now)  # its last day
        raw.expires_on = now.date() - timedelta(days=1)
        session.flush()
        with pytest.raises(Conflict, match="expired on 2026-11-23"):
            use(session, raw.id, made, now)


def test_the_day_is_that_of_the_plant(
    plant: Database, made: int, now: datetime
) -> None:
    """17:00 UTC is one o'clock of the next day at the plant."""
    evening = now.replace(hour=17) - timedelta(days=1)
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        raw.expires_on = evening.date()
        session.flush()
        with pytest.raises(Conflict, match="expired"):
            use_lot(
                session,
                raw.id,
                made,
                place_id=find_place(session, "FG1").id,
                quantity=KG,
                at=evening,
                actor=LI,
                now=now,
            )


def test_a_failed_lot_is_not_used_until_it_passes(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        judge(session, raw.id, "pass", now - timedelta(hours=2))
        judge(session, raw.id, "fail", now - timedelta(hours=1))
        with pytest.raises(Conflict, match="failed its receiving inspection"):
            use(session, raw.id, made, now)
        judge(session, raw.id, "pass", now)
        use(session, raw.id, made, now)


@pytest.mark.parametrize("status", ["rejected", "recalled"])
def test_a_withdrawn_lot_is_not_used(
    plant: Database, made: int, now: datetime, status: str
) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        raw.status = status
        session.flush()
        with pytest.raises(Conflict, match=f"is {status}: it may not go into food"):
            use(session, raw.id, made, now)


def test_a_held_lot_is_not_used(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        place_hold(session, [raw.id], reason="smells", actor=QIAN, now=now)
        with pytest.raises(Conflict, match="on hold"):
            use(session, raw.id, made, now)


def test_nothing_goes_into_a_batch_that_is_being_tested(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        raw = receive(session, "BY1", now)
        bring_to_test(session, made, now)
        with pytest.raises(Conflict, match="but it is testing"):
            use(session, raw.id, made, now)
        with pytest.raises(InvalidInput, match="cannot go into itself"):
            use(session, made, made, now)


def test_rework_needs_qa_and_a_reason(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        finish_batch(session, made, LI, now)
        other = make(session, "L2-2", now)
        told = partial(use, session, kind="rework", place="YL1/L2")
        for person in (LI, LIN):
            with pytest.raises(Forbidden, match="rework.approve is needed"):
                told(made, other.id, now, 5, actor=person, reason="x")
        with pytest.raises(InvalidInput, match="a reason in writing"):
            told(made, other.id, now, 5, actor=QIAN)
        edge = told(made, other.id, now, 5, actor=QIAN, reason="torn bags")
        assert (edge.reason, edge.approved_by) == ("torn bags", "qian")
        back = told(
            other.id, made, now, 1, actor=QIAN, reason="back again"
        )  # a loop is a fact: every walk keeps a visited set
        assert back.kind == "rework"
        assert len(trace_lots(session, made).edges) == 2
        raw = receive(session, "BY1", now)
        with pytest.raises(InvalidInput, match="but BY1 was received"):
            use(session, raw.id, other.id, now, actor=QIAN, reason="x", kind="rework")


def test_returned_goods_are_never_reworked(
    plant: Database, made: int, now: datetime
) -> None:
    """domain.md Appendix B 13: Food Safety Law art. 34, Implementing Regulation 29."""
    with plant.writing() as session:
        session.add(Location(code="RT1", kind="returns", name="R", name_en="R"))
        session.flush()
        keep(session, made, now)
        bring_to_test(session, made, now)
        inspect(session, made, now)
        release_batch(session, made, "YL-J-1", QIAN, now)
        for route in ("YL1/L2 > K01", "K01 > RT1"):
            source, target = (find_place(session, c).id for c in route.split(" > "))
            move_stock(
                session,
                made,
                source,
                target,
                quantity=10,
                at=now,
                document="FH-1",
                actor=system(),
                now=now,
            )
        other = make(session, "L2-2", now)
        with pytest.raises(Conflict, match=r"article 34\(1\).*article 29"):
            use(
                session,
                made,
                other.id,
                now,
                5,
                place="RT1",
                actor=QIAN,
                kind="rework",
                reason="reuse",
            )
        assert session.scalar(sa.select(sa.func.count(LotInput.id))) == 0
        assert session.get_one(Lot, made).status == "released"


def test_repacked_packs_keep_what_they_were(
    plant: Database, made: int, now: datetime
) -> None:
    old, new = ItemSet.range(10, 14), ItemSet.range(0, 2)
    with plant.writing() as session:
        other = make(session, "L2-2", now)
        assert other.next_item
        told = partial(use, session, made, other.id, now, place="YL1/L2", reason="x")
        repack = partial(told, actor=QIAN, kind="repack")
        for quantity, packs in ((5, (old, new)), (4, (old, None)), (4, (None, new))):
            with pytest.raises(InvalidInput) as refused:
                repack(quantity, old=packs[0], new=packs[1])
            assert refused.value.code == "repack_items"
        with pytest.raises(InvalidInput) as refused:
            told(4, actor=QIAN, kind="rework", old=old, new=new)
        assert refused.value.code == "repack_items"
        with pytest.raises(InvalidInput) as refused:
            repack(4, old=old, new=ItemSet.range(90_000, 90_001))
        assert refused.value.code == "item_unknown"
        repack(4, old=old, new=new)
        (link,) = repacked_from(session, [made])
        assert (link.old, link.new_lot, link.new) == (old, other.id, new)
        assert repacked_into(session, [other.id]) == [link]
        gone = find_place(session, "consumed").id
        assert balances(session, [made])[made].balances[gone].known == old
