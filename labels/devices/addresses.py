"""Where a printer is reached, and opening it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ...trace.errors import N_, InvalidInput
from .device import Device
from .folder import FolderDevice
from .ipp import IppDevice
from .tcp import TcpDevice

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.\-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
ROLL_FORMATS = ("zpl", "zpl-graphics", "tspl", "tspl-graphics")
FORMATS = {
    "tcp": ROLL_FORMATS,
    "ipp": ("pdf", *ROLL_FORMATS),
    "folder": ("pdf", *ROLL_FORMATS),
}
"""What printers of each kind are sent."""


@dataclass(frozen=True, slots=True)
class Address:
    """A printer's address, which can be one.

    >>> Address("tcp", "10.0.0.7:9100").host
    '10.0.0.7'
    """

    kind: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in FORMATS:
            raise InvalidInput(
                "printer_kind_unknown",
                N_("Expected a kind of printer, one of %(names)s; got %(kind)s."),
                names=", ".join(FORMATS),
                kind=ascii(self.kind[:40]),
            )
        if not getattr(self, f"_is_{self.kind}")():
            raise InvalidInput(*_EXPECTED[self.kind], found=ascii(self.text[:80]))

    @property
    def host(self) -> str:
        """Of a raw port."""
        return self.text.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.text.rpartition(":")[2])

    def _is_tcp(self) -> bool:
        host, _, port = self.text.rpartition(":")
        known = port.isascii() and port.isdecimal() and len(port) < 6
        return bool(_HOST.fullmatch(host)) and known and 0 < int(port) < 65536

    def _is_ipp(self) -> bool:
        try:
            parts = urlsplit(self.text)
            port = parts.port or 631
        except ValueError:
            return False
        named = bool(_HOST.fullmatch(parts.hostname or "")) and not parts.username
        return parts.scheme in ("ipp", "ipps") and named and 0 < port < 65536

    def _is_folder(self) -> bool:
        return self.text.isprintable() and Path(self.text).is_absolute()


_EXPECTED = {
    "tcp": (
        "printer_address_invalid",
        N_(
            "Expected the printer's address and port, e.g. 192.168.1.50:9100; "
            "got %(found)s. The address stands on the printer's configuration label."
        ),
    ),
    "ipp": (
        "printer_address_invalid",
        N_(
            "Expected the address of a print queue, e.g. "
            "ipp://printserver/printers/labels; got %(found)s."
        ),
    ),
    "folder": (
        "printer_address_invalid",
        N_(
            "Expected the full path of a folder, e.g. /var/spool/labels; got %(found)s."
        ),
    ),
}


def open_device(address: Address, format: str) -> Device:
    """The printer at an address. Raises NotReached when there is none."""
    if address.kind == "tcp":
        return TcpDevice(address.host, address.port, format)
    if address.kind == "ipp":
        return IppDevice(address.text, format)
    return FolderDevice(Path(address.text), format.removesuffix("-graphics"))
