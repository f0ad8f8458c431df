"""A job on a printer in the operator's hands: first label, pause, doubt, end."""

import re

import pytest
import small_plant
import sqlalchemy as sa
from fake_printer import FakePrinter, with_printer
from flask.testing import FlaskClient
from line_work import clear, serials
from press_room import PressRoom, pressing, wait_for
from staff_pages import change, fill_in, said, shown

from lotmark.labels.jobs.reprints import reprints_of
from lotmark.labels.jobs.service import find_job
from lotmark.labels.jobs.steering import pause_job, resume_job, settle_lost
from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace import badges, clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.production.marks import marked_items
from lotmark.web.installation import Installation

ORDER = {"count": "40", "printer": "P1", "key": "one"}


@pytest.fixture
def zhao(log_in: small_plant.LogIn) -> FlaskClient:
    client = log_in("zhao")
    client.set_cookie("line", "2")
    return client


@pytest.fixture
def batch(zhao: FlaskClient) -> str:
    """A batch of 100 packs on a line that is clear."""
    opened = fill_in(zhao, "/line/products/1", code="B-1", planned="100")
    return clear(zhao, opened.location)


@pytest.fixture
def room(house: Installation) -> PressRoom:
    return PressRoom(house, 1)


def job_of(room: PressRoom) -> PrintJob:
    with room.house.plant.reading() as session:
        return find_job(session, f"DY-{clock.now():%y}-0001")


def numbers_of(room: PressRoom, *, reprint: bool) -> list[str]:
    with room.house.plant.reading() as session:
        some = sa.select(PrintJob.number).filter_by(reprint=reprint)
        return list(session.scalars(some))


def state(room: PressRoom) -> str:
    return job_of(room).state


def ordered(
    zhao: FlaskClient, batch: str, room: PressRoom, printer: FakePrinter
) -> str:
    """Order 40 labels; one is out, and the job waits. The address of the job."""
    room.add(printer)
    assert change(zhao, f"{batch}/print", **ORDER).location == batch
    wait_for(lambda: state(room) == "paused" and len(printer.printed) == 1)
    return f"/line/jobs/{job_of(room).number}"


def test_the_first_label_lets_the_rest_be_printed(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    with with_printer() as printer, pressing(room.house):
        job = ordered(zhao, batch, room, printer)
        page = shown(zhao, batch)
        assert "First-label check" in page
        assert "Answered" in page
        assert "Next label, as it is printed" in page
        picture = re.search(r'src="([^"]+label.png[^"]+)"', page)
        assert picture
        assert "printer=P1" in picture[1]
        assert zhao.get(picture[1]).data.startswith(b"\x89PNG")
        assert zhao.get(f"{job}/resume").location == f"{job}/first"
        refused = change(zhao, f"{job}/resume")
        assert "Press F5 and scan it" in said(refused)
        assert len(printer.printed) == 1
        match = change(zhao, f"{job}/first", code=printer.printed[0])
        assert "First label matches" in match.text
        wait_for(lambda: state(room) == "finished")
    assert room.items(printer.printed) == list(range(40))
    news = zhao.get(f"{batch}.json").json
    assert news is not None
    assert news["figures"]["sent"] == news["figures"]["confirmed"] == "40"
    fill_in(zhao, f"{batch}/packs", way="count", count="40")
    fill_in(zhao, f"{batch}/count", printer_reading="40")
    assert state(room) == "reconciled"


def test_a_job_is_paused_resumed_and_cancelled(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    with with_printer(rate=10) as printer, pressing(room.house):
        job = ordered(zhao, batch, room, printer)
        change(zhao, f"{job}/first", code=printer.printed[0])
        wait_for(lambda: len(printer.printed) > 4)
        assert change(zhao, f"{job}/pause").location == batch
        assert "赵强" in shown(zhao, batch)  # who paused it
        assert change(zhao, f"{job}/resume").location == batch
        assert state(room) in ("sent", "printing")
        wait_for(lambda: len(printer.printed) > 8)
        assert "labels are never printed" in shown(zhao, f"{job}/cancel")
        assert change(zhao, f"{job}/cancel").location == batch
        wait_for(lambda: state(room) in ("cancelled", "finished"))
    assert len(set(printer.printed)) == len(printer.printed) <= 40


def test_labels_in_doubt_are_scanned_or_did_not_come_out(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    with with_printer(rate=10) as printer, pressing(room.house):
        job = ordered(zhao, batch, room, printer)
        change(zhao, f"{job}/first", code=printer.printed[0])
        wait_for(lambda: len(printer.printed) > 6)
        printer.restart()  # it forgets what it had
        wait_for(lambda: state(room) == "paused")
        page = shown(zhao, batch)
        assert "Paused" in page
        assert 'data-key="F2" data-command="RESUME"' in page
        known = len(printer.printed)
        strange = change(zhao, f"{job}/resume", code="0000111122223333")
        assert strange.status_code in (400, 404, 409)
        went = change(zhao, f"{job}/resume", code=printer.printed[known - 2])
        assert went.status_code == 302
        number = job_of(room).number
        doubtful = room.ledger(number).needs_scan
        if doubtful:
            assert went.location == f"{job}/settle"
            here = change(zhao, f"{job}/settle", code=printer.printed[known - 1])
            assert here.status_code in (302, 409)
            assert change(zhao, f"{job}/lost").location == batch
        wait_for(lambda: state(room) in ("finished", "paused"))
        assert not room.ledger(number).needs_scan or state(room) == "paused"
    assert len(set(printer.printed)) == len(printer.printed)


def test_a_spoiled_label_is_printed_again_with_a_flag(
    zhao: FlaskClient, batch: str, room: PressRoom, log_in: small_plant.LogIn
) -> None:
    with with_printer() as printer, pressing(room.house):
        job = ordered(zhao, batch, room, printer)
        change(zhao, f"{job}/first", code=printer.printed[0])
        wait_for(lambda: state(room) == "finished")
        li = log_in("li")
        li.set_cookie("line", "2")
        form = {"first": printer.printed[3], "reason": "torn", "printer": "P1"}
        spared = fill_in(li, f"{batch}/reprint", **form)
        assert "Destroy the spoiled label first" in said(spared)
        form["destroyed"] = "yes"
        assert fill_in(li, f"{batch}/reprint", **form).location == batch
        wait_for(lambda: len(printer.printed) == 41)
        many = form | {"last": printer.printed[9]}
        refused = fill_in(li, f"{batch}/reprint", **many)
        assert "the line leader has to agree" in said(refused)
        assert "scan the leader’s badge" in refused.text
        with room.house.plant.writing() as session:
            user = people.find_user(session, "zhao")
            assert user is not None
            hand = people.actor_for(session, user)
            badge = badges.issue_badge(session, user, hand, clock.now())
        agreed = fill_in(li, f"{batch}/reprint", **many, leader=badge)
        assert agreed.location == batch
        wait_for(lambda: len(printer.printed) == 48)
    assert printer.printed[40][-16:] == printer.printed[3][-16:]
    with room.house.plant.reading() as session:
        times = reprints_of(session, 1, ItemSet.range(3, 10))
    assert {n: str(some) for n, some in times.items()} == {1: "4-9", 2: "3"}


def test_a_reprint_neither_hides_a_job_nor_stops_the_next_order(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    """A paused job is there again after the reprint, and no reprint is asked for a
    first label."""
    room.add_at("127.0.0.1:9")
    order = {"count": "20", "printer": "P1"}
    change(zhao, f"{batch}/print", **order, key="one")
    number = job_of(room).number
    room.send(number, 1)
    room.first_right(number)
    room.send(number, 9)
    room.deed(pause_job, number)
    room.deed(resume_job, number, 7)  # 8 and 9 are in doubt
    room.deed(pause_job, number)
    (spoiled,) = serials(room.house, 1, 3, 4)
    again = {"first": spoiled, "reason": "torn", "printer": "P1", "destroyed": "yes"}
    assert fill_in(zhao, f"{batch}/reprint", **again).location == batch
    (copy,) = numbers_of(room, reprint=True)
    room.send(copy, 1, out=True)
    page = shown(zhao, batch)
    assert f"/line/jobs/{number}/resume" in page
    assert "Labels in doubt 2" in page
    assert re.search(r'data-show="printed">8<', page), "two of ten are in doubt"
    room.deed(resume_job, number, None)
    room.send(number, 10, out=True)
    room.deed(settle_lost, number)
    assert job_of(room).state == "finished"
    more = change(zhao, f"{batch}/print", **order, key="two")
    assert more.location == batch, said(more)


def test_the_last_labels_are_those_that_came_out(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    room.add_at("127.0.0.1:9")
    change(zhao, f"{batch}/print", **ORDER)
    number = job_of(room).number
    room.send(number, 1)
    room.first_right(number)
    room.send(number, 19)
    room.deed(pause_job, number)
    room.deed(resume_job, number, 11)  # 12 to 19 perhaps lie in the printer
    voided = fill_in(zhao, f"{batch}/void", way="last", count="3", reason="wet")
    assert voided.location == batch
    assert room.marked("voided") == "9-11"
    assert "Only 9 printed labels" in said(
        fill_in(zhao, f"{batch}/void", way="last", count="10", reason="wet")
    )
    assert "Only 9 printed labels" in said(
        fill_in(zhao, f"{batch}/packs", way="count", count="10")
    )


def test_pause_pressed_too_late_does_nothing(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    room.add_at("127.0.0.1:9")
    change(zhao, f"{batch}/print", **(ORDER | {"count": "1"}))
    number = job_of(room).number
    room.send(number, 1, out=True)
    assert change(zhao, f"/line/jobs/{number}/pause").location == batch
    late = change(zhao, f"/line/jobs/{number}/cancel")
    assert "has ended" in said(late)


def test_a_printer_that_does_not_speak_is_said_to_be_unknown(
    zhao: FlaskClient, batch: str, room: PressRoom
) -> None:
    with with_printer() as printer, pressing(room.house):
        printer.answers = False
        room.add(printer)
        assert "Unknown: it does not say" in shown(zhao, batch)
        assert "It has never answered" in shown(zhao, batch)
        assert "Not measured with the ruler" in shown(zhao, f"{batch}/print")
        specimen = zhao.get(f"{batch}/specimen.png?printer=P1")
        assert specimen.data.startswith(b"\x89PNG")
        unknown = change(zhao, f"{batch}/print", **(ORDER | {"printer": "P9"}))
        assert unknown.status_code == 404
        assert "Expected a printer in use" in said(unknown)
    with room.house.plant.reading() as session:
        assert not marked_items(session, 1, "printed")
