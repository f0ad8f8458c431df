"""Which goods belong to a recall that is under way."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ..recalls.tables import Recall, RecallScope
from ..scope.tables import SavedScopeLot

ENDED = ("not_required", "closed", "cancelled")
"""States of a recall in which nobody has anything to do any more."""


def recalls_of(session: Session, lot_ids: Iterable[int]) -> dict[int, Recall]:
    """The recall each of these lots is in; lots in none are left out.

    A unit in two recalls belongs to the older one: its orders come first. Exercises
    hold no goods.
    """
    newest = (
        sa.select(
            RecallScope.recall_id, sa.func.max(RecallScope.version).label("version")
        )
        .group_by(RecallScope.recall_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(SavedScopeLot.lot_id, Recall)
        .join(RecallScope, RecallScope.scope_id == SavedScopeLot.scope_id)
        .join(
            newest,
            sa.and_(
                newest.c.recall_id == RecallScope.recall_id,
                newest.c.version == RecallScope.version,
            ),
        )
        .join(Recall, Recall.id == RecallScope.recall_id)
        .where(
            SavedScopeLot.counted,
            among(SavedScopeLot.lot_id, lot_ids),
            Recall.mode == "real",
            Recall.state.not_in(ENDED),
        )
        .order_by(Recall.id.desc())
    )
    return {lot: recall for lot, recall in rows}
