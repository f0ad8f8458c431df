"""What the codes in lists are called, by the name a column gives: see ``web.words``."""

from collections.abc import Mapping

from flask_babel import gettext

from ...trace.errors import N_
from .. import words
from ..words import Word

PLACE = {
    "made": N_("Production"),
    "supplied": N_("Supplier"),
    "line": N_("Line"),
    "warehouse": N_("Warehouse"),
    "hold": N_("Hold area"),
    "quarantine": N_("Recall quarantine"),
    "returns": N_("Returned"),
    "sample": N_("Retained samples"),
    "transit": N_("On the way"),
    "consignee": N_("At consignees"),
    "consumer": N_("With consumers"),
    "consumed": N_("Used up"),
    "destroyed": N_("Destroyed"),
    "lost": N_("Unaccounted"),
}
PARTNER = {
    "supplier": N_("Supplier"),
    "consignee": N_("Consignee"),
    "carrier": N_("Carrier"),
    "authority": N_("Authority"),
    "lab": N_("Laboratory"),
}
ARTICLE = {
    "product": N_("Product"),
    "ingredient": N_("An ingredient"),
    "packaging": N_("Packaging"),
}
GRADE = {
    "quantity": N_("Quantity only"),
    "case": N_("Case"),
    "item": N_("Single pack"),
}
CYCLE = {
    "retort": N_("Retort"),
    "kettle": N_("Kettle"),
    "chiller": N_("Chiller"),
    "tank": N_("Tank"),
}
UNIT = {"case": N_("Case"), "pallet": N_("Pallet")}
INSPECTION = {
    "receiving": N_("On receipt"),
    "outgoing": N_("Before release"),
    "incubation": N_("Incubation test"),
    "retained": N_("Of retained samples"),
    "returned": N_("Of returned goods"),
}
PAPER = {
    "animal_quarantine": N_("Animal quarantine certificate"),
    "meat_inspection": N_("Meat inspection certificate"),
    "test_report": N_("Test report"),
    "supplier_licence": N_("Supplier’s licence"),
    "delivery_note": N_("Delivery note"),
    "other": N_("Other"),
}
UNIT_STATE: dict[str, Word] = {
    "open": ("run", N_("Being packed")),
    "closed": ("ok", N_("Packed")),
    "dissolved": ("none", N_("Unpacked")),
}
SHIPMENT: dict[str, Word] = {
    "sent": ("run", N_("On the way")),
    "delivered": ("ok", N_("Delivered")),
}
SAMPLE: dict[str, Word] = {
    "kept": ("ok", N_("Kept")),
    "removed": ("none", N_("Removed")),
}
CODE: dict[str, Word] = {
    "bound": ("ok", N_("Bound to a batch")),
    "unbound": ("none", N_("Not yet bound")),
}
LOT: dict[str, Word] = {**words.LOT, "held": ("hold", N_("On hold"))}
REASON = {
    "import": N_("Imported"),
    "applied": N_("Labelled at the line"),
    "shipped": N_("Shipped"),
    "delivered": N_("Delivered"),
    **words.EDGE,
}
"""What the house itself writes as reason of a movement; people write in their words."""
YES = {"yes": N_("Yes"), "no": N_("No")}

WORDS: Mapping[str, Mapping[str, Word | str]] = {
    "article": ARTICLE,
    "check": words.CHECK,
    "cleaning": words.CLEANING,
    "code": CODE,
    "cycle": CYCLE,
    "edge": words.EDGE,
    "grade": GRADE,
    "hazard": words.HAZARD,
    "hold": words.HOLD,
    "inspection": INSPECTION,
    "job": words.JOB,
    "line": words.LINE,
    "lot": LOT,
    "paper": PAPER,
    "partner": PARTNER,
    "place": PLACE,
    "reason": REASON,
    "result": words.RESULT,
    "sample": SAMPLE,
    "shipment": SHIPMENT,
    "unit": UNIT,
    "unit_state": UNIT_STATE,
    "yes": YES,
}
"""A status has a kind beside its word, which gives it colour and shape."""


def word_of(kind: str, code: str) -> Word:
    """Kind of status (empty for a plain word) and the word in the visitor's language.

    What is no code of ours is somebody's own words and stays as it is: a template must
    escape it, so it may not go through ``_`` there.
    """
    if code not in WORDS[kind]:
        return "", code
    found = WORDS[kind][code]
    shape, word = ("", found) if isinstance(found, str) else found
    return shape, gettext(word)
