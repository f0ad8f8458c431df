"""One hand stops the goods; two persons let them go: Li, Qian, Zhao, Dong, Wang."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from stockroom import DONG, LI, QIAN, WANG, ZHAO, Plant, add_lot, move

from lotmark.trace import people
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemMark
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.cautions import start_caution
from lotmark.trace.stock.holds import (
    Held,
    decline_release,
    held_items,
    place_hold,
    release_hold,
    request_release,
)


@pytest.fixture
def lot(database: Database, plant: Plant, now: datetime) -> Lot:
    """A hundred items: 0 to 89 scanned into the store, ten more on paper."""
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        move(session, plant, lot, "made > W1", items="0-89", at=now)
        move(session, plant, lot, "made > W1", 10, at=now)
    return lot


def test_one_hand_places_it(database: Database, lot: Lot, now: datetime) -> None:
    with database.writing() as session:
        holds = place_hold(session, [lot.id], reason="bulging", actor=WANG, now=now)
        assert [(hold.number, hold.state) for hold in holds] == [
            ("FC-26-0001", "active")
        ]
    with database.reading() as session:
        whole = Held(True, ItemSet(), ("FC-26-0001",))
        assert held_items(session, [lot.id, 999]) == {lot.id: whole}


def test_a_hold_on_items_has_a_row_for_each_run(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    some = ItemSet.parse("0-9,40-49")
    with database.writing() as session:
        other = add_lot(session, plant)
        holds = place_hold(
            session,
            [lot.id, other.id],
            items={lot.id: some},
            hazard="health",
            reason="glass",
            actor=QIAN,
            now=now,
        )
        assert [(h.lot_id, h.lo, h.hi) for h in holds] == [
            (lot.id, 0, 10),
            (lot.id, 40, 50),
            (other.id, None, None),
        ]
        assert held_items(session, [lot.id])[lot.id].items == some


def test_the_same_request_twice_is_one_hold(
    database: Database, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        first = place_hold(session, [lot.id], reason="glass", actor=QIAN, now=now)
    with database.writing() as session:
        again = place_hold(session, [lot.id], reason=" glass ", actor=QIAN, now=now)
        other = place_hold(session, [lot.id], reason="glass", actor=WANG, now=now)
    assert [hold.id for hold in first] == [hold.id for hold in again]
    assert other[0].number == "FC-26-0002"


def test_what_says_nothing_is_refused(
    database: Database, lot: Lot, now: datetime
) -> None:
    def place(**how: object) -> str:
        given: dict[str, Any] = {"reason": "glass", "actor": QIAN, "now": now, **how}
        lots = given.pop("lots", [lot.id])
        with pytest.raises(InvalidInput) as refusal, database.writing() as session:
            place_hold(session, lots, **given)
        return refusal.value.code

    assert place(reason="  ") == "reason_missing"
    assert place(hazard="bad luck") == "hazard_unknown"
    assert place(lots=[]) == "hold_empty"
    assert place(items={lot.id: ItemSet()}) == "hold_empty"
    assert place(items={lot.id: ItemSet.parse("99-100")}) == "item_unknown"


@pytest.mark.parametrize("target", ["C01", "C01/T", "consumer", "W2", "consumed"])
def test_held_goods_do_not_leave(
    database: Database, plant: Plant, lot: Lot, now: datetime, target: str
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="bulging", actor=QIAN, now=now)
    with (
        pytest.raises(Conflict, match=f"Lot {lot.code} is on hold .FC-26-0001.*W1"),
        database.writing() as session,
    ):
        move(session, plant, lot, f"W1 > {target}", 1, at=now)


@pytest.mark.parametrize("target", ["destroyed", "lost"])
def test_held_goods_do_not_vanish(
    database: Database, plant: Plant, lot: Lot, now: datetime, target: str
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="bulging", actor=QIAN, now=now)
    with pytest.raises(Conflict) as refusal, database.writing() as session:
        move(session, plant, lot, f"W1 > {target}", items="3", at=now)
    assert refusal.value.code == "lot_on_hold"


def test_held_goods_go_inward(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        move(session, plant, lot, "W1 > C01", 20, at=now)
        place_hold(session, [lot.id], reason="bulging", actor=QIAN, now=now)
        move(session, plant, lot, "made > L1", 5, at=now)
        move(session, plant, lot, "W1 > H1", 10, at=now)
        move(session, plant, lot, "H1 > Q1", 10, at=now)
        move(session, plant, lot, "W1 > sample", 2, at=now)
        move(session, plant, lot, "C01 > Q1", 10, at=now)
        move(session, plant, lot, "C01 > consumer", 5, at=now)  # it happened out there
    for route in ("Q1 > H1", "C01 > W1", "H1 > R1"):
        with pytest.raises(Conflict), database.writing() as session:
            move(session, plant, lot, route, 1, at=now)


def test_the_rest_of_a_lot_moves_with_scans(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        held = {lot.id: ItemSet.parse("0-9")}
        place_hold(session, [lot.id], items=held, reason="x", actor=QIAN, now=now)
        move(session, plant, lot, "W1 > C01", items="10-19", at=now)
    with pytest.raises(Conflict) as refusal, database.writing() as session:
        move(session, plant, lot, "W1 > C01", items="9-20", at=now)
    assert refusal.value.code in ("lot_on_hold", "item_elsewhere")
    with (
        pytest.raises(Conflict, match="scan what is to go") as refusal,
        database.writing() as session,
    ):
        move(session, plant, lot, "W1 > C01", 5, at=now)
    assert refusal.value.code == "scan_needed"


def test_paper_is_enough_once_held_items_are_known_elsewhere(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        held = {lot.id: ItemSet.parse("0-9")}
        place_hold(session, [lot.id], items=held, reason="x", actor=QIAN, now=now)
        move(session, plant, lot, "W1 > H1", items="0-9", at=now)
        move(session, plant, lot, "W1 > C01", 50, at=now)


def test_two_persons_lift_it(
    database: Database, plant: Plant, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="bulging", actor=WANG, now=now)
        request_release(session, "FC-26-0001", "37 °C, 10 days: good", ZHAO, now)
        release_hold(session, "FC-26-0001", QIAN, now)
        move(session, plant, lot, "W1 > C01", 50, at=now)
    with database.writing() as session:  # the answer got lost, Qian clicks again
        (hold,) = release_hold(session, "FC-26-0001", QIAN, now + timedelta(hours=1))
        assert (hold.released_by, hold.released_at) == ("qian", now)
    with database.reading() as session:
        actions = session.scalars(
            sa.select(AuditRow.action).where(AuditRow.action.startswith("hold."))
        ).all()
    assert actions == ["hold.place", "hold.propose", "hold.release"]


def test_qian_may_not_release_the_hold_she_placed(
    database: Database, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="bulging", actor=QIAN, now=now)
        request_release(session, "FC-26-0001", "good", ZHAO, now)
    with pytest.raises(Conflict) as refusal, database.writing() as session:
        release_hold(session, "FC-26-0001", QIAN, now)
    assert refusal.value.code == "second_person"
    with database.writing() as session:
        release_hold(session, "FC-26-0001", DONG, now)


def test_qian_may_not_release_what_she_asked_to_release(
    database: Database, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="x", actor=people.system(), now=now)
        request_release(session, "FC-26-0001", "good", QIAN, now)
    for who in (QIAN, people.system()):
        with pytest.raises(Conflict) as refusal, database.writing() as session:
            release_hold(session, "FC-26-0001", who, now)
        assert refusal.value.code == "second_person"


def test_nobody_releases_what_nobody_asked_to_release(
    database: Database, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        place_hold(session, [lot.id], reason="bulging", actor=QIAN, now=now)
    with pytest.raises(Conflict) as refusal, database.writing() as session:
        release_hold(session, "FC-26-0001", DONG, now)
    assert refusal.value.code == "wrong_state"
    with pytest.raises(InvalidInput), database.writing() as session:
        request_release(session, "FC-26-0001", " ", ZHAO, now)
    with pytest.raises(NotFound), database.writing() as session:
        release_hold(session, "FC-26-0009", DONG, now)


def test_rights_are_asked_first(database: Database, lot: Lot, now: datetime) -> None:
    with pytest.raises(Forbidden), database.writing() as session:
        place_hold(session, [lot.id], reason="x", actor=LI, now=now)
    with database.writing() as session:
        place_hold(session, [lot.id], reason="x", actor=WANG, now=now)
    with pytest.raises(Forbidden), database.writing() as session:
        request_release(session, "FC-26-0001", "good", WANG, now)
    with pytest.raises(Forbidden), database.writing() as session:
        release_hold(session, "FC-26-0001", ZHAO, now)
    with pytest.raises(Forbidden), database.writing() as session:
        start_caution(session, [lot.id], WANG, now)


def test_recalled_goods_stay_held(database: Database, lot: Lot, now: datetime) -> None:
    with database.writing() as session:
        mark = ItemMark(lot_id=lot.id, lo=5, hi=6, kind="recalled", at=now)
        mark.public_no = "ZH-26-0001"
        session.add(mark)
        held = {lot.id: ItemSet.parse("0-9")}
        place_hold(session, [lot.id], items=held, reason="x", actor=WANG, now=now)
        request_release(session, "FC-26-0001", "good", ZHAO, now)
    with pytest.raises(Conflict, match="ZH-26-0001"), database.writing() as session:
        release_hold(session, "FC-26-0001", QIAN, now)


def test_a_caution_ends_with_the_last_health_hold(
    database: Database, lot: Lot, now: datetime
) -> None:
    def caution_at() -> datetime | None:
        with database.reading() as session:
            return session.get_one(Lot, lot.id).caution_at

    def place(hazard: str, reason: str) -> str:
        with database.writing() as session:
            (hold,) = place_hold(
                session, [lot.id], hazard=hazard, reason=reason, actor=WANG, now=now
            )
        return hold.number

    def lift(number: str) -> None:
        with database.writing() as session:
            request_release(session, number, "good", ZHAO, now)
            release_hold(session, number, QIAN, now)

    quality = place("quality", "dents")
    with (
        pytest.raises(Conflict, match="place one before"),
        database.writing() as session,
    ):
        start_caution(session, [lot.id], ZHAO, now)
    first = place("health", "glass")
    with database.writing() as session:
        start_caution(session, [lot.id], ZHAO, now)
    with database.writing() as session:
        start_caution(session, [lot.id], QIAN, now + timedelta(hours=1))
    assert caution_at() == now
    second = place("health", "illness")
    lift(first)
    assert caution_at() == now
    lift(quality)
    assert caution_at() == now
    lift(second)
    assert caution_at() is None


def test_a_request_for_release_can_be_declined_and_made_again(
    database: Database, lot: Lot, now: datetime
) -> None:
    with database.writing() as session:
        number = place_hold(session, [lot.id], reason="bulging", actor=WANG, now=now)[
            0
        ].number
        request_release(session, number, "looks fine", ZHAO, now)
    with pytest.raises(InvalidInput), database.writing() as session:
        decline_release(session, number, " ", QIAN, now)
    with pytest.raises(Forbidden), database.writing() as session:
        decline_release(session, number, "no", WANG, now)
    with database.writing() as session:
        decline_release(session, number, "no test was made", QIAN, now)
        assert held_items(session, [lot.id])[lot.id].whole
    with pytest.raises(Conflict), database.writing() as session:
        release_hold(session, number, QIAN, now)
    with database.writing() as session:
        request_release(session, number, "incubated, nothing grew", ZHAO, now)
        hold = release_hold(session, number, QIAN, now)[0]
        assert (hold.requested_by, hold.released_by) == (ZHAO.login, QIAN.login)
        told = session.scalars(
            sa.select(AuditRow.data).where(AuditRow.action == "hold.declined")
        ).one()
    assert "no test was made" in told
