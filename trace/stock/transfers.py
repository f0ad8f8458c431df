"""Moves between our own places, and goods that leave us other than by a shipment.

Samples, staff sales and donations are part of every recall (domain.md §4.6.4): they are
booked with who got them, never as a loss.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ..errors import N_, InvalidInput
from ..numbers import next_number
from ..parties.lots import find_place
from ..people import Actor
from .cargo import Cargo, Paper, move_cargo
from .stores import own_place

USES = {
    "sample": "sample",
    "staff_sale": "consumer",
    "donation": "consumer",
    "lost": "lost",
}
"""What goods leave for, and the place of the ledger they go to."""
NAMED = ("donation", "lost")
"""Uses that need words: who got it, or what was looked into (domain.md §3.5 Q8)."""


def move_between(
    session: Session,
    cargo: Cargo,
    target_id: int,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    unit_place_id: int | None = None,
) -> str:
    """Book goods from where they stand to another place of ours; the paper's number.

    Raises as ``own_place`` and ``move_cargo``.
    """
    actor.require("stock.move")
    target = own_place(session, target_id)
    number = next_number(session, "DB", now.year)
    paper = Paper(number, now, reason)
    move_cargo(
        session,
        cargo,
        lambda _: target.id,
        paper,
        actor,
        now,
        unit_place_id=unit_place_id,
    )
    return number


def take_away(
    session: Session,
    use: str,
    cargo: Cargo,
    words: str,
    actor: Actor,
    now: datetime,
    *,
    unit_place_id: int | None = None,
) -> str:
    """Book goods taken as samples, sold to staff, given away or lost; the number.

    ``words`` say who got them, or for lost goods what was looked into.

    Raises InvalidInput ``choice_invalid``, ``reason_missing``, and as ``move_cargo``:
    goods on hold are never given away or written off.
    """
    actor.require("stock.move")
    if use not in USES:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    if use in NAMED and not words.strip():
        raise InvalidInput(
            "reason_missing", N_("Expected a reason: say why, in a few words.")
        )
    target = find_place(session, USES[use])
    number = next_number(session, "LY", now.year)
    paper = Paper(number, now, f"{use}: {words.strip()}".rstrip(": "))
    move_cargo(
        session,
        cargo,
        lambda _: target.id,
        paper,
        actor,
        now,
        unit_place_id=unit_place_id,
    )
    return number
