"""What a move must say to be believed, before the ledger is asked."""

from datetime import datetime, timedelta

from ..errors import N_, InvalidInput, TooLarge
from ..parties.tables import Lot
from .places import Place

AHEAD = timedelta(days=1)
"""Clocks differ; what lies further ahead is a slip or a wrong clock (domain.md §9)."""
QUANTITY_LIMIT = 2**53
"""Whole numbers below it are exact in every JSON reader (RFC 8259, section 6)."""


def check_paper(document: str, quantity: int, at: datetime, now: datetime) -> None:
    """Raises InvalidInput or TooLarge unless a movement can have happened so."""
    if not document.strip():
        raise InvalidInput(
            "document_missing",
            N_("Expected the paper a movement belongs to, such as a shipment number."),
        )
    if quantity >= QUANTITY_LIMIT:
        raise TooLarge(
            "quantity_too_large",
            N_("Expected a quantity below %(limit)s, got %(found)s."),
            limit=QUANTITY_LIMIT,
            found=quantity,
        )
    if at > now + AHEAD:
        raise InvalidInput(
            "time_ahead",
            N_("Expected a time in the past, found %(found)s."),
            found=at.isoformat(),
        )


def check_source(lot: Lot, source: Place, target: Place) -> None:
    """Own lots are made, others supplied, and both come into our hands first.

    Raises InvalidInput ``source_contradicts`` or ``place_invalid``.
    """
    if not source.is_source:
        return
    if source.kind != ("made" if lot.own else "supplied"):
        raise InvalidInput(
            "source_contradicts",
            N_(
                "Lot %(lot)s cannot come from %(place)s: our own batches are made, "
                "those of suppliers are supplied."
            ),
            lot=lot.code,
            place=source.code,
        )
    if target.rank < 1 and not target.is_source:  # the ledger refuses sources itself
        raise InvalidInput(
            "place_invalid",
            N_(
                "What is made or supplied comes to a line, a warehouse or another "
                "place of ours first, not to %(place)s."
            ),
            place=target.code,
        )
