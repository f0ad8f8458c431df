"""A label printer at a raw TCP port (usually 9100)."""

import socket

from .device import NotReached
from .raw import RawDevice

REACHED_WITHIN = 3.0
"""Seconds until a connection must stand."""


class TcpDevice(RawDevice):
    """A connection to a printer. Raises NotReached when there is none."""

    def __init__(self, host: str, port: int, language: str) -> None:
        try:
            link = socket.create_connection((host, port), REACHED_WITHIN)
        except OSError as error:
            raise NotReached(str(error)) from error
        super().__init__(link, language)
