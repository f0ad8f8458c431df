"""A print queue reached by IPP: CUPS, and most office printers (RFC 8011).

The queue keeps what it was given, also while we are gone: a job is known by its number
there, and says itself when it is completed.
"""

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from .device import Fate, InDoubt, NotReached, Status
from .ipp_codec import (
    CHARSET,
    JOB,
    KEYWORD,
    LANGUAGE,
    MIME,
    NAME,
    PRINTER,
    URI,
    Message,
    Unreadable,
    Value,
    decode,
    encode_request,
)
from .ipp_codec import INTEGER as INT

PRINT_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0009, 0x000B
"""RFC 8011 5.4.15: operations."""
NOT_FOUND = 0x0406
OFTEN = 0.3
"""Seconds between two questions about the same thing."""
TIMEOUT = 10.0
STOPPED = 5
"""``printer-state``: 3 idle, 4 processing, 5 stopped."""
JOB_FATES: dict[int, Fate] = {7: "doubt", 8: "doubt", 9: "out"}
"""``job-state``: cancelled, aborted, completed; the others are still inside."""
REASONS = {
    "media-empty": "paper_out",
    "media-needed": "paper_out",
    "media-jam": "jam",
    "marker-supply-empty": "ribbon_out",
    "toner-empty": "ribbon_out",
    "cover-open": "head_open",
    "door-open": "head_open",
    "interlock-open": "head_open",
    "paused": "paused",
    "moving-to-paused": "paused",
}
"""``printer-state-reasons`` that stop it; warnings and reports do not."""
DOCUMENT = {"pdf": "application/pdf"}
RAW = "application/vnd.cups-raw"
"""A label printer's own language goes through CUPS as it is."""


class IppDevice:
    """A print queue. Raises NotReached when it does not answer."""

    def __init__(self, url: str, format: str) -> None:
        parts = urlsplit(url)
        self._url = url
        self._secure = parts.scheme == "ipps"
        self._host, self._port = parts.hostname or "", parts.port or 631
        self._path = parts.path or "/"
        self._mime = DOCUMENT.get(format, RAW)
        self._number = 0
        self._fates: dict[str, tuple[Fate, float]] = {}
        """What was last heard of each job, and when."""
        try:
            self._status = self._ask_printer()
        except (OSError, http.client.HTTPException, Unreadable) as error:
            raise NotReached(str(error)) from error
        self._asked = time.monotonic()

    def ask(self, patience: float) -> Status | None:
        if time.monotonic() - self._asked > OFTEN:
            try:
                self._status = self._ask_printer()
            except (OSError, http.client.HTTPException, Unreadable):
                return None
            self._asked = time.monotonic()
        return self._status

    def send(self, name: str, data: bytes, rows: int, alive: Callable[[], None]) -> str:
        asked: list[tuple[str, int, Value | list[str]]] = [
            ("requesting-user-name", NAME, "lotmark"),
            ("job-name", NAME, name),
            ("document-format", MIME, self._mime),
        ]
        try:
            answer = self._request(PRINT_JOB, asked, data)
        except (OSError, http.client.HTTPException, Unreadable) as error:
            raise InDoubt(str(error)) from error
        number = answer.group(JOB).get("job-id", [None])[0]
        if answer.code >= 0x0400 or number is None:
            raise InDoubt(f"refused: {answer.code:#06x}")
        return str(number)

    def fate(self, remote: str) -> Fate:
        fate, asked = self._fates.get(remote, ("inside", 0.0))
        if fate != "inside" or time.monotonic() - asked < OFTEN:
            return fate
        try:
            answer = self._request(
                GET_JOB,
                [
                    ("job-id", INT, int(remote)),
                    ("requested-attributes", KEYWORD, ["job-state"]),
                ],
            )
        except (OSError, http.client.HTTPException, Unreadable):
            return "inside"
        state = answer.group(JOB).get("job-state", [0])[0]
        fate = JOB_FATES.get(int(state), "inside")
        if answer.code == NOT_FOUND:
            fate = "doubt"
        self._fates[remote] = fate, time.monotonic()
        return fate

    def close(self) -> None:
        """Nothing to let go of: each question is a connection of its own."""

    def _ask_printer(self) -> Status:
        names = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"]
        asked: list[tuple[str, int, Value | list[str]]] = [
            ("requested-attributes", KEYWORD, names)
        ]
        answer = self._request(GET_PRINTER, asked)
        if answer.code >= 0x0400:
            raise Unreadable(f"refused: {answer.code:#06x}")
        found = answer.group(PRINTER)
        reasons = [
            REASONS.get(str(reason).removesuffix("-error"))
            for reason in found.get("printer-state-reasons", [])
        ]
        words = [word for word in reasons if word]
        accepting = found.get("printer-is-accepting-jobs", [True])[0]
        stopped = found.get("printer-state", [0])[0] == STOPPED
        if (stopped or not accepting) and not words:
            words = ["stopped"]
        return Status(tuple(dict.fromkeys(words)))

    def _request(
        self,
        operation: int,
        attributes: list[tuple[str, int, Value | list[str]]],
        document: bytes = b"",
    ) -> Message:
        self._number += 1
        always: list[tuple[str, int, Value | list[str]]] = [
            ("attributes-charset", CHARSET, "utf-8"),
            ("attributes-natural-language", LANGUAGE, "en"),
            ("printer-uri", URI, self._url),
        ]
        body = encode_request(operation, self._number, always + attributes, document)
        kind = (
            http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        )
        link = kind(self._host, self._port, timeout=TIMEOUT)
        try:
            head = {"Content-Type": "application/ipp"}
            link.request("POST", self._path, body, head)
            answer = link.getresponse()
            if answer.status != 200:
                raise Unreadable(f"HTTP {answer.status}")
            return decode(answer.read())
        finally:
            link.close()
