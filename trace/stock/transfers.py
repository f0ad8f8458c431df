"""Moves between our own places, and goods that leave us other than by a shipment.

Samples, staff sales and donations are part of every recall (domain.md §4.6.4): they are
booked with who got them, never as a loss.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ..errors import N_, Conflict, InvalidInput
from ..numbers import next_number
from ..parties.lots import find_place
from ..parties.tables import Location, Lot
from ..people import Actor
from .books import load_places
from .cargo import Cargo, Paper, move_cargo
from .origins import check_ours
from .returns import endangered
from .service import Move
from .stores import day_at, own_place, place_value
from .turns import check_fresh

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

    Out of returns, hold or quarantine back among good stock it needs words: what was
    looked at, and by whom. What is recalled or feared to harm stays in quarantine.

    Raises InvalidInput ``check_missing``, Conflict ``feared_kept``, and as
    ``own_place`` and ``move_cargo``.
    """
    actor.require("stock.move")
    target = own_place(session, target_id)
    number = next_number(session, "DB", now.year)
    paper = Paper(number, now, reason)
    moves = move_cargo(
        session,
        cargo,
        lambda _: target.id,
        paper,
        actor,
        now,
        check=check_ours,
        unit_place_id=unit_place_id,
    )
    check_back(session, moves, target, reason)
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
    goods on hold are never given away or written off, those past their date never
    given away.
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
    today = day_at(session, None, now)

    def route(lots: Mapping[int, Lot]) -> int:
        if USES[use] == "consumer":
            check_fresh(lots.values(), today)
        return target.id

    number = next_number(session, "LY", now.year)
    paper = Paper(number, now, f"{use}: {words.strip()}".rstrip(": "))
    move_cargo(
        session,
        cargo,
        route,
        paper,
        actor,
        now,
        check=check_ours,
        unit_place_id=unit_place_id,
    )
    return number


def check_back(
    session: Session, moves: Sequence[Move], target: Location, reason: str
) -> None:
    """domain.md §3.5 Q10: set apart once, back among good stock only with a word."""
    if place_value(target).rank > 1:
        return
    places = load_places(session, {move.source_id for move in moves})
    back = [move for move in moves if places[move.source_id].rank > 1]
    if not back:
        return
    if not reason.strip():
        raise InvalidInput(
            "check_missing",
            N_(
                "These goods were set apart. Say what was checked, and by whom, before "
                "they go back to %(place)s."
            ),
            place=target.code,
        )
    lots = [session.get_one(Lot, move.lot_id) for move in back]
    feared = endangered(session, lots)
    if wrong := [lot for lot in lots if lot.id in feared]:
        raise Conflict(
            "feared_kept",
            N_(
                "Lot %(lot)s is recalled or feared to harm: what was set apart of it "
                "stays apart until QA has decided what becomes of it."
            ),
            lot=wrong[0].code,
        )
