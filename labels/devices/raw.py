"""A label printer that takes ZPL or TSPL as it comes, over TCP or USB.

One connection from the first label to the last: a printer that restarts meanwhile has
forgotten what it held, and the broken connection is how we know.
"""

import select
import time
from collections.abc import Callable
from typing import Protocol

from . import answers
from .device import Fate, InDoubt, Status

COUNTER_WITHIN = 0.1
"""Seconds more for its counter, the first time."""
STALLED = 10.0
"""Seconds in which a printer takes not one byte: it has stopped for good."""
PIECE = 16_384
"""Bytes handed over at a time."""
QUIET = 0.15
"""Seconds between two answers that nothing is left: only then all is out. The first may
come before what was just sent is read."""


class Link(Protocol):
    """Both ways to a printer; a socket is one."""

    def fileno(self) -> int: ...

    def settimeout(self, seconds: float, /) -> None: ...

    def send(self, data: memoryview, /) -> int:
        """How many bytes it took. Raises TimeoutError when it took none in time."""

    def recv(self, most: int, /) -> bytes:
        """What came; nothing when the other side is gone."""

    def close(self) -> None: ...


class RawDevice:
    """A printer at the other end of a link."""

    def __init__(self, link: Link, language: str) -> None:
        self._link = link
        self._zpl = language.startswith("zpl")
        self._counts: bool | None = None
        """Whether it has a counter; None until it was asked."""
        self._base: int | None = None
        """Its counter before the first label of ours."""
        self._rows = 0
        """Rows of labels sent since then."""
        self._sent_at = self._idle_since = 0.0
        self._fate: Fate = "inside"

    def ask(self, patience: float) -> Status | None:
        self._drop_old()
        if not patience:
            return None
        question = answers.ASK_TSPL
        if self._zpl:
            asks = b"" if self._counts is False else answers.ASK_COUNTER
            question = answers.ASK_ZPL + asks
        self._hand_over(question, lambda: None)
        answer = self._listen(patience)
        if not answer:
            return None
        status = (answers.read_zpl if self._zpl else answers.read_tspl)(answer)
        if status is None:
            raise InDoubt("nonsense")
        self._note(status)
        return status

    def send(self, name: str, data: bytes, rows: int, alive: Callable[[], None]) -> str:
        self._fate, self._idle_since = "inside", 0.0
        self._rows += rows
        self._hand_over(data, alive)
        self._sent_at = time.monotonic()
        return ""

    def fate(self, remote: str) -> Fate:
        return self._fate

    def close(self) -> None:
        self._link.close()

    def _note(self, status: Status) -> None:
        """What the answer means for what was sent."""
        if not self._rows and not status.busy:
            self._base = status.counter
        now = time.monotonic()
        if status.busy or status.words or now - self._sent_at < QUIET:
            self._idle_since, self._fate = 0.0, "inside"
        elif not self._idle_since:
            self._idle_since = now
        elif now - self._idle_since >= QUIET:
            self._fate = "out" if self._adds_up(status) else "doubt"
            self._base, self._rows = status.counter, 0

    def _adds_up(self, status: Status) -> bool:
        """A counter says whether labels were lost, or came out twice."""
        if status.counter is None or self._base is None:
            return True
        return status.counter - self._base == self._rows

    def _drop_old(self) -> None:
        """Forget what came unasked; notice that the other side is gone."""
        while select.select([self._link], [], [], 0)[0]:
            self._receive()

    def _receive(self) -> bytes:
        try:
            piece = self._link.recv(4096)
        except OSError as error:
            raise InDoubt(str(error)) from error
        if not piece:
            raise InDoubt("closed")
        return piece

    def _listen(self, patience: float) -> bytes:
        """An answer as far as it came in time."""
        answer, end = b"", time.monotonic() + patience
        first = self._counts is None
        while not self._complete(answer):
            if first and answer.count(b"\x03") == 3:
                first, end = False, time.monotonic() + COUNTER_WITHIN
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._link], [], [], left)[0]:
                break
            answer += self._receive()
        if self._zpl and answer.count(b"\x03") == 3 and self._counts is None:
            self._counts = answer.count(b'"') == 2
        return answer

    def _complete(self, answer: bytes) -> bool:
        if not self._zpl:
            return bool(answer)
        counted = self._counts is False or answer.count(b'"') == 2
        return answer.count(b"\x03") == 3 and answer.endswith((b"\n", b'"')) and counted

    def _hand_over(self, data: bytes, alive: Callable[[], None]) -> None:
        view, moved = memoryview(data), time.monotonic()
        self._link.settimeout(1.0)
        while view:
            try:
                view = view[self._link.send(view[:PIECE]) :]
                moved = time.monotonic()
            except TimeoutError:
                if time.monotonic() - moved > STALLED:
                    raise InDoubt("stalled") from None
            except OSError as error:
                raise InDoubt(str(error)) from error
            alive()
