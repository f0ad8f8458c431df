"""The labels of a line PC by their fate: moved together, cut where they part."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import EMPTY, ItemSet
from .tables import Span

OUT = ("sent", "confirmed")
"""States of labels that count as printed."""
GONE = ("sending", *OUT, "needs_scan", "lost")
"""States of labels of which bytes left this PC, or may have."""


def spans_of(session: Session, *states: str, job_id: int | None = None) -> list[Span]:
    """Labels in any of these states, in the order they are printed."""
    rows = sa.select(Span).where(Span.state.in_(states))
    if job_id is not None:
        rows = rows.where(Span.job_id == job_id)
    return list(session.scalars(rows.order_by(Span.job_id, Span.block_id, Span.lo)))


def places_in(session: Session, block_id: int, *states: str) -> ItemSet:
    """Places of a block whose labels are in any of these states."""
    rows = session.execute(
        sa.select(Span.lo, Span.hi).where(
            Span.block_id == block_id, Span.state.in_(states)
        )
    )
    return ItemSet.from_intervals((row.lo, row.hi) for row in rows)


def move(session: Session, spans: Iterable[Span], state: str) -> dict[int, ItemSet]:
    """Give labels another state; their places by block."""
    moved: dict[int, ItemSet] = {}
    for span in spans:
        span.state = state
        places = ItemSet.range(span.lo, span.hi)
        moved[span.block_id] = moved.get(span.block_id, EMPTY) | places
    session.flush()
    return moved


def cut(session: Session, span: Span, part: ItemSet) -> list[Span]:
    """The labels of a span that are in ``part``, cut off from the others."""
    here = ItemSet.range(span.lo, span.hi) & part
    rest = ItemSet.range(span.lo, span.hi) - part
    if not here:
        return []
    more = [_piece(span, lo, hi) for lo, hi in here.intervals[1:]]
    session.add_all([*more, *(_piece(span, lo, hi) for lo, hi in rest.intervals)])
    span.lo, span.hi = here.intervals[0]
    session.flush()
    return [span, *more]


def _piece(span: Span, lo: int, hi: int) -> Span:
    return Span(
        job_id=span.job_id,
        block_id=span.block_id,
        lo=lo,
        hi=hi,
        state=span.state,
        due_out=span.due_out,
    )
