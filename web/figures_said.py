"""The figures of a consignee's answer as a form asks for them, by batch."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from flask import request

from ..recall.quarantine.figures import Figures
from ..recall.quarantine.tables import FIGURES
from ..trace.errors import N_, InvalidInput
from ..trace.parties.tables import Lot

ASKED: dict[str, str] = {
    "received": N_("Units received"),
    "on_hand": N_("Still here, sealed"),
    "sold_on": N_("Sold to others"),
    "used": N_("Used up or eaten for certain"),
    "returned": N_("Sent back to you"),
    "destroyed": N_("Destroyed here"),
    "corrected": N_("Put right here"),
}
"""Words for the figures, as the consignee reads them."""
FLAGS: dict[str, str] = {
    "never_shipped": N_("we never sent this batch there"),
    "received_more": N_("more received than we sent"),
    "received_less": N_("less received than we sent"),
    "returned_more": N_("more sent back than we sent"),
    "sum_over": N_("adds up to more than was received"),
    "sum_short": N_("adds up to less than was received"),
    "returned_unbooked": N_("sent back, but not arrived here yet"),
    "booked_more": N_("more came back here than was said"),
}
"""Words for the contradictions."""
_BASE = {"piece": 1, "mg": 1_000_000, "ul": 1_000_000}
"""Base units in the unit that people write: packs, kilograms, litres."""


def read_figures(lots: Iterable[Lot]) -> dict[int, Figures]:
    """The figures of a sent form; a batch whose fields are all empty is left out.

    Raises InvalidInput ``number_invalid``.
    """
    found: dict[int, Figures] = {}
    for lot in lots:
        typed = {
            name: request.form.get(f"{name}-{lot.id}", "").strip() for name in FIGURES
        }
        if any(typed.values()):
            found[lot.id] = Figures(
                **{name: _amount(text, lot) for name, text in typed.items()}
            )
    return found


def written(figures: Figures | None, lot: Lot) -> dict[str, str]:
    """The figures as they stand in the form's fields."""
    if figures is None:
        return {}
    scale = _BASE[lot.article.base_unit]
    return {name: f"{Decimal(getattr(figures, name)) / scale:f}" for name in FIGURES}


def _amount(text: str, lot: Lot) -> int:
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", text[:40]))
    scale = _BASE[lot.article.base_unit]
    if not plain:
        return 0
    if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", plain):
        amount = Decimal(plain) * scale
        if amount == int(amount):
            return int(amount)
    raise InvalidInput(
        "number_invalid",
        N_("Expected a whole number from %(least)s to %(most)s, got %(found)s."),
        least=0,
        most="9,999,999,999",
        found=text[:40],
    )
