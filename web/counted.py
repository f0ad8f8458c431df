"""Quantities that stand alone, as on a paper: pieces say what they are pieces of."""

from flask_babel import gettext

from ..trace.errors import N_
from .amounts import amount

PIECES = {
    "product": N_("%(n)s packs"),
    "ingredient": N_("%(n)s pcs"),
    "packaging": N_("%(n)s pcs"),
}
"""By the kind of article."""


def counted(quantity: int, unit: str, kind: str) -> str:
    """As ``amount``; of pieces ``12,000 packs``."""
    told = amount(quantity, unit)
    if unit != "piece":
        return told
    text: str = gettext(PIECES[kind])
    return text % {"n": told}
