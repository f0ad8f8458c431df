"""A printer in hand: sending labels at most once, however the printer behaves.

What is on its way is written down before a byte leaves, and never sent again when its
fate is uncertain. Where it is written down is the business of its ``Books``: the
plant's database for the press (``web.press``), a file of its own on a line PC.
"""

import secrets
import threading
import time
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from ...trace import clock
from ...trace.errors import LotmarkError
from .device import WORDS, Device, InDoubt, NotReached, Status

log = structlog.get_logger()

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
PACE = timedelta(milliseconds=250)
"""A label on a printer that never says when one is out: 240 a minute are usual."""


class Sheaf(Protocol):
    """Labels that go to the printer in one piece."""

    @property
    def name(self) -> str:
        """No other one has it."""

    @property
    def count(self) -> int:
        """Labels."""

    @property
    def rows(self) -> int:
        """Rows of labels side by side: a printer counts those."""


S = TypeVar("S", bound=Sheaf)


class Books(Protocol[S]):
    """What is written down of a printer and its labels; each call is kept for good."""

    @property
    def name(self) -> str:
        """Of the printer, for the log."""

    @property
    def in_flight(self) -> int:
        """Most labels that may be in the printer at a time."""

    @property
    def answers(self) -> bool:
        """Whether it ever answered."""

    @property
    def asked(self) -> bool:
        """Whether it was ever asked."""

    def open(self) -> Device:
        """Reach the printer. Raises NotReached."""

    def next(self, most: int) -> S | None:
        """The next labels, never sent before; None when there are none."""

    def draw(self, sheaf: S) -> bytes:
        """What is sent for them. Raises LotmarkError when they cannot be drawn."""

    def fail(self, sheaf: S, error: LotmarkError) -> None:
        """They cannot be drawn, nor can others of their job."""

    def begin(self, sheaf: S) -> int:
        """Mark them as on their way; their number, or 0 when they are not to be sent
        any more."""

    def sent(self, block: int, remote: str, due_out: datetime | None) -> None:
        """The printer has them all; ``due_out`` where it never says when it is done."""

    def settle(self, out: list[int], odd: list[int]) -> None:
        """What is out, and what the printer counted otherwise than it should have."""

    def doubt(self, blocks: list[int]) -> None:
        """The connection broke: nobody knows whether these came out."""

    def note(self, state: str, status: Status | None, words: str) -> None:
        """How the printer is: ``ok``, ``attention``, ``no_answer`` or ``unknown``."""

    def keep(self) -> None:
        """A sign of life; raises what ends the work when another serves the printer."""

    def errand(self) -> bytes:
        """A label without a code that somebody asked for, once; or nothing."""

    def end(self) -> None:
        """Nothing is on its way: end what is done."""


class Hand(Generic[S]):
    """One printer in hand: its connection, and what it has of ours."""

    def __init__(self, books: Books[S], stop: threading.Event) -> None:
        self.books, self.stop = books, stop
        self.device: Device | None = None
        self.inside: dict[int, tuple[int, str]] = {}
        """Blocks it has and that are not known to be out: labels, and their name."""
        self.due_out = 0.0
        """When a silent printer has all out, by its pace and ``time.monotonic``: the
        clock of a line PC may be set meanwhile."""
        self.grown = 1
        """Labels of the next block."""
        self.heard = self.renewed = time.monotonic()
        self.noted = self.asked = -SILENT_ASK
        self.said: tuple[str, str] = ("", "")

    def work(self) -> None:
        """Go on until there is nothing more to do here."""
        while not self.stop.is_set() and self._step():
            self._renew()

    def close(self) -> None:
        """Let go of the connection."""
        if self.device is not None:
            self.device.close()

    def _step(self) -> bool:
        """Ask, note what is out, send a little; False when nothing is left to do."""
        try:
            device = self.device = self.device or self.books.open()
            status = device.ask(self._patience())
            ready = self._judge(status)
            self._note_fates(device, status)
            sent = ready and (self._run_errand(device) or self._send_next(device))
        except NotReached as error:
            log.warning("press.unreached", printer=self.books.name, error=str(error))
            self._note("no_answer", None, "")
            self.stop.wait(RETRY)
            return False
        except InDoubt as error:
            self._break_off(str(error))
            self.stop.wait(RETRY)
            return False
        if not sent:
            self.stop.wait(STEP)
        if sent or self.inside:
            return True
        self.books.end()
        return False

    def _patience(self) -> float:
        """Seconds for an answer: a printer that never gave one is asked now and then,
        or every label would wait for it.
        """
        if self.books.answers or not self.books.asked:
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
        if not self.books.answers:
            self._note("unknown", None, "")
            return True
        self._note("no_answer", None, "")
        if time.monotonic() - self.heard > SILENT_FOR:
            raise InDoubt("silent")
        return False

    def _note(self, state: str, status: Status | None, words: str) -> None:
        """Write the status down when it changed, or was not written for a while."""
        late = time.monotonic() - self.noted > NOTE_EVERY
        if late or self.said != (state, words):
            self.books.note(state, status, words)
            self.said, self.noted = (state, words), time.monotonic()

    def _note_fates(self, device: Device, status: Status | None) -> None:
        """Forget what is out, or came into doubt."""
        if status is None:
            if not self.books.answers and time.monotonic() >= self.due_out:
                self.inside.clear()
            return
        fates = {block: device.fate(name) for block, (_, name) in self.inside.items()}
        out = [block for block, fate in fates.items() if fate == "out"]
        odd = [block for block, fate in fates.items() if fate == "doubt"]
        if out or odd:
            self.books.settle(out, odd)
        for block in (*out, *odd):
            del self.inside[block]

    def _run_errand(self, device: Device) -> bool:
        """Print a label without a code, between two blocks; whether there was one."""
        if self.inside:
            return False
        data = self.books.errand()
        if data:
            device.send(f"test-{secrets.token_hex(4)}", data, 1, self._renew)
        return bool(data)

    def _send_next(self, device: Device) -> bool:
        """Send the next block if there is room for it; whether there was one."""
        held = sum(count for count, _ in self.inside.values())
        most = min(self.grown, self.books.in_flight - held)
        sheaf = self.books.next(most)
        if sheaf is None or (held and held + sheaf.count > self.books.in_flight):
            return False
        try:
            data = self.books.draw(sheaf)
        except LotmarkError as error:
            self.books.fail(sheaf, error)
        else:
            self._send(device, sheaf, data)
        return True

    def _send(self, device: Device, sheaf: S, data: bytes) -> None:
        """At most once: what is on its way is written down before a byte leaves."""
        block = self.books.begin(sheaf)
        if not block:
            return
        self.inside[block] = sheaf.count, ""
        remote = device.send(sheaf.name, data, sheaf.rows, self._renew)
        self.inside[block] = sheaf.count, remote
        due_out = None
        if not self.books.answers:
            now = time.monotonic()
            self.due_out = max(self.due_out, now) + sheaf.count * PACE.total_seconds()
            due_out = clock.now() + timedelta(seconds=self.due_out - now)
        self.books.sent(block, remote, due_out)
        self.grown = min(self.grown * GROWTH, max(self.books.in_flight // 2, 1))

    def _break_off(self, reason: str) -> None:
        """The connection is of no more use, and what the printer has is in doubt."""
        log.warning("press.broken", printer=self.books.name, reason=reason)
        if self.device is not None:
            self.device.close()
            self.device = None
        self.books.doubt(list(self.inside))
        self.inside.clear()
        words = reason if reason in WORDS else ""
        self._note("attention" if words else "no_answer", None, words)

    def _renew(self) -> None:
        """Keep the printer while something takes long."""
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self.renewed = time.monotonic()
            self.books.keep()
