"""A figure as people type it: 1,200 or 12.5, full-width digits too."""

import re
import unicodedata
from decimal import Decimal

from ...trace.errors import N_, InvalidInput
from ...trace.exchange.amounts import to_base
from ...trace.parties.tables import Article
from ..forms import text_field

WEIGHED = {"mg": "kg", "ul": "l"}
"""The unit in which people weigh what is kept in a base unit."""
_FIGURE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def read_figure(typed: str) -> Decimal:
    """The figure, 0 or more.

    >>> read_figure("1,200.5")
    Decimal('1200.5')

    Raises InvalidInput ``quantity_unreadable``.
    """
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", typed))
    if not _FIGURE.fullmatch(plain):
        raise InvalidInput(
            "quantity_unreadable",
            N_("Expected a quantity such as 240 or 12.5, got %(found)s."),
            found=typed[:40].strip() or "–",
        )
    return Decimal(plain)


def amount_field(name: str, article: Article) -> int:
    """A quantity of an article as people say it, packs or a weight, in its base unit.

    Raises InvalidInput as ``read_figure`` and ``to_base``.
    """
    much = read_figure(text_field(name, 20, required=True))
    return to_base(article, much, WEIGHED.get(article.base_unit, "piece"))
