"""Whatever a person types or a scanner sends, read as serial, GTIN and lot."""

import re
import unicodedata
from dataclasses import dataclass

from ..errors import N_, InvalidInput
from .codes import Serial
from .gs1 import Gtin, LotCode, read_elements
from .links import LINK_LIMIT, DigitalLink


@dataclass(frozen=True)
class Reading:
    """What a code says about its pack; not yet whether that is true."""

    serial: Serial | None = None
    """The item's serial."""
    gtin: Gtin | None = None
    """The product."""
    lot: LotCode | None = None
    """The lot as printed; where it contradicts the serial, the code is suspect."""


def read_code(text: str) -> Reading:
    """Read a serial, a short or GS1 Digital Link, an element string or a GTIN.

    >>> read_code("7k3m 9qxw 2d5r vt8h").serial
    Serial(text='7K3M9QXW2D5RVT8H')
    >>> read_code("6901234567892").gtin
    Gtin(digits='06901234567892')

    Raises:
        InvalidInput: ``code_unreadable``; its cause names the part that is wrong. The
            sentence is the same for all, so that it tells a forger nothing.
    """
    try:
        if len(text) > LINK_LIMIT:
            raise _unreadable()
        return _read(unicodedata.normalize("NFKC", text).strip(" \t\r\n"))
    except InvalidInput as error:
        raise _unreadable() from error


def _read(plain: str) -> Reading:
    if "/" in plain and not plain.startswith(("(", "]")):
        link = DigitalLink.parse(plain)
        return _reading(link.serial, link.gtin, link.lot)
    compact = re.sub(r"[\s-]", "", plain)
    if re.fullmatch("[0-9]{8}|[0-9]{12,14}", compact):
        return Reading(gtin=Gtin.parse(compact))
    if _is_element_string(plain):
        values = read_elements(plain)
        gtin = Gtin.parse(values["01"]) if "01" in values else None
        lot = LotCode.parse(values["10"]) if "10" in values else None
        return _reading(values.get("21"), gtin, lot)
    return Reading(serial=Serial.parse(plain))


def _is_element_string(plain: str) -> bool:
    """Scanned or printed AIs; 16 digits are a GTIN with its AI rather than a serial
    when they check: one serial in 10**11 is of that form."""
    if plain.startswith(("(", "]")) or "\x1d" in plain:
        return True
    if not re.match("01[0-9]{14}", plain):
        return False
    try:
        Gtin(plain[2:16])
    except InvalidInput:
        return False
    return True


def _reading(serial: str | None, gtin: Gtin | None, lot: LotCode | None) -> Reading:
    if serial is None and gtin is None:
        raise _unreadable()
    return Reading(Serial.parse(serial) if serial else None, gtin, lot)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "code_unreadable",
        N_(
            "This is not a code as printed on our packs: scan the QR code again, or "
            "type the 16 letters and digits beside it."
        ),
    )
