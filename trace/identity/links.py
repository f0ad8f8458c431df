"""The web address in a QR code: GS1 Digital Link, and our short form of it."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..errors import N_, InvalidInput
from .gs1 import Gtin, LotCode, Sscc

LINK_LIMIT = 2000
"""Longest address read, in characters."""

_BASE = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?(?:/[a-z0-9.-]+)*)/?", re.I)
_SERIAL = re.compile(r"[A-Z0-9.-]{1,20}")


@dataclass(frozen=True)
class DigitalLink:
    """``BASE/01/{gtin}[/10/{lot}][/21/{serial}]``, or ``BASE/T/{serial}`` without GTIN.

    >>> link = DigitalLink.parse("http://a.cn/t/7k3m9qxw2d5rvt8h/?from=wechat")
    >>> link.serial, str(link)
    ('7K3M9QXW2D5RVT8H', 'HTTP://A.CN/T/7K3M9QXW2D5RVT8H')

    Raises:
        InvalidInput: ``link_incomplete`` when neither GTIN nor serial is given, or a
            lot without a GTIN; ``link_serial_unreadable``.
    """

    base: str
    """Lower-case ``https://host[:port][/prefix]``; empty when only a path was given."""
    gtin: Gtin | None = None
    """AI (01)."""
    lot: LotCode | None = None
    """AI (10); none on codes printed before the batch existed."""
    serial: str | None = None
    """AI (21), upper case; whether it is one of ours is not known here."""

    def __post_init__(self) -> None:
        if self.gtin is None and (self.serial is None or self.lot is not None):
            raise _incomplete()
        if self.serial is not None and not _SERIAL.fullmatch(self.serial):
            raise InvalidInput(
                "link_serial_unreadable",
                N_(
                    "The serial in the address has 1 to 20 letters and digits, but "
                    "%(found)s was found: scan the QR code again."
                ),
                found=repr(self.serial[:40]),
            )

    @classmethod
    def build(
        cls,
        base: str,
        serial: str,
        gtin: Gtin | None = None,
        lot: LotCode | None = None,
    ) -> "DigitalLink":
        """The link to print; ``str()`` of it is upper case, for alphanumeric QR mode.

        Without ``gtin`` it is the short form. ``base`` may have a port and a path.

        Raises:
            InvalidInput: ``link_base_invalid`` for a base that QR alphanumeric mode
                cannot hold or that is not http or https.
        """
        return cls(_base(base), gtin, lot if gtin else None, serial)

    @classmethod
    def parse(cls, text: str) -> "DigitalLink":
        """Read an address in any letter case or width, percent-encoded or not.

        Qualifiers may come in any order; query, fragment, a slash at the end and spaces
        do not matter; host and path before ``/01/`` or ``/T/`` may be missing.

        Raises:
            InvalidInput: any of this class, of ``Gtin`` and of ``LotCode``.
        """
        if len(text) > LINK_LIMIT:
            raise _incomplete()
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        try:
            parts = urlsplit(plain)
        except ValueError as error:
            raise _incomplete() from error
        names = [_unquoted(name) for name in parts.path.strip("/").split("/")]
        start, values = _values(names)
        base = ""
        if parts.scheme in {"http", "https"} and parts.netloc:
            prefix = "".join(f"/{name}" for name in names[:start])
            base = f"{parts.scheme}://{parts.netloc}{prefix}".lower()
        return cls(
            base,
            Gtin.parse(values["01"]) if "01" in values else None,
            LotCode.parse(values["10"]) if "10" in values else None,
            values["21"].upper() if "21" in values else None,
        )

    def __str__(self) -> str:
        pairs = [("01", self.gtin), ("10", self.lot), ("21", self.serial)]
        if self.gtin is None:
            pairs = [("T", self.serial)]
        path = "".join(f"/{key}/{value}" for key, value in pairs if value is not None)
        return (self.base + path).upper()


def unit_link(base: str, sscc: Sscc) -> str:
    """The link on a case or pallet: ``BASE/00/{sscc}``, upper case as on packs.

    Raises InvalidInput ``link_base_invalid``.

    >>> unit_link("https://q.example.cn", Sscc("069012340000000016"))
    'HTTPS://Q.EXAMPLE.CN/00/069012340000000016'
    """
    return f"{_base(base)}/00/{sscc.digits}".upper()


def _base(base: str) -> str:
    match = _BASE.fullmatch(base)
    if match is None:
        raise InvalidInput(
            "link_base_invalid",
            N_(
                "The address of labels looks like https://example.com, in letters, "
                "digits, points, hyphens and slashes, but is %(found)s: correct "
                "the base URL."
            ),
            found=repr(base[:80]),
        )
    return match[1].lower()


def _values(names: list[str]) -> tuple[int, dict[str, str]]:
    """Where the identifying path starts, and its values by AI."""
    if "01" not in names:
        if len(names) >= 2 and names[-2].upper() == "T":
            return len(names) - 2, {"21": names[-1]}
        raise _incomplete()
    start = names.index("01")
    keys, values = names[start::2], names[start + 1 :: 2]
    # 22 is the consumer product variant: GS1 Digital Link, URI syntax 4.5
    if len(keys) > len(values) or not set(keys) <= {"01", "10", "21", "22"}:
        raise _incomplete()
    if len(set(keys)) < len(keys):
        raise InvalidInput(
            "link_repeats",
            N_("The address names GTIN, lot or serial twice: scan the QR code again."),
        )
    return start, dict(zip(keys, values, strict=True))


def _unquoted(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", unquote(name)).split())


def _incomplete() -> InvalidInput:
    return InvalidInput(
        "link_incomplete",
        N_(
            "The address names no product or item: expected …/01/GTIN/10/LOT/21/SERIAL "
            "or …/T/SERIAL. Scan the QR code again or type the 16 characters beside it."
        ),
    )
