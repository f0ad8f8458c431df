"""Stories of printers and presses that fail, drawn at random.

After each of them the paper is compared with the ledger: every label that came out is
of the job; no code came out twice, unless the printer itself repeated it; and each
label of the job is explained. ``LOTMARK_LONG=1`` tells 300 of them.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fake_printer import FakePrinter, with_printer
from press_room import PressRoom, pressing, room_in, wait_for
from sqlalchemy.orm import Session

from lotmark.labels.devices import hand, raw, tcp
from lotmark.labels.jobs import leases
from lotmark.labels.jobs.printers import find_printer, remove_printer
from lotmark.labels.jobs.steering import (
    cancel_rest,
    pause_job,
    resume_job,
    settle_lost,
    settle_scan,
)
from lotmark.trace import clock
from lotmark.trace.audit import AuditRow
from lotmark.trace.errors import Conflict
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.people import system
from lotmark.web import press
from lotmark.web.installation import Installation

STORIES = 150 if os.environ.get("LOTMARK_LONG") else 10
"""On each of the two databases."""
FAULTS = (
    "none",
    "restart",
    "restart",
    "cut",
    "cut",
    "cut_after",
    "paper",
    "pause",
    "head",
    "silence",
    "stall",
    "nonsense",
    "repeat",
    "kill_before",
    "kill_after",
    "kill_between",
)


class Killed(SystemExit):
    """The press is gone, as by ``kill -9``: nothing is tidied up."""


@dataclass
class Death:
    """When the next press dies; none when it lives."""

    at: str = ""

    def strikes(self, moment: str) -> None:
        if self.at == moment:
            self.at = ""
            raise Killed


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Death:
    """A press that can die, and everything that takes long made short."""
    found = Death()
    send, leave, serve = tcp.TcpDevice.send, leases.leave_printer, press.serve

    def dying_send(
        self: tcp.TcpDevice,
        name: str,
        data: bytes,
        rows: int,
        alive: Callable[[], None],
    ) -> str:
        found.strikes("kill_before")
        if found.at == "kill_between":
            self._link.send(memoryview(data)[: len(data) // 2])
        found.strikes("kill_between")
        sent = send(self, name, data, rows, alive)
        found.strikes("kill_after")
        return sent

    def leave_unless_killed(session: Session, printer_id: int, token: str) -> None:
        if not isinstance(sys.exc_info()[1], Killed):
            leave(session, printer_id, token)

    def mortal_serve(
        house: Installation, printer_id: int, stop: threading.Event
    ) -> None:
        with suppress(Killed):
            serve(house, printer_id, stop)

    monkeypatch.setattr(press, "serve", mortal_serve)
    monkeypatch.setattr(tcp.TcpDevice, "send", dying_send)
    monkeypatch.setattr(leases, "leave_printer", leave_unless_killed)
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=1.5))
    monkeypatch.setattr(raw, "STALLED", 1.0)
    monkeypatch.setattr(raw, "QUIET", 0.03)
    monkeypatch.setattr(hand, "RETRY", 0.05)
    monkeypatch.setattr(hand, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(hand, "SILENT_FOR", 1.0)
    monkeypatch.setattr(hand, "RENEW_EVERY", 0.3)
    monkeypatch.setattr(hand, "PACE", timedelta(milliseconds=12))
    return found


@pytest.fixture
def room(house: Installation) -> Iterator[PressRoom]:
    found = room_in(house)
    with pressing(house):
        yield found


def harm(fault: str, printer: FakePrinter, death: Death, dice: random.Random) -> None:
    """Do the fault to the printer, and undo what somebody would put right."""
    lasts = dice.choice((0.05, 0.2, 1.5))
    if fault in ("restart", "cut"):
        getattr(printer, fault)()
        return
    if fault == "repeat":
        printer.repeat_next = True
    elif fault == "cut_after":
        printer.cut_after = dice.randrange(1, 20_000)
    elif fault.startswith("kill"):
        death.at = fault
    else:
        name, wrong = {
            "paper": ("paper_out", True),
            "pause": ("paused", True),
            "head": ("head_open", True),
            "silence": ("answers", False),
            "stall": ("stalled", True),
            "nonsense": ("nonsense", True),
            "none": ("repeat_next", False),
        }[fault]
        right = getattr(printer, name)
        setattr(printer, name, wrong)
        time.sleep(lasts)
        setattr(printer, name, right)


def operate(
    room: PressRoom, number: str, printer: FakePrinter, dice: random.Random
) -> None:
    """What the operator does about a paused job: goes on from the label in hand."""
    if dice.random() < 0.7:
        wait_for(lambda: not printer.waiting)
    mine = room.ledger(number).issued
    came = [one for one in room.items(list(printer.printed)) if one in mine]
    last = came[-1] if came and dice.random() < 0.9 else None
    room.deed(resume_job, number, last)


def settle(room: PressRoom, number: str, printer: FakePrinter) -> None:
    """Scan what lies about; the rest did not come out."""
    found = ItemSet.from_numbers(set(room.items(printer.printed)))
    flagged = room.ledger(number).needs_scan
    if flagged:
        room.deed(settle_scan, number, found & flagged)
    if room.ledger(number).needs_scan:
        room.deed(settle_lost, number)


def run_story(
    room: PressRoom,
    printer: FakePrinter,
    number: str,
    dice: random.Random,
    death: Death,
    faults: list[str],
) -> None:
    def operator() -> bool:
        job = room.job(number)
        if job.state == "paused":
            if not room.ledger(number).left:
                return True
            try:
                operate(room, number, printer, dice)
            except Conflict as error:
                assert error.code in ("job_not_paused", "job_ended"), error
        return job.state in ("finished", "cancelled")

    def trouble() -> None:
        for fault in faults:
            time.sleep(dice.uniform(0, 0.15))
            harm(fault, printer, death, dice)

    thread = threading.Thread(target=trouble)
    thread.start()
    if dice.random() < 0.2:
        time.sleep(0.1)
        job = room.job(number)
        if job.state in ("created", "sent", "printing"):
            room.deed(dice.choice((pause_job, cancel_rest)), number)
    try:
        wait_for(operator, 120)
    except AssertionError:
        job = room.job(number)
        told = job.state, job.error, vars(job.printer), room.ledger(number)
        raise AssertionError(faults, told, vars(printer)) from None
    thread.join()
    death.at = ""
    wait_for(lambda: not printer.waiting)
    wait_for(lambda: not room.ledger(number).sending)
    time.sleep(0.05)


@pytest.mark.timeout(3600)
def test_no_code_comes_out_twice_unflagged(room: PressRoom, death: Death) -> None:
    seen: Counter[str] = Counter()
    for seed in range(STORIES):
        dice = random.Random(seed)  # noqa: S311
        faults = dice.choices(FAULTS, k=dice.choice((1, 1, 2, 3)))
        seen.update(faults)
        with with_printer(dice.choice(("zpl", "tspl")), dice.choice((150, 600))) as one:
            one.counts = dice.random() < 0.7
            one.answers = dice.random() < 0.85
            one.memory = dice.choice((5, 100))
            code = f"P{seed}"
            room.add(one, code, dice.choice((2, 8, 50)))
            job = room.order(dice.randrange(1, 60), f"k{seed}", code)
            run_story(room, one, job.number, dice, death, faults)
            story = (
                f"story {seed}: {faults}, {one.language}, {one.counts=}, {one.answers=}"
            )
            check(room, job.number, one, story)
            with room.house.plant.writing() as session:
                found = find_printer(session, code)
                remove_printer(session, found, system(), clock.now())
    assert sum(seen.values()) >= STORIES


def check(room: PressRoom, number: str, printer: FakePrinter, story: str) -> None:
    came = Counter(room.items(printer.printed))
    physical = ItemSet.from_numbers(came)
    before = room.ledger(number)
    assert not physical - before.issued, story
    assert not physical & (before.left | before.cancelled), story
    twice = [one for one, times in came.items() if times > 1]
    assert len(twice) <= printer.repeated, f"{story}: {twice} came out twice"
    if twice and printer.language == "zpl" and printer.counts and printer.answers:
        assert doubted(room, number), f"{story}: the counter said so"
    wrong = before.confirmed - physical
    assert not wrong, f"{story}: {wrong} are said to be out"
    settle(room, number, printer)
    after = room.ledger(number)
    assert not after.needs_scan, story
    if printer.answers and "silence" not in story:
        assert physical == after.confirmed, story
    assert not physical - after.printed, story
    parts = after.left | after.printed | after.lost | after.cancelled
    assert parts == after.issued, story
    assert after.lost & physical == EMPTY, story


def doubted(room: PressRoom, number: str) -> bool:
    """Whether labels of the job ever came into doubt."""
    about = f"print_job:{room.job(number).id}"
    with room.house.plant.reading() as session:
        found = sa.select(AuditRow.id).filter_by(action="labels.doubt", subject=about)
        return session.scalar(found.limit(1)) is not None
