"""What the recall's steps ask of this room before they are taken (A9, A10)."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import ItemSet
from ...trace.stock.queries import balances
from ..recalls.tables import Recall
from .effectiveness import coverage
from .ledgers import recall_lots, reckon_rows
from .orders import OPEN, needs_notice
from .tables import ConsigneeLink, DispositionLine, DispositionOrder

OWN = ("line", "warehouse", "hold", "returns", "quarantine")
"""Kinds of our places where goods of a recall may not be left; samples are evidence."""


def everyone_answered(session: Session, recall: Recall) -> bool:
    """Every consignee answered with figures, or was given up with a reason."""
    silent = sa.select(ConsigneeLink.id).where(
        ConsigneeLink.recall_id == recall.id,
        ConsigneeLink.answered_at.is_(None),
        ConsigneeLink.closed_at.is_(None),
    )
    return session.scalar(silent.limit(1)) is None


def effectiveness_reached(session: Session, recall: Recall) -> bool:
    """A sample was drawn at the recall's level, and every check of it counts."""
    found = coverage(session, recall)
    return found.is_reached and (
        found.draw is not None and found.draw.level == recall.effectiveness
    )


def nothing_over(session: Session, recall: Recall) -> bool:
    """No batch is accounted for by more than was shipped."""
    return not any(row.ledger.is_over for row in reckon_rows(session, recall))


def all_disposed(session: Session, recall: Recall) -> bool:
    """Nothing of the recall is left in our hands, and no order is open (A10).

    Goods that were released or relabelled by an order are back among the good ones.
    """
    waits = sa.select(DispositionOrder.id).where(
        DispositionOrder.recall_id == recall.id, DispositionOrder.state.in_(OPEN)
    )
    return session.scalar(waits.limit(1)) is None and not left_of(session, recall)


def notices_given(session: Session, recall: Recall) -> bool:
    """Whatever was destroyed or treated was announced to the authority (Q6)."""
    done = session.scalars(
        sa.select(DispositionOrder).filter_by(recall_id=recall.id, state="done")
    )
    return all(one.authority_told_at for one in done if needs_notice(one))


def left_of(session: Session, recall: Recall) -> dict[int, int]:
    """Units of the recall that still stand in our hands, by lot; those relabelled or
    released by an order do not count."""
    lots = recall_lots(session, recall)
    ledgers = balances(session, lots)
    back = _put_back(session, recall)
    found: dict[int, int] = {}
    for lot_id, items in lots.items():
        much = sum(
            here.quantity if items is None else _of(items, here.known, here.quantity)
            for here in ledgers[lot_id].real
            if here.place.kind in OWN
        )
        if (rest := much - back.get(lot_id, 0)) > 0:
            found[lot_id] = rest
    return found


def _of(items: ItemSet, known: ItemSet, quantity: int) -> int:
    """At least so many: packs not known by number may be others."""
    return min((items & known).count, quantity)


def _put_back(session: Session, recall: Recall) -> dict[int, int]:
    rows = session.execute(
        sa.select(
            DispositionLine.lot_id,
            sa.cast(sa.func.sum(DispositionLine.quantity), sa.BigInteger),
        )
        .join(DispositionOrder, DispositionOrder.id == DispositionLine.order_id)
        .where(
            DispositionOrder.recall_id == recall.id,
            DispositionOrder.state == "done",
            DispositionOrder.kind.in_(("release", "relabel")),
        )
        .group_by(DispositionLine.lot_id)
    )
    return {lot: much for lot, much in rows}


Guard = Callable[[Session, Recall], bool]
COMPLETE: dict[str, Guard] = {
    "answers": everyone_answered,
    "effectiveness": effectiveness_reached,
    "ledger": nothing_over,
}
"""For the step ``complete``: in place of the attestation of the same name."""
DISPOSE: dict[str, Guard] = {
    "dispositions": all_disposed,
    "advance_notice": notices_given,
}
"""For the step ``dispose``."""
