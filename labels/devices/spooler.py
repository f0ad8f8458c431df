"""A printer of Windows, through its spooler: bytes go to it as they are (RAW).

Needs ``pywin32``. Written by Microsoft's documentation of the spooler (StartDocPrinter,
GetPrinter, GetJob); tried against a stand-in, not on Windows.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .device import Fate, InDoubt, NotReached, Status

# winspool.h, PRINTER_STATUS_…
_PRINTER_BITS = {
    0x00000001: "paused",
    0x00000002: "stopped",
    0x00000008: "jam",
    0x00000010: "paper_out",
    0x00000080: "stopped",
    0x00100000: "stopped",
    0x00200000: "memory",
    0x00400000: "head_open",
}
# winspool.h, JOB_STATUS_…
_JOB_ERROR, _JOB_DELETING, _JOB_DELETED = 0x2, 0x4, 0x100
_GONE = 87
"""ERROR_INVALID_PARAMETER: the spooler no longer knows that job."""


def spooler() -> Any:
    """The module that talks to it. Raises NotReached where there is none."""
    try:
        return import_module("win32print")
    except ImportError as error:
        raise NotReached(
            "pywin32 is missing: pip install 'lotmark[windows]'"
        ) from error


class SpoolerDevice:
    """A print queue by its name. Raises NotReached when there is none."""

    def __init__(self, name: str) -> None:
        self._spooler = spooler()
        try:
            self._queue = self._spooler.OpenPrinter(name)
        except self._spooler.error as error:
            raise NotReached(str(error)) from error
        self._fates: dict[str, Fate] = {}

    def ask(self, patience: float) -> Status | None:
        """What the queue says; the printer behind it may know better."""
        try:
            bits = self._spooler.GetPrinter(self._queue, 2)["Status"]
        except self._spooler.error as error:
            raise InDoubt(str(error)) from error
        for job, fate in self._fates.items():
            if fate == "inside":
                self._fates[job] = self._look(int(job))
        words = [word for bit, word in _PRINTER_BITS.items() if bits & bit]
        return Status(tuple(dict.fromkeys(words)), "inside" in self._fates.values())

    def send(self, name: str, data: bytes, rows: int, alive: Callable[[], None]) -> str:
        try:
            job = self._spooler.StartDocPrinter(self._queue, 1, (name, None, "RAW"))
            self._spooler.StartPagePrinter(self._queue)
            written = self._spooler.WritePrinter(self._queue, data)
            self._spooler.EndPagePrinter(self._queue)
            self._spooler.EndDocPrinter(self._queue)
        except self._spooler.error as error:
            raise InDoubt(str(error)) from error
        if written != len(data):
            raise InDoubt(f"the spooler took {written} of {len(data)} bytes")
        self._fates[str(job)] = "inside"
        return str(job)

    def fate(self, remote: str) -> Fate:
        return self._fates.get(remote, "inside")

    def close(self) -> None:
        self._spooler.ClosePrinter(self._queue)

    def _look(self, job: int) -> Fate:
        """A job that left the queue went to the printer; one that was deleted, or that
        failed on the way, may have."""
        try:
            bits = self._spooler.GetJob(self._queue, job, 1)["Status"]
        except self._spooler.error as error:
            if error.args and error.args[0] == _GONE:
                return "out"
            raise InDoubt(str(error)) from error
        odd = bits & (_JOB_ERROR | _JOB_DELETING | _JOB_DELETED)
        return "doubt" if odd else "inside"
