"""The press: sends labels to printers, each printer by a thread of its own.

A slow printer keeps nobody waiting; a silent one keeps nothing but itself. What is sent
when, and what becomes of labels after a fault, stands in ``labels.jobs.press``.
"""

import secrets
import threading
from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError

from ..labels.devices.addresses import Address, open_device
from ..labels.devices.device import Device, Status
from ..labels.devices.hand import RETRY, Hand
from ..labels.jobs import leases, press
from ..labels.jobs.drawing import printer_bytes
from ..labels.jobs.errands import errand_bytes
from ..labels.jobs.leases import LeaseLost
from ..labels.jobs.press import Sheaf
from ..labels.jobs.tables import Printer
from ..trace import clock
from ..trace.errors import N_, Conflict, LotmarkError
from ..trace.parties.tables import Lot
from .installation import Installation

log = structlog.get_logger()

LOOK_EVERY = 0.05
"""Seconds between looks for printers with something to do."""


def press_until(house: Installation, stop: threading.Event) -> None:
    """Serve all printers until ``stop`` is set, and no label is on its way."""
    threads: dict[int, threading.Thread] = {}
    while not stop.is_set():
        for printer_id in _due(house):
            thread = threads.get(printer_id)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(
                    target=serve, args=(house, printer_id, stop), daemon=True
                )
                threads[printer_id] = thread
                thread.start()
        stop.wait(LOOK_EVERY)
    for thread in threads.values():
        thread.join()


def _due(house: Installation) -> list[int]:
    try:
        with house.plant.reading() as session:
            return leases.due_printers(session, clock.now())
    except OperationalError:
        log.warning("press.kept_waiting", exc_info=True)
        return []


def serve(house: Installation, printer_id: int, stop: threading.Event) -> None:
    """Serve one printer until nothing is left to do, unless another press does."""
    token = secrets.token_hex(8)
    with house.plant.writing() as session:
        printer = leases.take_printer(session, printer_id, token, clock.now())
        held = leases.held_blocks(session, printer) if printer else {}
    if printer is None:
        return
    hand = Hand(PlantBooks(house, printer, token), stop)
    hand.inside.update(held)
    try:
        hand.work()
    except LeaseLost:
        log.warning("press.lost", printer=printer.code)
    except Exception:
        log.exception("press.failed", printer=printer.code)
        stop.wait(RETRY)
    finally:
        hand.close()
        with house.plant.writing() as session:
            leases.leave_printer(session, printer.id, token)


class PlantBooks:
    """What the plant's database keeps of a printer that this press serves."""

    def __init__(self, house: Installation, printer: Printer, token: str) -> None:
        self.house, self.printer, self.token = house, printer, token

    @property
    def name(self) -> str:
        return self.printer.code

    @property
    def in_flight(self) -> int:
        return self.printer.in_flight

    @property
    def answers(self) -> bool:
        return self.printer.answered_at is not None

    @property
    def asked(self) -> bool:
        return self.printer.asked_at is not None

    def open(self) -> Device:
        printer = self.printer
        return open_device(Address(printer.kind, printer.address), printer.format)

    def next(self, most: int) -> Sheaf | None:
        with self.house.plant.reading() as session:
            return press.next_sheaf(session, self.printer, most)

    def draw(self, sheaf: Sheaf) -> bytes:
        with self.house.plant.reading() as session:
            return printer_bytes(
                session,
                self.house.keys,
                session.get_one(Lot, sheaf.lot_id),
                sheaf.items,
                self.house.settings.base_url,
                self.printer,
                sheaf.stock,
                sheaf.copy,
                sheaf.skip,
            )

    def fail(self, sheaf: Sheaf, error: LotmarkError) -> None:
        with self.house.plant.writing() as session:
            press.fail_printing(session, sheaf.job_id, error, clock.now())

    def begin(self, sheaf: Sheaf) -> int:
        """Raises LeaseLost."""
        with self.house.plant.writing() as session:
            leases.keep_printer(session, self.printer.id, self.token, clock.now())
            return press.begin_sending(session, sheaf, self.token, clock.now())

    def sent(self, block: int, remote: str, due_out: datetime | None) -> None:
        with self.house.plant.writing() as session:
            now = clock.now()
            press.note_sent(session, block, self.token, remote, due_out, now)

    def settle(self, out: list[int], odd: list[int]) -> None:
        with self.house.plant.writing() as session:
            press.note_out(session, out, clock.now())
            press.doubt_blocks(session, odd, _miscounted(self.printer), clock.now())

    def doubt(self, blocks: list[int]) -> None:
        with self.house.plant.writing() as session:
            press.doubt_blocks(session, blocks, _broken(self.printer), clock.now())

    def note(self, state: str, status: Status | None, words: str) -> None:
        now = clock.now()
        self.printer.asked_at = now
        if status is not None:
            self.printer.answered_at = now
        with self.house.plant.writing() as session:
            leases.note_status(session, self.printer.id, state, status, words, now)

    def keep(self) -> None:
        """Raises LeaseLost."""
        with self.house.plant.writing() as session:
            leases.keep_printer(session, self.printer.id, self.token, clock.now())

    def errand(self) -> bytes:
        if not self.printer.errand:
            return b""
        with self.house.plant.writing() as session:
            errand = leases.take_errand(session, self.printer.id)
        self.printer.errand = ""
        base_url = self.house.settings.base_url
        return errand_bytes(self.printer, errand, base_url) if errand else b""

    def end(self) -> None:
        with self.house.plant.writing() as session:
            press.end_jobs(session, self.printer.id, clock.now())


def _broken(printer: Printer) -> Conflict:
    return Conflict(
        "printer_broke_off",
        N_(
            "The connection to %(printer)s broke while it was printing. Scan the last "
            "label that came out, then resume."
        ),
        printer=printer.code,
    )


def _miscounted(printer: Printer) -> Conflict:
    return Conflict(
        "printer_miscounted",
        N_(
            "%(printer)s counted another number of labels than it was sent: some came "
            "out twice, or not at all. Scan each of them, then resume."
        ),
        printer=printer.code,
    )
