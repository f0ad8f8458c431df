"""Numbers of cases and pallets: read as people scan them, given out none twice."""

import re
import unicodedata

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..identity.gs1 import Sscc, check_digit, read_elements
from ..numbers import next_value
from .tables import LogisticUnit

MOST_AT_ONCE = 500
"""Numbers one request may take: a roll of case labels."""
_BLOCK = 1000
"""Numbers looked at together when the first ones are taken."""
_SSCC = re.compile(r"(?:\(?00\)?)?[0-9]{18}")
_SSCC_LINK = re.compile(r"/00/([0-9]{18})(?:[/?#]|$)")
_ELEMENTS = re.compile(r"\].*|\(.*|00[0-9]{18}..+")


def sscc_of(text: str) -> str:
    """The SSCC a text is, or nothing.

    Takes 18 digits, ``(00)…``, a GS1 element string with AI 00 among others (with or
    without ``]C1`` or another symbology identifier), and an address with ``/00/…``.

    >>> sscc_of("(00) 0690 1234 0000 0000 16"), sscc_of("L2-261124-01")
    ('069012340000000016', '')

    Raises InvalidInput ``sscc_check_digit`` for a number that was misread.
    """
    plain = unicodedata.normalize("NFKC", text[:200]).strip()
    if link := _SSCC_LINK.search(plain):
        return Sscc(link[1]).digits
    compact = re.sub(r"[\s-]", "", plain)
    if _SSCC.fullmatch(compact):
        return Sscc.parse(compact).digits
    if not _ELEMENTS.fullmatch(plain):
        return ""
    try:
        found = read_elements(plain).get("00", "")
    except InvalidInput:
        return ""
    return found if found and int(found[-1]) == check_digit(found[:-1]) else ""


def read_sscc(text: str) -> Sscc:
    """The SSCC that was scanned or typed. Raises InvalidInput as ``Sscc``."""
    return Sscc(sscc_of(text) or Sscc.parse(text).digits)


def issue_ssccs(session: Session, prefix: str, count: int = 1) -> list[Sscc]:
    """The next free SSCCs under a GS1 company prefix.

    Numbers that a record brought in by an import has already are passed over. GS1
    allows reuse after a year (General Specifications 4.3.5); we never do.

    Raises InvalidInput ``company_prefix_missing``, ``count_invalid`` or as
    ``Sscc.build``.
    """
    if not prefix:
        raise InvalidInput(
            "company_prefix_missing",
            N_(
                "New case numbers need the company prefix that GS1 gave you: set "
                "LOTMARK_GS1_PREFIX. Or scan a label that has its number already."
            ),
        )
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidInput(
            "count_invalid",
            N_("Expected 1 to %(most)s numbers at once, got %(found)s."),
            most=MOST_AT_ONCE,
            found=count,
        )
    found: list[Sscc] = []
    block = count
    while len(found) < count:
        first = next_value(session, f"SSCC {prefix}", 0, block)
        some = [Sscc.build(prefix, number) for number in range(first, first + block)]
        digits = [sscc.digits for sscc in some]
        known = sa.select(LogisticUnit.sscc).where(LogisticUnit.sscc.in_(digits))
        taken = set(session.scalars(known))
        found += [sscc for sscc in some if sscc.digits not in taken]
        block = _BLOCK  # a whole stretch was imported: do not ask one by one
    return found[:count]
