"""How many packs a batch is planned for: the work order's number, and its raise."""

from datetime import datetime

from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, InvalidInput
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .codes import require_in_production

MOST_PLANNED = 100_000_000


def raise_plan(
    session: Session, lot_id: int, planned: int, actor: Actor, now: datetime
) -> Lot:
    """Plan more packs for a batch in production; the same number again is no change.

    Raises InvalidInput ``plan_not_raised`` for fewer than are planned now, Conflict
    ``lot_not_in_production``.
    """
    actor.require("batch.plan")
    lot = lock_lots(session, [lot_id])[lot_id]
    require_in_production(lot)
    before = lot.planned or 0
    if planned == before:
        return lot
    if not before < planned <= MOST_PLANNED:
        raise InvalidInput(
            "plan_not_raised",
            N_(
                "Batch %(lot)s is planned for %(before)s packs. Expected more than "
                "that and at most %(most)s, got %(planned)s."
            ),
            lot=lot.code,
            before=before,
            most=MOST_PLANNED,
            planned=planned,
        )
    lot.planned = planned
    told = {"planned": [before, planned]}
    audit.record(session, actor.login, "batch.plan", f"lot:{lot.id}", now, **told)
    session.flush()
    return lot
