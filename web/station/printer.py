"""The printer of a line PC: where it is, and what it is sent."""

import re
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from ...labels.devices.addresses import Address, open_device
from ...labels.devices.device import Device
from ...labels.devices.spooler import SpoolerDevice
from ...labels.devices.usb import UsbDevice
from ...labels.engine.render import check_form, render
from ...labels.engine.stock import Stock, load_stock
from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from .held import labels_of

_PLACE = re.compile(r"(tcp://|folder:|usb:|windows:)(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A printer as the command names it. Raises InvalidInput for what is none.

    >>> Place.read("tcp://10.0.0.7:9100", "zpl", "roll-60x40", 203).address
    '10.0.0.7:9100'
    """

    kind: str
    """``tcp``, ``folder``, ``usb`` or ``windows``."""
    address: str
    format: str
    stock: Stock

    @classmethod
    def read(cls, text: str, format: str, stock: str, dpi: int) -> "Place":
        found = _PLACE.fullmatch(text)
        if found is None:
            raise InvalidInput(
                "printer_place_invalid",
                N_(
                    "Expected a printer as tcp://host:9100, folder:PATH, "
                    "usb:/dev/usb/lp0 or windows:NAME; got %(found)s."
                ),
                found=ascii(text[:80]),
            )
        kind, address = found[1].rstrip(":/"), found[2]
        if kind == "tcp":
            Address(kind, address)
        if kind == "folder":
            address = str(Path(address).resolve())
        paper = replace(load_stock(stock), dpi=dpi)
        check_form(format, paper, 0)
        return cls(kind, address, format, paper)

    def open(self) -> Device:
        """Reach it. Raises NotReached."""
        if self.kind == "usb":
            return UsbDevice(Path(self.address), self.format)
        if self.kind == "windows":
            return SpoolerDevice(self.address)
        return open_device(Address(self.kind, self.address), self.format)

    def draw(
        self, session: Session, block_id: int, places: ItemSet, copy: int
    ) -> bytes:
        """Exactly what is sent for places of a block."""
        out = BytesIO()
        labels = labels_of(session, block_id, places, copy)
        render(self.format, [labels], self.stock, out)
        return out.getvalue()
