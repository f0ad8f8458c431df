"""The versions of a recall's scope: proposed by one person, locked by another.

A version never changes; a later one contains it. What the scope rests on, its criteria,
membership and hash, is the kept scope (``recall.scope.saved``); frozen beside it are
the positions and the consignees of that moment.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Lot
from ...trace.people import system
from ...trace.stock.holds import held_items, hold_lots
from ..scope.document import scope_document
from ..scope.saved import decisions
from ..scope.service import Scope, compute_scope
from ..scope.tables import SavedScope, SavedScopeLot
from ..scope.wording import read_criteria
from .tables import Recall, RecallConsignee, RecallScope

UNRESOLVED = ("unbatched", "unbounded", "unbounded_equipment", "open_tanks")
"""Fields of a scope's document that somebody must take upon themselves."""
FROZEN = ("positions", "places", "on_the_way", "narrowed", *UNRESOLVED)
"""Fields of the document that a version keeps."""
_CONTACT = ("partner_id", "code", "name", "name_en", "contact", "phone", "email")
_AMOUNTS = ("region", "quantity_min", "quantity_max", "coming", "shipped", "unbatched")


def current_scope(session: Session, recall_id: int) -> RecallScope | None:
    """The newest version, locked or not."""
    newest = (
        sa.select(RecallScope)
        .where(RecallScope.recall_id == recall_id)
        .order_by(RecallScope.version.desc())
    )
    return session.scalar(newest.limit(1))


def scope_versions(session: Session, recall_id: int) -> list[RecallScope]:
    """All versions, the newest first."""
    rows = (
        sa.select(RecallScope)
        .where(RecallScope.recall_id == recall_id)
        .order_by(RecallScope.version.desc())
    )
    return list(session.scalars(rows))


def consignees_of(session: Session, scope: RecallScope) -> list[RecallConsignee]:
    """Whom a version concerns: most units first, then by code."""
    rows = (
        sa.select(RecallConsignee)
        .where(RecallConsignee.recall_scope_id == scope.id)
        .order_by(RecallConsignee.quantity_max.desc(), RecallConsignee.code)
    )
    return list(session.scalars(rows))


def counted_lots(session: Session, scope_id: int) -> dict[int, ItemSet | None]:
    """The lots of a kept scope that count, and of which only some items are meant."""
    rows = session.execute(
        sa.select(SavedScopeLot.lot_id, SavedScopeLot.items).where(
            SavedScopeLot.scope_id == scope_id, SavedScopeLot.counted
        )
    )
    return {lot: None if items is None else ItemSet.parse(items) for lot, items in rows}


def unresolved(scope: RecallScope) -> dict[str, list[Any]]:
    """What of a version nobody could tell, by field; empty when all is clear."""
    return {name: scope.document[name] for name in UNRESOLVED if scope.document[name]}


def compute_again(session: Session, saved: SavedScope, now: datetime) -> Scope:
    """The kept scope as of now. Raises Conflict when it would be another one today."""
    found = compute_scope(
        session, read_criteria(session, saved.criteria), now, decisions(session, saved)
    )
    if saved.state == "superseded" or found.hash != saved.hash:
        raise Conflict(
            "scope_stale",
            N_(
                "Scope %(number)s is not what its records say today. Open it, look at "
                "what changed, compute it anew, and propose the new version."
            ),
            number=saved.number,
        )
    if saved.needs_agreement:
        raise Conflict(
            "scope_not_agreed",
            N_(
                "Scope %(number)s is narrowed below the batch: a second person has to "
                "agree to that first."
            ),
            number=saved.number,
        )
    if not any(lot.counted for lot in found.lots):
        raise InvalidInput(
            "scope_counts_nothing",
            N_("Scope %(number)s counts no batch: nothing could be recalled."),
            number=saved.number,
        )
    return found


def check_contains(
    session: Session, new: SavedScope, versions: Iterable[RecallScope]
) -> None:
    """A scope only grows (R3). Raises Conflict ``scope_shrinks`` with the lots lost."""
    after = counted_lots(session, new.id)
    for version in versions:
        before = counted_lots(session, version.scope_id)
        lost = [lot for lot, items in before.items() if not _within(lot, items, after)]
        if lost:
            codes = session.scalars(
                sa.select(Lot.code).where(Lot.id.in_(lost[:10])).order_by(Lot.code)
            )
            raise Conflict(
                "scope_shrinks",
                N_(
                    "A recall's scope never shrinks: %(number)s lacks %(lots)s, or "
                    "items of them. Add them to its facts."
                ),
                number=new.number,
                lots=", ".join(codes),
            )


def _within(lot: int, items: ItemSet | None, after: dict[int, ItemSet | None]) -> bool:
    if lot not in after:
        return False
    now = after[lot]
    return now is None or (items is not None and not items - now)


def freeze(session: Session, version: RecallScope, found: Scope) -> None:
    """Keep where everything is, and who has it, beside a version."""
    document = scope_document(found)
    version.made, version.lots = found.made, sum(lot.counted for lot in found.lots)
    version.document = {name: document[name] for name in FROZEN}
    session.flush()
    session.execute(
        sa.delete(RecallConsignee).where(RecallConsignee.recall_scope_id == version.id)
    )
    rows = [
        {
            "recall_scope_id": version.id,
            **{name: getattr(one, name) for name in (*_CONTACT, *_AMOUNTS)},
            "shipments": [*one.shipments, *one.unbatched_with],
        }
        for one in found.whereabouts.consignees
    ]
    if rows:
        session.execute(sa.insert(RecallConsignee), rows)


def hold_counted(
    session: Session, recall: Recall, scope_id: int, now: datetime
) -> str | None:
    """Hold whatever counts and is not held yet, whole lots (A1); an exercise does not.

    The number of the hold, or None where nothing was left to hold.
    """
    if recall.mode == "drill":
        return None
    lots = counted_lots(session, scope_id)
    held = held_items(session, lots)
    free = [lot for lot in lots if lot not in held or not held[lot].whole]
    if not free:
        return None
    reason = f"{recall.number} {recall.title}"
    return hold_lots(
        session, free, hazard="health", reason=reason, actor=system(), now=now
    )


def balance(scope: RecallScope) -> tuple[int, int]:
    """Least and most units whose place is known; what was made lies between."""
    positions = scope.document["positions"]
    return sum(one["min"] for one in positions), sum(one["max"] for one in positions)
