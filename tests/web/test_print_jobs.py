"""What people do to a job on a printer, and what becomes of each of its labels."""

import pytest
import small_plant
from press_room import PressRoom, room_in

from lotmark.labels.jobs import press
from lotmark.labels.jobs.ledger import JobLedger
from lotmark.labels.jobs.scanned import item_of
from lotmark.labels.jobs.service import find_job, spoiled_codes
from lotmark.labels.jobs.steering import (
    cancel_rest,
    pause_job,
    reconcile_job,
    resume_job,
    settle_lost,
    settle_scan,
)
from lotmark.trace import clock
from lotmark.trace.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LotmarkError,
    NotFound,
)
from lotmark.trace.faults import read_fault
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.people import Actor, system
from lotmark.trace.production.batches import record_applied
from lotmark.trace.production.codes import serials_of
from lotmark.trace.production.items import report_missing, void_items
from lotmark.trace.production.marks import mark_items
from lotmark.web.installation import Installation

item = ItemSet.range


@pytest.fixture
def room(house: Installation) -> PressRoom:
    found = room_in(house)
    found.add_at("127.0.0.1:9")
    return found


def who(room: PressRoom, login: str) -> Actor:
    with room.house.plant.reading() as session:
        return small_plant.actor(session, login)


def told(ledger: JobLedger) -> dict[str, str]:
    """The fates of all labels of a job, those that some share."""
    names = ("left", "sending", "sent", "confirmed", "needs_scan", "lost", "cancelled")
    fates = {name: getattr(ledger, name) for name in names}
    assert sum(fate.count for fate in fates.values()) == ledger.issued.count
    return {name: str(fate) for name, fate in fates.items() if fate}


def test_resuming_goes_on_at_the_label_in_hand(room: PressRoom) -> None:
    job = room.order(100)
    room.send(job.number, 10, out=True)
    room.send(job.number, 10, 10)
    room.deed(pause_job, job.number, who(room, "li"))
    assert "李敏" in str(read_fault(room.job(job.number).error))
    flagged = room.deed(resume_job, job.number, 14, who(room, "li"))
    assert str(flagged) == "15-29"
    ledger = room.ledger(job.number)
    assert told(ledger) == {"confirmed": "0-14", "needs_scan": "15-29", "left": "30-99"}
    assert room.job(job.number).state == "sent"
    room.send(job.number, 5)
    assert str(room.ledger(job.number).sent) == "30-34", "nothing flagged is sent again"


def test_flagged_labels_are_scanned_or_did_not_come_out(room: PressRoom) -> None:
    job = room.order(30)
    room.send(job.number, 30)
    room.deed(pause_job, job.number)
    room.deed(resume_job, job.number, 9)
    assert room.job(job.number).state == "paused", "some are in doubt"
    assert str(room.deed(settle_scan, job.number, item(10, 12))) == "10-11"
    assert not room.deed(settle_scan, job.number, item(10, 12)), "scanned before"
    with pytest.raises(Forbidden):
        room.deed(settle_lost, job.number, who(room, "li"))
    assert str(room.deed(settle_lost, job.number, who(room, "zhao"))) == "12-29"
    assert told(room.ledger(job.number)) == {"confirmed": "0-11", "lost": "12-29"}
    assert room.marked("voided") == "12-29"
    room.order(5, "k2")
    assert str(room.ledger("DY-26-0002").issued) == "30-34", "new labels, new codes"


def test_a_label_in_doubt_that_is_on_a_pack_did_come_out(room: PressRoom) -> None:
    job = room.order(30)
    room.send(job.number, 30)
    room.deed(pause_job, job.number)
    room.deed(resume_job, job.number, 19)
    with room.house.plant.writing() as session:
        record_applied(session, room.lot_id, item(0, 24), system(), clock.now())
    assert str(room.deed(settle_lost, job.number, who(room, "zhao"))) == "24-29"
    assert told(room.ledger(job.number)) == {"confirmed": "0-23", "lost": "24-29"}
    assert room.job(job.number).state == "finished"


def test_cancelling_the_rest_spends_no_code(room: PressRoom) -> None:
    job = room.order(50)
    room.send(job.number, 20, out=True)
    assert str(room.deed(cancel_rest, job.number)) == "20-49"
    assert room.job(job.number).state == "cancelled"
    assert told(room.ledger(job.number)) == {"confirmed": "0-19", "cancelled": "20-49"}
    with room.house.plant.reading() as session:
        assert spoiled_codes(session, room.lot_id) == 30
    with pytest.raises(Conflict, match="has ended"):
        room.deed(pause_job, job.number)


def test_a_cancelled_job_with_doubts_waits_until_they_are_settled(
    room: PressRoom,
) -> None:
    job = room.order(50)
    room.send(job.number, 20)
    room.deed(pause_job, job.number)
    room.deed(resume_job, job.number, 9)
    room.deed(cancel_rest, job.number)
    assert room.job(job.number).state == "paused"
    assert read_fault(room.job(job.number).error).code == "labels_in_doubt"
    room.deed(settle_scan, job.number, item(0, 20))
    assert room.job(job.number).state == "cancelled"
    assert room.job(job.number).done == 20


def test_what_cannot_be_done_says_why(room: PressRoom) -> None:
    job = room.order(50)
    with pytest.raises(Conflict, match="not paused"):
        room.deed(resume_job, job.number, None)
    room.send(job.number, 5)
    room.deed(pause_job, job.number)
    with pytest.raises(Conflict, match="Label 31 was not sent"):
        room.deed(resume_job, job.number, 30)
    with pytest.raises(Forbidden):
        room.deed(resume_job, job.number, 3, who(room, "zhou"))
    assert told(room.ledger(job.number)) == {"sent": "0-4", "left": "5-49"}


def test_a_job_is_reconciled_when_each_label_is_explained(room: PressRoom) -> None:
    job = room.order(40)
    room.send(job.number, 40, out=True)
    assert room.job(job.number).state == "finished"
    now, boss = clock.now(), system()
    with room.house.plant.writing() as session:
        mark_items(session, room.lot_id, item(0, 38), "applied", boss, now)
    leader = who(room, "zhao")
    with pytest.raises(Conflict, match="2 labels of DY-26-0001 are not explained"):
        room.deed(reconcile_job, job.number, leader)
    with room.house.plant.writing() as session:
        void_items(session, room.lot_id, item(39, 40), "torn", leader, now)
        report_missing(session, room.lot_id, item(38, 39), "lost", boss, now)
    room.deed(reconcile_job, job.number, leader)
    assert room.job(job.number).state == "reconciled"
    assert not room.ledger(job.number).open


def test_a_scanned_code_says_which_label_it_is(room: PressRoom) -> None:
    job = room.order(10)
    with room.house.plant.reading() as session:
        ring = room.house.keys
        found = find_job(session, job.number)
        (_, serial), *_ = serials_of(session, ring, room.lot_id, item(7, 8))
        assert item_of(session, ring, found, f"HTTPS://Q.EXAMPLE.CN/T/{serial}") == 7
        assert item_of(session, ring, found, serial.lower()) == 7
        with pytest.raises(Conflict, match="not of batch P-1"):
            item_of(session, ring, found, "7K3M9QXW2D5RVT8H")
        with pytest.raises(InvalidInput, match="names a product"):
            item_of(session, ring, found, "6901234567892")


def test_labels_that_cannot_be_drawn_fail_the_job(room: PressRoom) -> None:
    job = room.order(10)
    error = InvalidInput("glyph_missing", "No %(sign)s.", sign="x")
    with room.house.plant.writing() as session:
        press.fail_printing(session, job.id, error, clock.now())
    assert room.job(job.number).state == "failed"
    assert told(room.ledger(job.number)) == {"cancelled": "0-9"}


@pytest.mark.parametrize(
    ("count", "code", "kind"),
    [
        (0, "P1", InvalidInput),
        (-1, "P1", InvalidInput),
        (10**9, "P1", InvalidInput),
        (200_000, "P1", Conflict),
        (5, "P9", NotFound),
        (5, "'; DROP", NotFound),
    ],
)
def test_an_order_that_cannot_be_issues_nothing(
    room: PressRoom, count: int, code: str, kind: type[LotmarkError]
) -> None:
    with pytest.raises(kind) as refused:
        room.order(count, code=code)
    assert str(refused.value).count(".") <= 2, "one clear sentence, and what to do"
    with room.house.plant.reading() as session:
        assert session.get_one(Lot, room.lot_id).next_item == 0


def test_the_same_form_twice_is_one_job(room: PressRoom) -> None:
    assert room.order(5).id == room.order(5).id
    with pytest.raises(Conflict, match="was sent before"):
        room.order(6)
