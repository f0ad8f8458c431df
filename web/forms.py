"""What people type into forms, read into a value or refused with one clear sentence."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from flask import request

from ..trace.errors import N_, InvalidInput
from ..trace.parties.lots import YEARS
from .i18n import PLANT_ZONE

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def text_field(name: str, most: int, *, required: bool = False) -> str:
    """The text of a form's field, without spaces around it; line breaks are ``\\n``.

    Raises InvalidInput: ``text_too_long`` over ``most`` characters, ``text_unreadable``
    with control characters in it, ``text_missing`` when it is required and empty.
    """
    text = _checked(request.form.get(name, ""), most)
    if required and not text:
        raise _missing()
    return text


def scan_field(name: str, most: int) -> str:
    """What a hand scanner typed into a form's field, which may not be empty.

    A scanner sends FNC1 of a GS1 code as the character GS; ``|`` stands for it from
    here on. Raises as ``text_field``.
    """
    text = _checked(request.form.get(name, "").replace("\x1d", "|"), most)
    if not text:
        raise _missing()
    return text


def scan_argument(name: str, most: int) -> str:
    """What a hand scanner typed, in an address: as ``scan_field``, or nothing."""
    return _checked(request.args.get(name, "").replace("\x1d", "|"), most)


def text_argument(name: str, most: int) -> str:
    """The text of an address's argument, e.g. a search; raises as ``text_field``."""
    return _checked(request.args.get(name, ""), most)


def _missing() -> InvalidInput:
    return InvalidInput(
        "text_missing", N_("A field that is needed is empty. Fill it in.")
    )


def _checked(text: str, most: int) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise InvalidInput(
            "text_too_long",
            N_(
                "Expected at most %(most)s characters, got %(found)s. Shorten the text."
            ),
            most=f"{most:,}",
            found=f"{len(text):,}",
        )
    if _CONTROL.search(text):
        raise InvalidInput(
            "text_unreadable",
            N_("The text holds characters that cannot be shown. Type it again."),
        )
    return text


def number_field(
    name: str, least: int, most: int, *, default: int | None = None
) -> int:
    """A whole number as people write it, ``12,000`` and full-width digits too.

    Raises InvalidInput ``number_invalid`` for anything else, or outside the limits.
    """
    typed = request.form.get(name, "")
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", typed[:40]))
    if not text and default is not None:
        return default
    if not re.fullmatch("[0-9]{1,12}", text) or not least <= int(text) <= most:
        raise InvalidInput(
            "number_invalid",
            N_("Expected a whole number from %(least)s to %(most)s, got %(found)s."),
            least=f"{least:,}",
            most=f"{most:,}",
            found=typed[:40].strip() or "–",
        )
    return int(text)


def choice_field(name: str, known: Iterable[str]) -> str:
    """One of ``known``. Raises InvalidInput ``choice_invalid`` for anything else."""
    chosen = request.form.get(name, "")
    if chosen not in known:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    return chosen


def moment_field(name: str) -> datetime:
    """A time as ``datetime-local`` sends it, at the plant's clock."""
    typed = request.form.get(name, "")[:40]
    try:
        found = datetime.fromisoformat(typed)
        if found.year not in YEARS or found.tzinfo is not None:
            raise ValueError
        return found.replace(tzinfo=PLANT_ZONE)
    except ValueError:
        raise InvalidInput(
            "time_invalid",
            N_("Write times like 2026-11-24T10:00, at the plant's clock."),
        ) from None
