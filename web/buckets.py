"""Kinds of places as screens show them: blues are in our hands, ambers outside, greys
gone, red unaccounted."""

from ..trace.errors import N_

COLOURS = {
    "own": "c1",
    "line": "c1",
    "warehouse": "c1",
    "hold": "c2",
    "returns": "c3",
    "quarantine": "c4",
    "sample": "c5",
    "transit": "c6",
    "consignee": "c7",
    "consumer": "c8",
    "consumed": "c10",
    "destroyed": "c11",
    "lost": "c9",
}
WORDS = {
    "own": N_("In our stock"),
    "hold": N_("On hold"),
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
"""By key of ``recall.scope.buckets.BUCKETS``."""
