"""Labels go straight to a printer, each once, and the ledger knows where each is."""

import pytest
from fake_printer import FakePrinter, with_printer
from press_room import PressRoom, pressing, room_in, wait_for

from lotmark.labels.jobs.steering import resume_job
from lotmark.trace.faults import read_fault
from lotmark.web.installation import Installation


@pytest.fixture
def room(house: Installation) -> PressRoom:
    return room_in(house)


@pytest.mark.parametrize("language", ["zpl", "tspl"])
def test_every_label_comes_out_once_and_in_order(
    room: PressRoom, language: str
) -> None:
    with with_printer(language) as printer, pressing(room.house):
        room.add(printer)
        job = room.order(130)
        wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(130))
    ledger = room.ledger(job.number)
    assert ledger.confirmed.count == ledger.issued.count == 130
    assert room.marked("printed") == "0-129"
    done = room.job(job.number)
    assert done.done == 130
    assert done.finished_at is not None


def test_a_printer_that_says_nothing_is_unknown_and_prints(room: PressRoom) -> None:
    with with_printer() as printer, pressing(room.house):
        printer.answers = False
        room.add(printer)
        job = room.order(5)
        wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(5))
    assert room.ledger(job.number).sent.count == 5
    found = room.job(job.number).printer
    assert found is not None
    assert (found.status, found.answered_at) == ("unknown", None)


def pages(printer: FakePrinter) -> int:
    return len(printer.printed)


def test_a_printer_out_of_paper_waits_and_goes_on_by_itself(room: PressRoom) -> None:
    with with_printer(rate=100) as printer, pressing(room.house):
        room.add(printer)
        job = room.order(60)
        wait_for(lambda: pages(printer) >= 10)
        printer.paper_out = True

        def attention() -> bool:
            found = room.job(job.number).printer
            return found is not None and found.status_words == "paper_out"

        wait_for(attention)
        assert room.ledger(job.number).left.count > 0
        printer.paper_out = False
        wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(60))


def test_with_a_first_label_check_one_label_comes_out_and_then_it_waits(
    room: PressRoom,
) -> None:
    with with_printer() as printer, pressing(room.house):
        room.add(printer)
        job = room.order(20, first_check=True)
        wait_for(lambda: room.job(job.number).state == "paused")
        wait_for(lambda: pages(printer) == 1)
        assert read_fault(room.job(job.number).error).code == "first_label_check"
        room.deed(resume_job, job.number, None)
        wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(20))
