"""Item codes, format 1. FROZEN: packs in kitchens carry it, so nothing here may change.

A code is the pair (series, item number). Its 80-bit number is

    series (28 bits) ‖ item (24 bits) ‖ zeros (28 bits)

enciphered by FF1 (NIST SP 800-38G; AES-256, radix 32, 16 digits, tweak ``"LM"``, format
byte, key version byte) and written as 16 characters of Crockford Base32. Fields cannot
be reordered, resized or deleted; a different layout is a new format number.

How likely is a guess? A key version is a permutation of all 2**80 serials, so the
``n`` codes issued under it are exactly ``n`` serials, and a serial chosen without the
key is one of them with probability n / 2**80. Somebody who has seen ``s`` genuine codes
and tried ``q`` others learns only which serials are taken: to whoever cannot tell FF1
from a random permutation the rest are equally likely, so each further guess succeeds
with at most n / (2**80 - s - q). With several versions the n add up. A thousand million
issued codes give less than one chance in 10**15 a guess. This holds only when the
caller also checks that the series exists under that key version and that the item was
issued: the zero bits alone accept one guess in 2**28.
"""

import base64
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import N_, InvalidInput
from .ff1 import FF1

FORMAT = 1
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIES_BITS = 28
ITEM_BITS = 24
ZERO_BITS = 28

_FORM = re.compile(f"[{ALPHABET}]{{16}}")
_BASE32HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_TO_HEX = str.maketrans(ALPHABET, _BASE32HEX)
_FROM_HEX = str.maketrans(_BASE32HEX, ALPHABET)
_SPOKEN = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzILO",
    "ABCDEFGH1JK1MN0PQRSTUVWXYZ110",
    " \t\r\n-‐‑‒–—−_·.",  # noqa: RUF001, the dashes that phones put in
)


@dataclass(frozen=True)
class Serial:
    """The 16 characters on a pack, in upper case; fits GS1 AI (21).

    Any 16 characters of the alphabet make a serial; whether it is a code, only a key
    can tell.
    """

    text: str
    """Exactly 16 characters of Crockford Base32."""

    def __post_init__(self) -> None:
        if not _FORM.fullmatch(self.text):
            raise InvalidInput(
                "serial_unreadable",
                N_(
                    "A code has 16 letters and digits, but %(found)s was given: "
                    "type it as printed beside the QR code."
                ),
                found=repr(self.text[:40]),
            )

    @classmethod
    def parse(cls, text: str) -> "Serial":
        """Read a serial as people type it: any case, groups, I and L as 1, O as 0.

        >>> Serial.parse("7k3m-9qxw 2d5r vt8h").grouped
        '7K3M 9QXW 2D5R VT8H'

        Raises:
            InvalidInput: ``serial_unreadable``.
        """
        if _FORM.fullmatch(text):
            return cls(text)
        plain = unicodedata.normalize("NFKC", text[:200])
        return cls(plain.translate(_SPOKEN))

    @classmethod
    def from_number(cls, number: int) -> "Serial":
        """The serial that spells an 80-bit number."""
        digits = base64.b32hexencode(number.to_bytes(10, "big")).decode("ascii")
        return cls(digits.translate(_FROM_HEX))

    @property
    def number(self) -> int:
        """The 80-bit number these characters spell."""
        return int(self.text.translate(_TO_HEX), 32)

    @property
    def grouped(self) -> str:
        """Four groups of four, as printed for people to read."""
        return " ".join(self.text[k : k + 4] for k in range(0, 16, 4))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ItemCode:
    """One item of one code series.

    Raises:
        InvalidInput: ``item_code_range`` when a number does not fit.
    """

    series: int
    """Number of the code series, 28 bits; allocated once and never reused."""
    item: int
    """Item number within the series, 24 bits."""

    def __post_init__(self) -> None:
        if self.series >> SERIES_BITS or self.item >> ITEM_BITS:
            raise InvalidInput(
                "item_code_range",
                N_(
                    "A series is below 2^28 and an item below 2^24, but series "
                    "%(series)s, item %(item)s was asked for: open another series."
                ),
                series=self.series,
                item=self.item,
            )


@dataclass(frozen=True)
class CodeKey:
    """One version of the secret key that turns item codes into serials and back.

    >>> key = CodeKey(1, bytes(32))
    >>> key.decode(key.encode(ItemCode(series=7, item=42)))
    ItemCode(series=7, item=42)

    Raises:
        InvalidInput: ``code_key_invalid`` for a version outside 1 to 255 or a secret
            that is not 32 bytes; the secret is never repeated in the sentence.
    """

    version: int
    """1 to 255; part of the cipher's tweak."""
    secret: bytes = field(repr=False)
    """AES-256 key, 32 bytes."""

    def __post_init__(self) -> None:
        if not (1 <= self.version <= 255 and len(self.secret) == 32):
            raise InvalidInput(
                "code_key_invalid",
                N_(
                    "A code key has a version from 1 to 255 and 32 bytes, but version "
                    "%(version)s has %(length)s bytes."
                ),
                version=self.version,
                length=len(self.secret),
            )

    @property
    def check_value(self) -> str:
        """Tells this key from another one of its version, and nothing of the key."""
        return hmac.new(self.secret, b"lotmark code key", "sha256").hexdigest()[:32]

    @classmethod
    def generate(cls, version: int) -> "CodeKey":
        """A new random key."""
        return cls(version, secrets.token_bytes(32))

    @cached_property
    def cipher(self) -> FF1:
        """Format 1's cipher under this key, over 80-bit numbers."""
        tweak = b"LM" + bytes((FORMAT, self.version))
        return FF1(self.secret, tweak, radix=32, length=16)

    def encode(self, code: ItemCode) -> Serial:
        """The serial to print for ``code``; the same every time."""
        plain = ((code.series << ITEM_BITS) | code.item) << ZERO_BITS
        return Serial.from_number(self.cipher.encrypt(plain))

    def decode(self, serial: Serial) -> ItemCode | None:
        """The code behind ``serial``, or None when its zero bits are not zero."""
        plain = self.cipher.decrypt(serial.number)
        if plain & ((1 << ZERO_BITS) - 1):
            return None
        pair = plain >> ZERO_BITS
        return ItemCode(pair >> ITEM_BITS, pair & ((1 << ITEM_BITS) - 1))
