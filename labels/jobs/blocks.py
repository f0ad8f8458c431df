"""The blocks of a job: items that share a fate, cut where their fates part."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.identity.items import EMPTY, ItemSet
from .tables import PrintBlock, PrintJob

OUT = ("sent", "confirmed")
"""States of labels that count as printed."""


def blocks_of(session: Session, job: PrintJob, *states: str) -> list[PrintBlock]:
    """The blocks of a job in any of ``states``, ascending."""
    return list(
        session.scalars(
            sa.select(PrintBlock)
            .where(PrintBlock.job_id == job.id, PrintBlock.state.in_(states))
            .order_by(PrintBlock.lo)
        )
    )


def items_in(session: Session, job: PrintJob, *states: str) -> ItemSet:
    """The items of a job whose labels are in any of ``states``."""
    return ItemSet.from_intervals(
        (block.lo, block.hi) for block in blocks_of(session, job, *states)
    )


def move_items(
    session: Session,
    job: PrintJob,
    items: ItemSet,
    sources: tuple[str, ...],
    target: str,
    **changes: Any,
) -> ItemSet:
    """Give ``items`` of a locked job another state; those that were in ``sources``."""
    moved = EMPTY
    for block in blocks_of(session, job, *sources):
        part = ItemSet.range(block.lo, block.hi) & items
        if part:
            for piece in cut(session, block, part):
                piece.state = target
                for column, value in changes.items():
                    setattr(piece, column, value)
            moved |= part
    session.flush()
    return moved


def cut(session: Session, block: PrintBlock, part: ItemSet) -> list[PrintBlock]:
    """The block cut into pieces, of which those that hold ``part`` are returned."""
    rest = ItemSet.range(block.lo, block.hi) - part
    pieces = [_piece(block, lo, hi) for lo, hi in part.intervals[1:]]
    session.add_all([*pieces, *(_piece(block, lo, hi) for lo, hi in rest.intervals)])
    block.lo, block.hi = part.intervals[0]
    return [block, *pieces]


def _piece(block: PrintBlock, lo: int, hi: int) -> PrintBlock:
    kept = {
        column.key: getattr(block, column.key)
        for column in sa.inspect(PrintBlock).column_attrs
        if column.key != "id"
    }
    return PrintBlock(**{**kept, "lo": lo, "hi": hi})


def count_done(session: Session, job: PrintJob) -> None:
    """Keep the job's own count of labels that are out."""
    out = sa.select(sa.func.sum(PrintBlock.hi - PrintBlock.lo)).where(
        PrintBlock.job_id == job.id, PrintBlock.state.in_(OUT)
    )
    job.done = session.scalar(out) or 0
