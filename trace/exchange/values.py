"""From the text of a cell to a value that cannot be invalid, one function a form."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import N_, InvalidInput
from ..identity.gs1 import Gtin, LotCode, Sscc
from ..identity.items import SIZE_LIMIT, ItemSet
from ..parties.lots import YEARS, check_batch_number

SHORT = 200
"""Longest plain text, in characters."""
LONG = 10_000
"""Longest ingredient list or list of cases, in characters."""
OURSELVES = "/"
"""In the column of the supplier: the batch is our own. No code holds a slash."""
EXCEL_EPOCH = datetime.combine(date(1899, 12, 30), time())

Parse = Callable[[str], Any]

_DATE = r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
_DAY = re.compile(rf"{_DATE}(?:[T ]0?0:00(?::00)?)?")
_MOMENT = re.compile(
    rf"{_DATE}[T ](\d{{1,2}}):(\d\d)(?::(\d\d)(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?"
)
_USUAL = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{6})?)?(?:[+-]\d\d:\d\d)?", re.ASCII
)
"""Read many times faster than the other forms."""
_SERIAL = re.compile(r"[3-6]\d{4}(?:\.\d+)?")

_TRUTHS = {
    **dict.fromkeys(("yes", "y", "1", "true", "是"), True),
    **dict.fromkeys(("no", "n", "0", "false", "否"), False),
}


def text(cell: str, limit: int = SHORT) -> str:
    """Plain text of one line."""
    return _bounded(cell, limit, lines=False)


def long_text(cell: str) -> str:
    """Text of several lines, such as a list of ingredients."""
    return _bounded(cell, LONG, lines=True)


def code(cell: str) -> str:
    """A code of ours or of another system."""
    return text(cell, 64)


def key(cell: str) -> str:
    """The code of a site, line, place or partner: a slash joins two of them."""
    if "/" in cell:
        raise InvalidInput(
            "code_slash",
            N_("Expected a code without a slash, found %(found)s."),
            found=shown(cell),
        )
    return code(cell)


def batch_number(cell: str) -> str:
    """A batch number as written, if labels can carry it."""
    LotCode.from_batch_number(check_batch_number(cell))
    return cell


def gtin(cell: str) -> str:
    """The 14 digits of a GTIN whose check digit is right."""
    return Gtin.parse(cell).digits


def sscc(cell: str) -> str:
    """The 18 digits of an SSCC whose check digit is right."""
    return Sscc.parse(cell).digits


def ssccs(cell: str) -> tuple[str, ...]:
    """SSCCs separated by space, semicolon or comma, each once."""
    found = [sscc(piece) for piece in re.split(r"[\s;,；，、]+", long_text(cell))]
    if len(set(found)) < len(found):
        raise InvalidInput(
            "sscc_twice",
            N_("Case %(sscc)s stands twice in the row."),
            sscc=next(code for code in found if found.count(code) > 1),
        )
    return tuple(found)


def items(cell: str) -> ItemSet:
    """Items of a lot such as ``0-239,480``."""
    found = ItemSet.parse(long_text(cell))
    if not found:
        raise InvalidInput("items_missing", N_("Expected items such as 0-239."))
    return found


def number(cell: str) -> Decimal:
    """A number above zero, written without thousands separators."""
    plain = unicodedata.normalize("NFKC", cell)
    if not re.fullmatch(r"-?\d{1,18}(\.\d{1,12})?", plain, re.ASCII):
        raise InvalidInput(
            "number_unreadable",
            N_("Expected a number such as 1200.5, found %(found)s."),
            found=shown(cell),
        )
    value = Decimal(plain)
    if value <= 0:
        raise InvalidInput(
            "quantity_not_positive",
            N_("Expected a quantity above zero, found %(found)s."),
            found=plain,
        )
    return value


def quantity(cell: str) -> Decimal:
    """A quantity of zero or more: a batch planned but not yet made has none."""
    return Decimal(0) if re.fullmatch(r"0+(\.0+)?", cell) else number(cell)


def whole(cell: str, limit: int = SIZE_LIMIT) -> int:
    """A whole number above zero and below ``limit``."""
    value = number(cell)
    if value != int(value) or value >= limit:
        raise InvalidInput(
            "number_not_whole",
            N_("Expected a whole number below %(limit)s, found %(found)s."),
            limit=limit,
            found=shown(cell),
        )
    return int(value)


def count(cell: str) -> int:
    """A whole number from zero on."""
    return 0 if re.fullmatch(r"0+", cell) else whole(cell)


def origin(cell: str) -> str:
    """Who numbered a lot: a supplier, or ``/`` for ourselves, as forms are filled."""
    return "" if cell == OURSELVES else key(cell)


def days(cell: str) -> int:
    """A number of days, under a century: dates far off cannot be reckoned with."""
    return whole(cell, 36_500)


def truth(cell: str) -> bool:
    """Yes or no."""
    try:
        return _TRUTHS[cell.lower()]
    except KeyError:
        raise InvalidInput(
            "truth_unreadable",
            N_("Expected yes or no, found %(found)s."),
            found=shown(cell),
        ) from None


def day(cell: str) -> date:
    """A date, as ISO 8601 or as an Excel serial number."""
    plain = unicodedata.normalize("NFKC", cell)
    if _SERIAL.fullmatch(plain):
        return (EXCEL_EPOCH + timedelta(days=int(float(plain)))).date()
    match = _DAY.fullmatch(plain)
    try:
        if match and int(match[1]) in YEARS:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass  # 30 February: said below
    raise InvalidInput(
        "date_unreadable",
        N_("Expected a date such as 2026-05-01, found %(found)s."),
        found=shown(cell),
    )


def moment(cell: str) -> datetime:
    """A date and time, as ISO 8601 or Excel serial; naive where it names no zone."""
    if _USUAL.fullmatch(cell) and int(cell[:4]) in YEARS:
        with suppress(ValueError):  # 25 o'clock: said below
            return datetime.fromisoformat(cell)
    plain = unicodedata.normalize("NFKC", cell)
    if _SERIAL.fullmatch(plain):
        return EXCEL_EPOCH + timedelta(seconds=round(float(plain) * 86_400))
    match = _MOMENT.fullmatch(plain)
    try:
        if match and int(match[1]) in YEARS:
            parts = [int(part or 0) for part in match.groups()[:6]]
            clock = time(parts[3], parts[4], parts[5], _microseconds(match[7]))
            naive = datetime.combine(date(*parts[:3]), clock)
            return _in_zone(naive, match[8])
    except ValueError:
        pass  # 25 o'clock: said below
    raise InvalidInput(
        "time_unreadable",
        N_("Expected a time such as 2026-05-01 08:30, found %(found)s."),
        found=shown(cell),
    )


def time_zone(cell: str) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(cell).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            "time_zone_unknown",
            N_("Expected a time zone such as Asia/Shanghai, found %(found)s."),
            found=shown(cell),
        ) from None


class Choice:
    """A parser for one of the keys of ``words``, or of the Chinese words for them."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words
        self._known = {
            word: key for key, listed in words.items() for word in listed.split()
        }

    def __call__(self, cell: str) -> str:
        plain = unicodedata.normalize("NFKC", cell).lower()
        if plain in self.words:
            return plain
        if plain in self._known:
            return self._known[plain]
        raise InvalidInput(
            "choice_unknown",
            N_("Expected one of %(known)s, found %(found)s."),
            known=", ".join(self.words),
            found=shown(cell),
        )


def choice(**words: str) -> Choice:
    """``Choice`` with its words as keywords: ``choice(dry="干清洁", wet="湿清洁")``."""
    return Choice(words)


def _bounded(cell: str, limit: int, *, lines: bool) -> str:
    if len(cell) > limit:
        raise InvalidInput(
            "text_too_long",
            N_("Expected at most %(limit)s characters, found %(found)s."),
            limit=limit,
            found=len(cell),
        )
    allowed = "\t\r\n" if lines else ""
    for character in cell:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in allowed:
            raise InvalidInput(
                "text_control_character",
                N_("Expected text of one line, found the character U+%(found)s."),
                found=f"{ord(character):04X}",
            )
    return cell


def _microseconds(fraction: str | None) -> int:
    """``.25`` of a second; what is finer is cut off."""
    return int((fraction or ".")[1:7].ljust(6, "0"))


def _in_zone(naive: datetime, zone: str | None) -> datetime:
    if zone is None:
        return naive
    if zone == "Z":
        return naive.replace(tzinfo=UTC)
    return datetime.fromisoformat(naive.isoformat() + zone)


def shown(cell: str) -> str:
    return repr(cell[:40])
