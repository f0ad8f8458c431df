"""What is done with affected units, by where they are (domain.md §4.6.5)."""

from collections.abc import Mapping

from ...trace.errors import N_

ACTIONS: Mapping[str, str] = {
    "own": N_("Put on hold now, then into the recall quarantine."),
    "hold": N_("Keep on hold; move into the recall quarantine."),
    "quarantine": N_("Keep apart until a disposition is signed."),
    "returns": N_("Move into the recall quarantine, never back into stock."),
    "sample": N_("Keep, and mark as evidence."),
    "transit": N_("Stop the truck and bring it back."),
    "consignee": N_("Tell them: stop selling, seal, count, send back; shops delist."),
    "consumer": N_("Public notice, direct message, warning on the scan page; refund."),
    "consumed": N_("Count with evidence; follow what was made with it."),
    "destroyed": N_("Count with evidence."),
    "lost": N_("Look for it; it counts as unaccounted."),
}
"""By key of ``buckets.BUCKETS``, all of them."""

LABELS = N_("Labels printed and on no pack: void and destroy them.")
SUSPECT = N_("A code that was copied: warn as for an affected pack, list it apart.")
"""States of items rather than places: they stand beside the table."""
