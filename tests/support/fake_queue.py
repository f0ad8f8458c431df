"""A print queue on a free loopback port, as CUPS answers IPP.

Its answers are put together byte by byte, apart from the codec that reads them.
"""

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lotmark.labels.devices.ipp_codec import OPERATION, decode


def _one(tag: int, name: str, raw: bytes) -> bytes:
    key = name.encode()
    return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(raw)) + raw


class FakeQueue:
    """What the queue is like, and what it was given."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str, bytes]] = []
        """Name, type and document of each job; its number is its place, from 1."""
        self.job_state = 9
        """Of every job: 3 pending, 8 aborted, 9 completed."""
        self.state, self.reasons = 3, ["none"]
        self.accepting = True
        self.refuses = 0
        """Status with which jobs are refused."""
        self.forgets = False

    def answer(self, body: bytes) -> bytes:
        asked = decode(body)
        told = asked.group(OPERATION)
        assert told["attributes-charset"] == ["utf-8"]
        head = _one(0x47, "attributes-charset", b"utf-8")
        head += _one(0x48, "attributes-natural-language", b"en")
        code, group = 0, b""
        if asked.code == 0x0002:
            code = self.refuses
            if not code:
                name, kind = (str(told[n][0]) for n in ("job-name", "document-format"))
                self.jobs.append((name, kind, asked.document))
                number = struct.pack(">i", len(self.jobs))
                group = b"\x02" + _one(0x21, "job-id", number)
        elif asked.code == 0x0009:
            assert 0 < int(told["job-id"][0]) <= len(self.jobs)
            code = 0x0406 if self.forgets else 0
            state = struct.pack(">i", self.job_state)
            group = b"\x02" + _one(0x23, "job-state", state)
        else:
            assert asked.code == 0x000B
            names = ["printer-state-reasons"] + [""] * (len(self.reasons) - 1)
            group = b"\x04" + _one(0x23, "printer-state", struct.pack(">i", self.state))
            group += b"".join(
                _one(0x44, name, reason.encode())
                for name, reason in zip(names, self.reasons, strict=True)
            )
            accepting = bytes([self.accepting])
            group += _one(0x22, "printer-is-accepting-jobs", accepting)
        numbers = struct.pack(">BBHi", 1, 1, code, asked.number)
        return numbers + b"\x01" + head + group + b"\x03"


@contextmanager
def with_queue() -> Iterator[tuple[FakeQueue, str]]:
    """A queue and its address, until the end of the block."""
    queue = FakeQueue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/ipp"
            length = int(self.headers["Content-Length"])
            answer = queue.answer(self.rfile.read(length))
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield queue, f"ipp://127.0.0.1:{server.server_address[1]}/printers/labels"
    finally:
        server.shutdown()
        server.server_close()
