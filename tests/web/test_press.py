"""Labels go straight to a printer, each once, and the ledger knows where each is."""

import os
import re
import signal
import threading
from pathlib import Path

import lotmark_demo
import pytest
from crowd import at_once
from fake_printer import FakePrinter, with_printer
from fake_queue import with_queue
from press_room import PressRoom, pressing, room_in, wait_for

from lotmark.labels.devices import ipp
from lotmark.labels.jobs.service import find_job
from lotmark.labels.jobs.steering import resume_job
from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace.errors import Conflict
from lotmark.trace.faults import read_fault
from lotmark.trace.identity.items import ItemSet
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
        with pytest.raises(Conflict, match="Press F5 and scan it"):
            room.deed(resume_job, job.number, None)
        room.first_right(job.number)
        wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(20))


def test_a_print_queue_prints_blocks_and_finishes(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipp, "OFTEN", 0.02)
    with with_queue() as (queue, url):
        room.add_at(url, "zpl", kind="ipp")
        job = room.order(40)
        queue.job_state = 5
        with pressing(room.house):
            wait_for(lambda: room.ledger(job.number).sent.count >= 5)
        before = len(queue.jobs)
        queue.job_state = 9
        with pressing(room.house):
            wait_for(lambda: room.job(job.number).state == "finished")
    assert len(queue.jobs) > before
    assert room.ledger(job.number).confirmed.count == 40, "kept by the queue meanwhile"
    printed = [says for _, _, data in queue.jobs for says in payloads(data)]
    assert room.items(printed) == list(range(40))


def payloads(data: bytes) -> list[str]:
    """What the symbols of a ZPL document say."""
    return [field.decode() for field in re.findall(rb"FD[LMQH]A,([^^]*)\^FS", data)]


def test_a_folder_gets_a_file_for_each_block(room: PressRoom, tmp_path: Path) -> None:
    room.add_at(str(tmp_path), "tspl", kind="folder")
    job = room.order(30)
    with pressing(room.house):
        wait_for(lambda: room.job(job.number).state == "finished")
    files = sorted(tmp_path.glob("*"))
    assert [path.name for path in files[:2]] == [
        "DY-26-0001-00000001.tspl",
        "DY-26-0001-00000002.tspl",
    ]
    assert sum(path.read_bytes().count(b"PRINT 1\r\n") for path in files) == 30


def test_two_presses_never_serve_one_printer(room: PressRoom) -> None:
    with with_printer(rate=200) as printer:
        room.add(printer)
        with pressing(room.house), pressing(room.house), pressing(room.house):
            job = room.order(100)
            wait_for(lambda: room.job(job.number).state == "finished")
    assert room.items(printer.printed) == list(range(100))


def test_two_operators_on_one_batch_get_no_serial_twice(room: PressRoom) -> None:
    with with_printer() as one, with_printer("tspl") as two, pressing(room.house):
        room.add(one, "P1")
        room.add(two, "P2")
        keys = iter(range(100))
        lock = threading.Lock()

        def order() -> PrintJob:
            with lock:
                key = next(keys)
            return room.order(25, f"k{key}", f"P{key % 2 + 1}")

        jobs = [job for job in at_once(order) if isinstance(job, PrintJob)]
        assert len(jobs) == 8
        wait_for(
            lambda: all(room.job(job.number).state == "finished" for job in jobs), 60
        )
    came = room.items(one.printed + two.printed)
    assert sorted(came) == list(range(200))


def test_a_killed_worker_leaves_doubts_and_no_code_twice(tmp_path: Path) -> None:
    """``kill -9`` in the middle of a job; the next worker sends nothing again."""
    demo = lotmark_demo.build(tmp_path / "demo")
    with with_printer(rate=60) as printer, lotmark_demo.serving(demo):
        demo.run("printer", "add", "P1", printer.address)
        lot = demo.document["open_lot"]
        told = demo.json("printer", "print", "P1", "--lot", lot, "--count", "60")
        house = demo.open()
        with house.plant.reading() as session:
            job = find_job(session, told["job"])
        room = PressRoom(house, job.lot_id)
        wait_for(lambda: room.job(job.number).state == "paused")  # its first label
        room.first_right(job.number)
        wait_for(lambda: len(printer.printed) > 20)
        os.kill(lotmark_demo.worker_pid(demo), signal.SIGKILL)
        wait_for(lambda: room.job(job.number).state == "paused", 60)
        ledger = room.ledger(job.number)
        assert ledger.needs_scan
        came = room.items(printer.printed)
        assert set(came) - set(_numbers(ledger.needs_scan)) == set(
            _numbers(ledger.confirmed)
        )
        room.deed(resume_job, job.number, came[-1])
        wait_for(lambda: not room.ledger(job.number).left, 60)
        wait_for(lambda: room.job(job.number).state in ("finished", "paused"))
        came = room.items(printer.printed)
        assert len(came) == len(set(came))
        house.close()


def _numbers(items: ItemSet) -> list[int]:
    return [n for lo, hi in items.intervals for n in range(lo, hi)]
