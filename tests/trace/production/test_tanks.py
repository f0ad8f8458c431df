"""Tanks mix: what is drawn has some of all put in before (domain.md §4.4.3)."""

from datetime import datetime, timedelta

import pytest
from batch_work import LI, SUN, WANG, make, receive

from lotmark.recall.scope.criteria import Criteria, InputLot
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import compute_scope
from lotmark.recall.scope.snapshot import load_snapshot
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, LotmarkError
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.balances import balance_of_lot
from lotmark.trace.production.batches import finish_batch
from lotmark.trace.production.genealogy import trace_lots
from lotmark.trace.production.tanks import (
    draw_from_tank,
    empty_tank,
    fill_tank,
    open_tank,
)
from lotmark.trace.stock.service import move_stock

KG = 1_000_000
HOUR = timedelta(hours=1)


def tank(session: Session, now: datetime, number: str = "T1-01") -> int:
    return open_tank(session, 1, "T1", number, now - 9 * HOUR, LI, now).id


def fill(session: Session, cycle: int, lot: Lot, at: datetime, now: datetime) -> None:
    fill_tank(
        session,
        cycle,
        lot.id,
        place_id=find_place(session, "FG1").id,
        quantity=KG,
        at=at,
        actor=LI,
        now=now,
    )


def draw(
    session: Session, cycle: int, lot: int, at: datetime, now: datetime, packs: int = 10
) -> None:
    draw_from_tank(session, cycle, lot, quantity=packs, at=at, actor=LI, now=now)


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def test_a_bad_lot_reaches_what_was_drawn_after_it_was_put_in(
    plant: Database, now: datetime
) -> None:
    with plant.writing() as session:
        early, late = make(session, "L2-1", now), make(session, "L2-2", now)
        bad, good = receive(session, "BY1", now), receive(session, "BY2", now)
        cycle = tank(session, now)
        fill(session, cycle, good, now - 8 * HOUR, now)
        draw(session, cycle, early.id, now - 6 * HOUR, now)
        fill(session, cycle, bad, now - 4 * HOUR, now)
        draw(session, cycle, late.id, now - 2 * HOUR, now)
        criteria = Criteria((InputLot(bad.id),))
        scope = compute_scope(session, criteria, now)
        assert {lot.code for lot in scope.lots} == {"BY1", "L2-2"}
        assert {lot.tier for lot in scope.lots} == {1}
        (open_one,) = scope.open_tanks
        assert (open_one.cycle, open_one.lots) == ("YL1/T1-01", 1)
        assert open_one.made == late.planned == 100
        assert scope_document(scope)["open_tanks"][0]["made"] == 100
        genealogy = trace_lots(session, bad.id, "forward")
        (edge,) = genealogy.edges
        assert (edge.kind, edge.output_id, edge.quantity) == ("tank", late.id, KG)
        back = trace_lots(session, late.id, "back")
        assert {node.code for node in back.nodes} == {"L2-2", "BY1", "BY2"}
        snapshot = load_snapshot(session)
        assert bad.id in snapshot.what_if([bad.id]).lot_ids
        assert late.id in snapshot.what_if([bad.id]).lot_ids
        assert balance_of_lot(session, bad, now.date()).used == KG
        empty_tank(session, cycle, now - HOUR, SUN, now)
        assert compute_scope(session, criteria, now).open_tanks == ()


def test_drawing_again_reaches_what_came_meanwhile(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        bad = receive(session, "BY1", now)
        cycle = tank(session, now)
        draw(session, cycle, made, now - 6 * HOUR, now)
        fill(session, cycle, bad, now - 4 * HOUR, now)
        assert trace_lots(session, bad.id, "forward").edges == ()
        draw(session, cycle, made, now - 2 * HOUR, now, packs=5)
        assert len(trace_lots(session, bad.id, "forward").edges) == 1


def test_a_tank_is_used_up_before_the_next_filling(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        bad = receive(session, "BY1", now)
        first = tank(session, now)
        with pytest.raises(Conflict) as taken:
            tank(session, now, "T1-02")
        assert code_of(taken) == "tank_in_use"
        fill(session, first, bad, now - 4 * HOUR, now)
        with pytest.raises(Conflict) as early:
            empty_tank(session, first, now - 5 * HOUR, SUN, now)
        assert code_of(early) == "tank_not_then"
        with pytest.raises(Forbidden):
            empty_tank(session, first, now - HOUR, LI, now)
        empty_tank(session, first, now - HOUR, SUN, now)
        with pytest.raises(Conflict) as overlaps:  # a draw would miss what was in it
            open_tank(session, 1, "t1", "T1-02", now - 2 * HOUR, LI, now)
        assert code_of(overlaps) == "tank_in_use"
        with pytest.raises(Conflict) as gone:
            draw(session, first, made, now, now)
        assert code_of(gone) == "tank_not_then"
        second = open_tank(session, 1, "T1", "T1-02", now - HOUR, LI, now).id
        draw(session, second, made, now, now)
        assert trace_lots(session, bad.id, "forward").edges == ()


def test_sold_goods_and_closed_batches_stay_out(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        bad = receive(session, "BY1", now)
        cycle = tank(session, now)
        places = [find_place(session, code).id for code in ("FG1", "consumer")]
        for way in (places, places[::-1]):
            move_stock(
                session,
                bad.id,
                *way,
                quantity=KG,
                at=now,
                document="X",
                actor=WANG,
                now=now,
            )
        with pytest.raises(Conflict, match="34") as sold:
            fill(session, cycle, bad, now, now)
        assert code_of(sold) == "sold_goods"
        finish_batch(session, made, LI, now)
        lot = session.get_one(Lot, made)
        lot.status = "released"
        with pytest.raises(Conflict) as closed:
            draw(session, cycle, made, now, now)
        assert code_of(closed) == "batch_closed"
