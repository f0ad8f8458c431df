"""A label printer on a free loopback port, as bad as printers are.

It reads ZPL or TSPL, answers how it is, prints what it has at its own speed, and can be
made to stall, fall silent, cut the connection, run out of paper, repeat a label, or
restart with its memory lost. ``printed`` is the paper: what the symbol of each label
says, in the order they came out.
"""

import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
import zxingcpp

from lotmark.labels.engine import printed as papers

_FIELD = re.compile(rb"\^FD[LMQH]A,([^^]*)\^FS")
_ESCAPED = re.compile(rb"_([0-9A-F]{2})")
_QRCODE = re.compile(rb'QRCODE [^"]*"([^"]*)"')
_BITMAP = re.compile(rb"BITMAP \d+,\d+,(\d+),(\d+),0,")


class FakePrinter:
    """A printer; start it with ``with_printer``."""

    def __init__(self, language: str = "zpl", rate: float = 2000.0) -> None:
        self.language, self.rate = language, rate
        self.printed: list[str] = []
        self.received = bytearray()
        """Every byte that came, in the order it came."""
        self.first_byte_at: float | None = None
        """``time.monotonic`` when the first byte of a label came."""
        self.counter = 0
        """Rows of labels it printed in its life."""
        self.counts = self.answers = True
        self.nonsense = self.stalled = False
        self.paper_out = self.paused = self.head_open = False
        self.cut_after: int | None = None
        """Bytes of labels after which it cuts the connection."""
        self.repeat_next = False
        self.repeated = 0
        """Rows of labels it printed twice."""
        self.memory = 100
        """Rows of labels it holds; with more it stops reading."""
        self._queue: deque[list[str]] = deque()
        self._lock = threading.Lock()
        self._form = b""
        self._links: set[socket.socket] = set()
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        for work in (self._accept, self._print):
            threading.Thread(target=work, daemon=True).start()

    @property
    def address(self) -> str:
        """As a printer's address is written."""
        return f"127.0.0.1:{self.port}"

    @property
    def waiting(self) -> int:
        """Rows of labels it has and has not printed."""
        return len(self._queue)

    def restart(self) -> None:
        """Off and on: every connection breaks, what it held is forgotten."""
        with self._lock:
            self._queue.clear()
        self.cut()

    def cut(self) -> None:
        """Break every connection; what it holds it goes on printing."""
        for link in list(self._links):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._stop.set()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            self._links.add(link)
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        held = b""
        try:
            while not self._stop.is_set():
                while (self.stalled or len(self._queue) >= self.memory) and (
                    not self._stop.wait(0.01)
                ):
                    pass
                piece = link.recv(4096)
                if not piece:
                    return
                self.received += piece
                held = self._read(link, held + piece)
        except OSError:
            return
        finally:
            self._links.discard(link)
            link.close()

    def _read(self, link: socket.socket, held: bytes) -> bytes:
        """Do what came whole; the rest."""
        while True:
            found = self._question(held) or self._whole_label(held)
            if not found:
                return held
            kind, end = found
            if kind == "ask":
                self._answer(link)
            elif kind == "count":
                if self.counts and self.answers:
                    link.sendall(f'"{self.counter}"\r\n'.encode())
            else:
                self._take(held[:end])
                if self.cut_after is not None:
                    self.cut_after -= end
                    if self.cut_after <= 0:
                        self.cut_after = None
                        link.shutdown(socket.SHUT_RDWR)
            held = held[end:]

    def _question(self, held: bytes) -> tuple[str, int] | None:
        for kind, text in (("ask", b"~HS"), ("ask", b"\x1b!?")):
            if held.startswith(text):
                return kind, len(text)
        end = held.find(b"\r\n")
        if held.startswith(b"! U1 getvar") and end >= 0:
            return "count", end + 2
        return None

    def _answer(self, link: socket.socket) -> None:
        if not self.answers:
            return
        if self.nonsense:
            link.sendall(b"\x02HELLO\x03\r\n" * 3 if self.language == "zpl" else b"")
            return
        with self._lock:
            waiting = len(self._queue)
        if self.language == "tspl":
            bits = self.head_open | self.paper_out << 2 | self.paused << 4
            link.sendall(bytes([bits | (0x20 if waiting else 0)]))
            return
        link.sendall(
            b"\x02030,%d,%d,0320,%03d,0,0,0,000,0,0,0\x03\r\n"
            b"\x02000,0,%d,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
            % (self.paper_out, self.paused, waiting, self.head_open)
        )

    def _whole_label(self, held: bytes) -> tuple[str, int] | None:
        """A label's end, beyond any picture in it whose bytes look like one."""
        if self.language == "zpl":
            end = held.find(b"^XZ\n")
            return ("label", end + 4) if end >= 0 else None
        at = 0
        while True:
            end = held.find(b"\r\n", at)
            picture = _BITMAP.match(held, at)
            if picture:
                at = picture.end() + int(picture[1]) * int(picture[2]) + 2
                if at > len(held):
                    return None
            elif end < 0:
                return None
            elif held[at:end].startswith(b"PRINT"):
                return "label", end + 2
            else:
                at = end + 2

    def _take(self, label: bytes) -> None:
        if self.first_byte_at is None:
            self.first_byte_at = time.monotonic()
        says = self._zpl(label) if self.language == "zpl" else self._tspl(label)
        if says:
            with self._lock:
                self._queue.append(says)

    def _zpl(self, label: bytes) -> list[str]:
        if b"^DF" in label:
            self._form = label
            return []
        codes = [
            _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), field).decode()
            for field in _FIELD.findall(label)
        ]
        return codes or _pictured(papers.zpl_labels(self._form + label))

    def _tspl(self, label: bytes) -> list[str]:
        if b"SIZE " in label:
            self._form = label[: label.index(b"CLS\r\n")]
        codes = [code.decode() for code in _QRCODE.findall(label)]
        whole = label if label.startswith(b"SIZE") else self._form + b"CLS\r\n" + label
        return codes or _pictured(papers.tspl_labels(whole, 203))

    def _print(self) -> None:
        while not self._stop.wait(1 / self.rate):
            if self.paper_out or self.paused or self.head_open:
                continue
            with self._lock:
                if not self._queue:
                    continue
                says = self._queue.popleft()
                times = 2 if self.repeat_next else 1
                self.repeated += times - 1
                self.repeat_next = False
                self.printed += says * times
                self.counter += times


def _pictured(labels: list[papers.Printed]) -> list[str]:
    """What the symbols drawn as pictures say."""
    (label,) = labels
    grey = np.where(label.dots, 0, 255).astype(np.uint8)
    return [
        code.text
        for code in zxingcpp.read_barcodes(np.pad(grey, 20, constant_values=255))
    ]


@contextmanager
def with_printer(language: str = "zpl", rate: float = 2000.0) -> Iterator[FakePrinter]:
    """A fake printer until the end of the block."""
    printer = FakePrinter(language, rate)
    try:
        yield printer
    finally:
        printer.close()
