"""The same code on a second label: with a reason, a limit, and a mark to be read."""

from io import BytesIO

import pytest
import small_plant
from press_room import PressRoom, room_in

from lotmark.labels.engine.render import render
from lotmark.labels.engine.stock import load_stock, stock_names
from lotmark.labels.jobs.reprints import free_reprints, reprint_labels, reprints_of
from lotmark.labels.jobs.service import label_series
from lotmark.labels.jobs.steering import pause_job, resume_job
from lotmark.labels.jobs.tables import PrintJob, Reprint
from lotmark.trace import clock
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.items import void_items
from lotmark.web.installation import Installation

item = ItemSet.range


@pytest.fixture
def room(house: Installation) -> PressRoom:
    """One hundred labels are out."""
    found = room_in(house)
    found.add_at("127.0.0.1:9")
    job = found.order(100)
    found.send(job.number, 50, 50, out=True)
    return found


def reprint(
    room: PressRoom,
    items: ItemSet,
    key: str = "r1",
    by: str = "li",
    leader: str = "",
    reason: str = "smeared",
    destroyed: bool = True,
) -> PrintJob:
    with room.house.plant.writing() as session:
        return reprint_labels(
            session,
            room.lot_id,
            items,
            "P1",
            reason,
            destroyed,
            key,
            room.house.settings.base_url,
            small_plant.actor(session, by),
            clock.now(),
            leader=small_plant.actor(session, leader) if leader else None,
        )


def counts(room: PressRoom, items: ItemSet) -> dict[int, str]:
    with room.house.plant.reading() as session:
        found = reprints_of(session, room.lot_id, items)
    return {times: str(some) for times, some in found.items()}


def test_a_reprint_is_a_job_of_its_own_and_is_counted(room: PressRoom) -> None:
    two = ItemSet.from_numbers([3, 40])
    job = reprint(room, two)
    assert (job.reprint, job.labels, job.lo, job.hi) == (True, 2, 3, 41)
    room.send(job.number, 1, 1, out=True)
    assert room.job(job.number).state == "finished"
    again = reprint(room, item(3, 4), "r2")
    room.send(again.number, 1, out=True)
    assert counts(room, item(0, 50)) == {0: "0-2,4-39,41-49", 1: "40", 2: "3"}
    assert room.marked("printed") == "0-99"


def test_its_number_stands_beside_the_code(room: PressRoom) -> None:
    with room.house.plant.reading() as session:
        lot = session.get_one(Lot, room.lot_id)
        ring, base = room.house.keys, room.house.settings.base_url
        for name in stock_names():
            stock = load_stock(name)
            for format in ("pdf",) if not stock.is_roll else ("zpl", "tspl", "pdf"):
                series = label_series(session, ring, lot, item(3, 4), base, 12)
                assert render(format, series, stock, BytesIO()) == 1
        out = BytesIO()
        series = label_series(session, ring, lot, item(3, 4), base, 1)
        render("zpl", series, load_stock("roll-60x40"), out)
    assert b" /R1^FS" in out.getvalue()


def test_the_same_form_twice_is_one_reprint(room: PressRoom) -> None:
    assert reprint(room, item(3, 4)).id == reprint(room, item(3, 4)).id
    assert counts(room, item(3, 4)) == {1: "3"}


def test_above_the_limit_a_line_leader_agrees(room: PressRoom) -> None:
    reprint(room, item(0, 3))
    with room.house.plant.reading() as session:
        assert free_reprints(session, room.lot_id, clock.now()) == 0
    with pytest.raises(Forbidden, match="4 labels of this batch"):
        reprint(room, item(5, 6), "r2")
    with pytest.raises(Forbidden):
        reprint(room, item(5, 6), "r2", leader="wang")
    job = reprint(room, item(5, 6), "r2", leader="zhao")
    with room.house.plant.reading() as session:
        row = session.query(Reprint).filter_by(job_id=job.id).one()
    assert (row.by, row.second, row.reason) == ("li", "zhao", "smeared")
    assert reprint(room, item(6, 7), "r3", by="zhao").labels == 1


def test_what_may_not_be_printed_again(room: PressRoom) -> None:
    with pytest.raises(InvalidInput, match="Destroy the spoiled label first"):
        reprint(room, item(3, 4), destroyed=False)
    with pytest.raises(InvalidInput, match="say why"):
        reprint(room, item(3, 4), reason=" ")
    with pytest.raises(InvalidInput, match="at least one"):
        reprint(room, ItemSet())
    with room.house.plant.writing() as session:
        leader = small_plant.actor(session, "zhao")
        void_items(session, room.lot_id, item(9, 10), "torn", leader, clock.now())
    for wrong in (item(9, 10), item(99, 101)):
        with pytest.raises(Conflict, match="on no pack is printed again"):
            reprint(room, wrong)
    assert counts(room, item(0, 100)) == {0: "0-99"}


def test_a_label_in_doubt_is_settled_before_it_is_printed_again(
    room: PressRoom,
) -> None:
    job = room.order(10, "k2")
    room.send(job.number, 10)
    room.deed(pause_job, job.number)
    room.deed(resume_job, job.number, 104)
    with pytest.raises(Conflict, match="may still come out"):
        reprint(room, item(106, 107))
    reprint(room, item(104, 105))
    with pytest.raises(Conflict, match="may still come out"):
        reprint(room, item(104, 105), "r2")
