"""GS1 keys and element strings as values that cannot be wrong."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from biip import ParseConfig, ParseError
from biip.gs1_messages import GS1Message

from ..errors import N_, InvalidInput
from .codes import ALPHABET

ELEMENTS_LIMIT = 500
"""Longest element string read, in characters; a GS1 symbol holds fewer."""

_LOT = re.compile(r"(?=[.-]*[A-Z0-9])[A-Z0-9.-]{1,20}")
_PRINTED = re.compile(r"(?:\([0-9]{2,4}\)[^(]+)+")
_LENIENT = ParseConfig(
    gs1_element_strings_verify_date=False, separator_chars=("\x1d", "|")
)


def check_digit(digits: str) -> int:
    """The digit that follows ``digits``: GS1 General Specifications 7.9.1.

    >>> check_digit("690123456789")
    2
    """
    weighted = (
        int(digit) * (3 if place % 2 == 0 else 1)
        for place, digit in enumerate(reversed(digits))
    )
    return -sum(weighted) % 10


@dataclass(frozen=True)
class Gtin:
    """A trade item number with its check digit proved right.

    >>> str(Gtin.parse("6901234567892"))
    '06901234567892'

    Raises:
        InvalidInput: ``gtin_length`` or ``gtin_check_digit``.
    """

    digits: str
    """Always 14 digits; a GTIN-8, 12 or 13 has zeros in front."""

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9]{14}", self.digits):
            raise _gtin_length(self.digits)
        expected = check_digit(self.digits[:-1])
        if int(self.digits[-1]) != expected:
            raise InvalidInput(
                "gtin_check_digit",
                N_(
                    "GTIN %(gtin)s ends in %(found)s, but its check digit is "
                    "%(expected)s: compare it with the number under the barcode."
                ),
                gtin=self.digits,
                found=self.digits[-1],
                expected=expected,
            )

    @classmethod
    def parse(cls, text: str) -> "Gtin":
        """Read a GTIN-8, 12, 13 or 14; spaces, hyphens and full width do not matter."""
        plain = _digits_only(text)
        if not re.fullmatch("[0-9]{8}|[0-9]{12,14}", plain):
            raise _gtin_length(plain)
        return cls(plain.zfill(14))

    def __str__(self) -> str:
        return self.digits


@dataclass(frozen=True)
class LotCode:
    """A batch number in the form GS1 AI (10) carries on our labels.

    Narrower than GS1 allows: upper case keeps the QR code in alphanumeric mode, and at
    least one letter or digit keeps ``..`` out of web addresses, where it means "up".

    Raises:
        InvalidInput: ``lot_code_unreadable``.
    """

    text: str
    """1 to 20 of ``A-Z``, ``0-9``, ``.`` and ``-``."""

    def __post_init__(self) -> None:
        if not _LOT.fullmatch(self.text):
            raise InvalidInput(
                "lot_code_unreadable",
                N_(
                    "A lot code has 1 to 20 letters A-Z, digits, points and hyphens, "
                    "but %(found)s was given: copy it from the pack."
                ),
                found=repr(self.text[:40]),
            )

    @classmethod
    def parse(cls, text: str) -> "LotCode":
        """Read a lot code in any letter case or width."""
        return cls(unicodedata.normalize("NFKC", text[:200]).strip().upper())

    @classmethod
    def from_batch_number(cls, text: str) -> "LotCode":
        """The AI 10 form of a batch number as the plant writes it.

        Upper case; what is neither letter nor digit becomes a hyphen. When a letter or
        digit would be lost (Chinese, accents) or 20 characters do not suffice, the
        first 11 characters that can stay are followed by a hyphen and 8 characters of
        the SHA-256 of the whole number, so that 早班 and 晚班 stay apart: 1 in 2**40
        such pairs agree. Numbers that differ only in case, width or punctuation
        (``A/1``, ``a 1``) share one form, so forms must be unique among the lots of an
        article. ``O`` and ``0``, and zeros in front, stay different.

        >>> str(LotCode.from_batch_number("2026/05/01 l3"))
        '2026-05-01-L3'

        Raises:
            InvalidInput: ``batch_number_unusable`` without any letter or digit.
        """
        plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
        if _LOT.fullmatch(plain):
            return cls(plain)
        if not any(character.isalnum() for character in plain):
            raise InvalidInput(
                "batch_number_unusable",
                N_("A batch number needs a letter or digit, but %(found)s has none."),
                found=repr(text[:40]),
            )
        kept = re.sub(r"[^A-Z0-9.]+", "-", plain).strip("-")
        lost = any(c.isalnum() and not c.isascii() for c in plain)
        if lost or not _LOT.fullmatch(kept):
            kept = f"{kept[:11]}-{_fingerprint(plain)}".lstrip("-")
        return cls(kept)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Sscc:
    """The number of a case or pallet, AI (00): GS1 General Specifications 3.2.

    Raises:
        InvalidInput: ``sscc_length`` or ``sscc_check_digit``.
    """

    digits: str
    """18 digits, the last being the check digit."""

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9]{18}", self.digits):
            raise InvalidInput(
                "sscc_length",
                N_("An SSCC has 18 digits, but %(found)s was given."),
                found=repr(self.digits[:40]),
            )
        expected = check_digit(self.digits[:-1])
        if int(self.digits[-1]) != expected:
            raise InvalidInput(
                "sscc_check_digit",
                N_(
                    "SSCC %(sscc)s ends in %(found)s, but its check digit is "
                    "%(expected)s: compare it with the label of the case or pallet."
                ),
                sscc=self.digits,
                found=self.digits[-1],
                expected=expected,
            )

    @classmethod
    def parse(cls, text: str) -> "Sscc":
        """Read 18 digits, with or without the AI: ``(00)3…`` or ``003…``."""
        plain = _digits_only(text).removeprefix("(00)")
        return cls(plain[2:] if re.fullmatch("00[0-9]{18}", plain) else plain)

    @classmethod
    def build(cls, company_prefix: str, number: int) -> "Sscc":
        """The ``number``-th SSCC of a company: extension digit, prefix, reference.

        The first digit of ``number``, written with 17 - p digits for a prefix of p, is
        the extension digit, so a prefix gives 10**(17 - p) numbers.

        >>> str(Sscc.build("6901234", 1))
        '069012340000000016'

        Raises:
            InvalidInput: ``company_prefix_invalid`` or ``sscc_exhausted``.
        """
        if not re.fullmatch("[0-9]{4,12}", company_prefix):
            raise InvalidInput(
                "company_prefix_invalid",
                N_("A GS1 company prefix has 4 to 12 digits, not %(found)s."),
                found=repr(company_prefix[:40]),
            )
        width = 17 - len(company_prefix)
        if not 0 <= number < 10**width:
            raise InvalidInput(
                "sscc_exhausted",
                N_(
                    "Company prefix %(prefix)s has SSCC numbers 0 to %(last)s, but "
                    "%(found)s was asked for: get another prefix from GS1."
                ),
                prefix=company_prefix,
                last=10**width - 1,
                found=number,
            )
        reference = f"{number:0{width}d}"
        payload = reference[0] + company_prefix + reference[1:]
        return cls(payload + str(check_digit(payload)))

    def __str__(self) -> str:
        return self.digits


def read_elements(text: str) -> dict[str, str]:
    """The values of an element string by application identifier (AI).

    Takes what a scanner sends, with or without a symbology identifier such as ``]d2``
    and with FNC1 as the GS character or ``|``, and what is printed for people.

    >>> read_elements("(01)06901234567892(10)A1")
    {'01': '06901234567892', '10': 'A1'}

    Raises:
        InvalidInput: ``elements_unreadable``, also when an AI comes twice.
    """
    plain = unicodedata.normalize("NFKC", text[: ELEMENTS_LIMIT + 1]).strip()
    plain = re.sub(r"^\](?:C1|e0|d2|Q3|J1)", "", plain)
    try:
        if len(plain) > ELEMENTS_LIMIT:
            raise ParseError("too long")
        printed = plain.startswith("(")
        if printed and not _PRINTED.fullmatch(plain):
            raise ParseError("an identifier without a value, which biip passes over")
        parse = GS1Message.parse_hri if printed else GS1Message.parse
        found = parse(plain, config=_LENIENT).element_strings
    except ParseError as error:
        raise _elements_unreadable(plain) from error
    values = {element.ai.ai: element.value for element in found}
    if not values or len(values) < len(found):
        raise _elements_unreadable(plain)
    return values


def _elements_unreadable(plain: str) -> InvalidInput:
    return InvalidInput(
        "elements_unreadable",
        N_(
            "A GS1 element string looks like (01)06901234567892(10)LOT, but %(found)s "
            "was found: scan the label again."
        ),
        found=repr(plain[:40]),
    )


def _digits_only(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text[:200]))


def _gtin_length(found: str) -> InvalidInput:
    return InvalidInput(
        "gtin_length",
        N_("A GTIN has 8, 12, 13 or 14 digits, but %(found)s was given."),
        found=repr(found[:40]),
    )


def _fingerprint(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
