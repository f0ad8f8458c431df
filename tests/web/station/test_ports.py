"""Printers of a line PC at USB, under Linux and, with a stand-in, under Windows."""

import os
import pty
import socket
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fake_printer import FakePrinter, with_printer

from lotmark.labels.devices.device import Device, InDoubt, NotReached
from lotmark.labels.devices.spooler import SpoolerDevice
from lotmark.labels.devices.usb import UsbDevice

LABEL = b"^XA^FO1,1^BQN,2,4^FDMA,HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H^FS^XZ\n"


@pytest.fixture
def usb() -> Iterator[tuple[FakePrinter, Path]]:
    """A printer at a device file: a terminal that is wired to the fake one."""
    with with_printer() as printer:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        link = socket.create_connection(("127.0.0.1", printer.port))

        def carry_out() -> None:
            with suppress(OSError):
                while piece := _read(ours):
                    link.sendall(piece)

        def carry_in() -> None:
            with suppress(OSError):
                while piece := link.recv(4096):
                    os.write(ours, piece)

        for work in (carry_out, carry_in):
            threading.Thread(target=work, daemon=True).start()
        yield printer, Path(os.ttyname(theirs))
        link.shutdown(socket.SHUT_RDWR)
        os.close(theirs)
        link.close()


def _read(file: int) -> bytes:
    try:
        return os.read(file, 4096)
    except OSError:
        return b""


def until_out(device: Device, remote: str) -> None:
    for _ in range(100):
        device.ask(0.5)
        if device.fate(remote) == "out":
            return
    raise AssertionError("it never came out")


def test_usb_prints_and_is_asked(usb: tuple[FakePrinter, Path]) -> None:
    printer, path = usb
    device = UsbDevice(path, "zpl")
    status = device.ask(1.0)
    assert status is not None
    assert status.words == ()
    remote = device.send("one", LABEL, 1, lambda: None)
    until_out(device, remote)
    assert printer.printed == ["HTTPS://Q.EXAMPLE.CN/T/7K3M9QXW2D5RVT8H"]
    printer.paper_out = True
    status = device.ask(1.0)
    assert status is not None
    assert status.words == ("paper_out",)
    device.close()


def test_usb_that_says_nothing_is_not_gone(usb: tuple[FakePrinter, Path]) -> None:
    printer, path = usb
    printer.answers = False
    device = UsbDevice(path, "zpl")
    assert device.ask(0.05) is None
    device.send("one", LABEL, 1, lambda: None)
    device.close()


def test_no_printer_at_that_file(tmp_path: Path) -> None:
    with pytest.raises(NotReached):
        UsbDevice(tmp_path / "lp0", "zpl")


class SpoolerError(Exception):
    """As pywintypes.error: a number, a function, a sentence."""


class Spooler(ModuleType):
    """What of ``win32print`` we use, as Microsoft documents it."""

    error = SpoolerError

    def __init__(self) -> None:
        super().__init__("win32print")
        self.status = 0
        self.jobs: dict[int, int] = {}
        self.written: list[bytes] = []
        self.shortage = 0

    def OpenPrinter(self, name: str) -> int:
        if name != "ZDesigner":
            raise SpoolerError(1801, "OpenPrinter", "The printer name is invalid.")
        return 7

    def ClosePrinter(self, queue: int) -> None:
        assert queue == 7

    def GetPrinter(self, queue: int, level: int) -> dict[str, Any]:
        assert (queue, level) == (7, 2)
        return {"Status": self.status}

    def StartDocPrinter(self, queue: int, level: int, document: Any) -> int:
        assert (queue, level, document[2]) == (7, 1, "RAW")
        self.jobs[len(self.jobs) + 1] = 0
        return len(self.jobs)

    def StartPagePrinter(self, queue: int) -> None:
        assert queue == 7

    def WritePrinter(self, queue: int, data: bytes) -> int:
        assert queue == 7
        self.written.append(data)
        return len(data) - self.shortage

    def EndPagePrinter(self, queue: int) -> None:
        assert queue == 7

    def EndDocPrinter(self, queue: int) -> None:
        assert queue == 7

    def GetJob(self, queue: int, job: int, level: int) -> dict[str, Any]:
        assert (queue, level) == (7, 1)
        if job not in self.jobs:
            raise SpoolerError(87, "GetJob", "The parameter is incorrect.")
        return {"Status": self.jobs[job]}


@pytest.fixture
def spooler(monkeypatch: pytest.MonkeyPatch) -> Spooler:
    found = Spooler()
    monkeypatch.setitem(sys.modules, "win32print", found)
    return found


def test_the_spooler_takes_bytes_as_they_are(spooler: Spooler) -> None:
    device = SpoolerDevice("ZDesigner")
    remote = device.send("one", LABEL, 1, lambda: None)
    assert spooler.written == [LABEL]
    status = device.ask(1.0)
    assert status is not None
    assert (status.words, status.busy) == ((), True)
    assert device.fate(remote) == "inside"
    del spooler.jobs[1]
    device.ask(1.0)
    assert device.fate(remote) == "out"
    spooler.status = 0x10
    status = device.ask(1.0)
    assert status is not None
    assert status.words == ("paper_out",)
    device.close()


@pytest.mark.parametrize("bits", [0x2, 0x4, 0x100], ids=["error", "deleting", "gone"])
def test_a_job_that_somebody_deleted_is_in_doubt(spooler: Spooler, bits: int) -> None:
    device = SpoolerDevice("ZDesigner")
    remote = device.send("one", LABEL, 1, lambda: None)
    spooler.jobs[1] = bits
    device.ask(1.0)
    assert device.fate(remote) == "doubt"


def test_half_of_the_bytes_is_doubt(spooler: Spooler) -> None:
    spooler.shortage = 1
    with pytest.raises(InDoubt, match="took"):
        SpoolerDevice("ZDesigner").send("one", LABEL, 1, lambda: None)


def test_no_such_queue(spooler: Spooler) -> None:
    with pytest.raises(NotReached, match="invalid"):
        SpoolerDevice("HP")


def test_without_pywin32_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "win32print", None)
    with pytest.raises(NotReached, match=r"pip install 'lotmark\[windows\]'"):
        SpoolerDevice("ZDesigner")
