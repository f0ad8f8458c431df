"""The press: sends labels to printers, each printer by a thread of its own.

A slow printer keeps nobody waiting; a silent one keeps nothing but itself. What is sent
when, and what becomes of labels after a fault, stands in ``labels.jobs.press``.
"""

import secrets
import threading
import time
from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError

from ..labels.devices.addresses import Address, open_device
from ..labels.devices.device import WORDS, Device, InDoubt, NotReached, Status
from ..labels.jobs import leases, press
from ..labels.jobs.drawing import printer_bytes
from ..labels.jobs.leases import LeaseLost
from ..labels.jobs.press import Sheaf
from ..labels.jobs.tables import Printer
from ..trace import clock
from ..trace.errors import N_, Conflict, LotmarkError
from ..trace.parties.tables import Lot
from .installation import Installation

log = structlog.get_logger()

LOOK_EVERY = 0.1
"""Seconds between looks for printers with something to do."""
STEP = 0.05
"""Seconds between two steps at a printer that is printing."""
RETRY = 2.0
"""Seconds until a printer that does not answer is tried again."""
ANSWER_WITHIN = 1.0
"""Seconds a printer has for an answer; most take a few milliseconds."""
SILENT_ASK, SILENT_WITHIN = 5.0, 0.05
"""How often a printer that never answered is asked, and for how long, in seconds."""
RENEW_EVERY = 5.0
"""Seconds between signs of life."""
SILENT_FOR = 120.0
"""Seconds for which a printer that used to answer may say nothing, e.g. while somebody
changes its roll, before what it has is in doubt."""
NOTE_EVERY = 2.0
"""Seconds between notes of an unchanged status."""
GROWTH = 4
"""The first block is one label; each next one so many times larger."""


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
    if printer is None:
        return
    hand = Hand(house, printer, token, stop)
    try:
        hand.work()
    except LeaseLost:
        log.warning("press.lost", printer=printer.code)
    except Exception:
        log.exception("press.failed", printer=printer.code)
        stop.wait(RETRY)
    finally:
        hand.let_go()


class Hand:
    """One printer in hand: its connection, and what it has of ours."""

    def __init__(
        self,
        house: Installation,
        printer: Printer,
        token: str,
        stop: threading.Event,
    ) -> None:
        self.house, self.printer, self.token, self.stop = house, printer, token, stop
        self.device: Device | None = None
        self.inside: dict[int, tuple[int, str]] = {}
        """Blocks it has and that are not known to be out: labels, and their name."""
        self.due_out: datetime = datetime.min.replace(tzinfo=clock.now().tzinfo)
        """When a silent printer has all out, by its pace."""
        self.grown = 1
        """Labels of the next block."""
        self.heard = self.renewed = time.monotonic()
        self.noted = self.asked = -SILENT_ASK
        self.said: tuple[str, str] = ("", "")

    def work(self) -> None:
        """Go on until there is nothing more to do here."""
        while not self.stop.is_set() and self._step():
            self._renew()

    def let_go(self) -> None:
        """Close the connection and leave the printer to whoever comes next."""
        if self.device is not None:
            self.device.close()
        with self.house.plant.writing() as session:
            leases.leave_printer(session, self.printer.id, self.token)

    def _step(self) -> bool:
        """Ask, note what is out, send a little; False when nothing is left to do."""
        try:
            device = self.device = self.device or self._open()
            status = device.ask(self._patience())
            ready = self._judge(status)
            self._note_fates(device, status)
            sent = ready and self._send_next(device)
        except NotReached as error:
            log.warning("press.unreached", printer=self.printer.code, error=str(error))
            self._note("no_answer", None, "")
            self.stop.wait(RETRY)
            return False
        except InDoubt as error:
            self._break_off(str(error))
            self.stop.wait(RETRY)
            return False
        if not sent:
            self.stop.wait(STEP)
        return sent or bool(self.inside) or self._end()

    def _open(self) -> Device:
        printer = self.printer
        return open_device(Address(printer.kind, printer.address), printer.format)

    def _patience(self) -> float:
        """Seconds for an answer: a printer that never gave one is asked now and then,
        or every label would wait for it.
        """
        if self.printer.answered_at or self.printer.asked_at is None:
            return ANSWER_WITHIN
        if time.monotonic() - self.asked < SILENT_ASK:
            return 0.0
        self.asked = time.monotonic()
        return SILENT_WITHIN

    def _judge(self, status: Status | None) -> bool:
        """Keep what it says of itself; whether it may be sent labels."""
        if status is not None:
            self.heard = time.monotonic()
            state = "attention" if status.words else "ok"
            self._note(state, status, " ".join(status.words))
            return not status.words
        if self.printer.answered_at is None:
            self._note("unknown", None, "")
            return True
        self._note("no_answer", None, "")
        if time.monotonic() - self.heard > SILENT_FOR:
            raise InDoubt("silent")
        return False

    def _note(self, state: str, status: Status | None, words: str) -> None:
        """Write the status down when it changed, or was not written for a while."""
        now, printer = clock.now(), self.printer
        printer.asked_at = now
        if status is not None:
            printer.answered_at = now
        late = time.monotonic() - self.noted > NOTE_EVERY
        if late or self.said != (state, words):
            with self.house.plant.writing() as session:
                leases.note_status(session, printer.id, state, status, words, now)
            self.said, self.noted = (state, words), time.monotonic()

    def _note_fates(self, device: Device, status: Status | None) -> None:
        """Forget what is out, or came into doubt."""
        now = clock.now()
        if status is None:
            if self.printer.answered_at is None and now >= self.due_out:
                self.inside.clear()
            return
        fates = {block: device.fate(name) for block, (_, name) in self.inside.items()}
        out = [block for block, fate in fates.items() if fate == "out"]
        odd = [block for block, fate in fates.items() if fate == "doubt"]
        if out or odd:
            with self.house.plant.writing() as session:
                press.note_out(session, out, now)
                press.doubt_blocks(session, odd, _miscounted(self.printer), now)
        for block in (*out, *odd):
            del self.inside[block]

    def _send_next(self, device: Device) -> bool:
        """Send the next block if there is room for it; whether there was one."""
        held = sum(count for count, _ in self.inside.values())
        most = min(self.grown, self.printer.in_flight - held)
        with self.house.plant.reading() as session:
            sheaf = press.next_sheaf(session, self.printer, most)
        if sheaf is None or (held and held + sheaf.count > self.printer.in_flight):
            return False
        try:
            data = self._draw(sheaf)
        except LotmarkError as error:
            with self.house.plant.writing() as session:
                press.fail_printing(session, sheaf.job_id, error, clock.now())
        else:
            self._send(device, sheaf, data)
        return True

    def _draw(self, sheaf: Sheaf) -> bytes:
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

    def _send(self, device: Device, sheaf: Sheaf, data: bytes) -> None:
        """At most once: what is on its way is written down before a byte leaves."""
        with self.house.plant.writing() as session:
            leases.keep_printer(session, self.printer.id, self.token, clock.now())
            block = press.begin_sending(session, sheaf, self.token, clock.now())
        if not block:
            return
        self.inside[block] = sheaf.count, ""
        remote = device.send(sheaf.name, data, sheaf.rows, self._renew)
        self.inside[block] = sheaf.count, remote
        now = clock.now()
        if self.printer.answered_at is None:
            self.due_out = max(self.due_out, now) + sheaf.count * press.PACE
        due_out = None if self.printer.answered_at else self.due_out
        with self.house.plant.writing() as session:
            press.note_sent(session, block, self.token, remote, due_out, now)
        self.grown = min(self.grown * GROWTH, max(self.printer.in_flight // 2, 1))

    def _break_off(self, reason: str) -> None:
        """The connection is of no more use, and what the printer has is in doubt."""
        log.warning("press.broken", printer=self.printer.code, reason=reason)
        if self.device is not None:
            self.device.close()
            self.device = None
        with self.house.plant.writing() as session:
            broken = _broken(self.printer)
            press.doubt_blocks(session, list(self.inside), broken, clock.now())
        self.inside.clear()
        words = reason if reason in WORDS else ""
        self._note("attention" if words else "no_answer", None, words)

    def _end(self) -> bool:
        """Nothing is on its way: end what is done. False, for ``_step``."""
        with self.house.plant.writing() as session:
            press.end_jobs(session, self.printer.id, clock.now())
        return False

    def _renew(self) -> None:
        """Keep the printer while something takes long. Raises LeaseLost."""
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self.renewed = time.monotonic()
            with self.house.plant.writing() as session:
                leases.keep_printer(session, self.printer.id, self.token, clock.now())


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
