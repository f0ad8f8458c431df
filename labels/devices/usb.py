"""A label printer at a USB port of Linux, such as /dev/usb/lp0."""

import os
import select
import time
from pathlib import Path

from .device import InDoubt, NotReached
from .raw import RawDevice

BREATH = 0.01
"""Seconds to wait when a port says that something came, and nothing did."""


class UsbDevice(RawDevice):
    """The device file of a printer. Raises NotReached when it cannot be opened."""

    def __init__(self, path: Path, language: str) -> None:
        try:
            link = _Port(path)
        except OSError as error:
            raise NotReached(str(error)) from error
        super().__init__(link, language)

    def _drop_old(self) -> None:
        if select.select([self._link], [], [], 0)[0]:
            self._receive()

    def _receive(self) -> bytes:
        """A printer with nothing to say answers with nothing: it is not gone."""
        try:
            piece = self._link.recv(4096)
        except OSError as error:
            raise InDoubt(str(error)) from error
        if not piece:
            time.sleep(BREATH)
        return piece


class _Port:
    """A file that is read and written without waiting."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._patience = 1.0

    def fileno(self) -> int:
        return self._file

    def settimeout(self, seconds: float, /) -> None:
        self._patience = seconds

    def send(self, data: memoryview, /) -> int:
        if not select.select([], [self._file], [], self._patience)[1]:
            raise TimeoutError
        return os.write(self._file, data)

    def recv(self, most: int, /) -> bytes:
        try:
            return os.read(self._file, most)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._file)
