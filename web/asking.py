"""What an address asks of a list: every choice is in it, so that it can be shared."""

from datetime import date

from flask import request

from ..trace.errors import N_, InvalidInput
from ..trace.exchange.lists.query import Asked
from ..trace.exchange.lists.shape import Filter, Listing
from ..trace.exchange.values import day
from .forms import text_argument
from .i18n import PLANT_ZONE

MOST_ASKED = 80
MOST_CODE = 64


def read_asked(listing: Listing) -> Asked:
    """Search, filters, days and order of the present address.

    Raises InvalidInput: ``choice_invalid``, ``date_unreadable``, ``text_too_long`` …
    """
    chosen = {each.name: _choice(each) for each in listing.filters}
    return Asked(
        words=text_argument("q", MOST_ASKED),
        chosen={name: value for name, value in chosen.items() if value},
        since=_day("since") if listing.period else None,
        until=_day("until") if listing.period else None,
        sort=text_argument("sort", MOST_CODE),
        zone=PLANT_ZONE,
    )


def arguments(asked: Asked) -> dict[str, str]:
    """The same as an address's arguments, without the empty ones."""
    found = {
        "q": asked.words,
        **asked.chosen,
        "since": asked.since.isoformat() if asked.since else "",
        "until": asked.until.isoformat() if asked.until else "",
        "sort": asked.sort,
    }
    return {name: value for name, value in found.items() if value}


def _choice(each: Filter) -> str:
    value = text_argument(each.name, MOST_CODE)
    if value and each.choices and value not in each.choices:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    return value


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()[:40]
    return day(text) if text else None
