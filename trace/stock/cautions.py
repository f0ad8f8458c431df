"""The consumer page's caution: "under examination, do not eat" (DESIGN §5).

It belongs to a health hold: one person turns it on while such a hold is in force, and
it goes off when the lot's last health hold is released, which takes two persons.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .books import by_ids
from .tables import Hold


def start_caution(
    session: Session, lot_ids: Iterable[int], actor: Actor, now: datetime
) -> None:
    """Let the consumer page of lots say: under examination, do not eat. One person.

    Raises Forbidden without ``caution.start``, NotFound, or Conflict ``caution_alone``
    for a lot without a health hold in force.
    """
    actor.require("caution.start")
    lots = lock_lots(session, lot_ids)
    endangered = health_held(session, lots)
    for lot in lots.values():
        if lot.id not in endangered:
            raise Conflict(
                "caution_alone",
                N_("Lot %(lot)s has no health hold: place one before the caution."),
                lot=lot.code,
            )
        if lot.caution_at is None:
            lot.caution_at = now
            audit.record(session, actor.login, "caution.start", f"lot:{lot.id}", now)
    session.flush()


def end_cautions(
    session: Session, lots: Mapping[int, Lot], actor: Actor, now: datetime
) -> None:
    """End the caution of lots without a health hold; needs ``caution.end``."""
    endangered = health_held(session, lots)
    for lot in lots.values():
        if lot.caution_at is not None and lot.id not in endangered:
            actor.require("caution.end")
            lot.caution_at = None
            audit.record(session, actor.login, "caution.end", f"lot:{lot.id}", now)
    session.flush()


def health_held(session: Session, lot_ids: Iterable[int]) -> set[int]:
    """Lots with a health hold in force."""
    select = sa.select(Hold.lot_id).where(
        Hold.state != "released", Hold.hazard == "health"
    )
    return {row.lot_id for row in by_ids(session, select, Hold.lot_id, lot_ids)}
