"""Codes that a line machine was given and never printed: it gives them back.

After its shift a device prints no more from a block (``blocks``). What it never printed
is on no label and never will be, so it does not count against the plan of the batch.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..identity.items import ItemSet
from ..identity.tables import CodeBinding, CodeBlock, CodeReturn
from ..parties.lots import lock_lots
from ..people import Actor
from .blocks import check_places
from .marks import marks_of


def return_codes(
    session: Session, block: CodeBlock, places: ItemSet, actor: Actor, now: datetime
) -> ItemSet:
    """Note that places of a block were never printed; those newly given back.

    Again changes nothing. Raises InvalidInput ``block_range``.
    """
    check_places(block, places)
    lock_lots(session, _lots_of(session, block))
    session.refresh(block, with_for_update=True)
    new = places - returned_places(session, block)
    session.add_all(
        CodeReturn(block_id=block.id, lo=lo, hi=hi, at=now, by=actor.login)
        for lo, hi in new.intervals
    )
    if new:
        audit.record(
            session,
            actor.login,
            "codes.return",
            f"code_block:{block.id}",
            now,
            device=block.device,
            places=str(new)[:200],
            count=new.count,
        )
    session.flush()
    return new


def returned_places(session: Session, block: CodeBlock) -> ItemSet:
    """Places of a block that were given back."""
    rows = session.execute(
        sa.select(CodeReturn.lo, CodeReturn.hi).filter_by(block_id=block.id)
    )
    return ItemSet.from_intervals((row.lo, row.hi) for row in rows)


def returned_items(session: Session, lot_id: int) -> ItemSet:
    """Items of a lot that were given back, and of which nothing else was ever noted: a
    label that turns up all the same is a label.
    """
    rows = session.execute(
        sa.select(
            CodeBlock.first + CodeReturn.lo,
            CodeBlock.first + CodeReturn.hi,
            CodeBinding.lo,
            CodeBinding.hi,
            CodeBinding.lot_lo - CodeBinding.lo,
        )
        .select_from(CodeReturn)
        .join(CodeBlock, CodeBlock.id == CodeReturn.block_id)
        .join(CodeBinding, CodeBinding.series_id == CodeBlock.series_id)
        .where(
            CodeBinding.lot_id == lot_id,
            CodeBlock.first + CodeReturn.lo < CodeBinding.hi,
            CodeBlock.first + CodeReturn.hi > CodeBinding.lo,
        )
    )
    given_back = ItemSet.from_intervals(
        (max(lo, first) + shift, min(hi, end) + shift)
        for lo, hi, first, end, shift in rows
    )
    for noted in marks_of(session, lot_id).values():
        given_back -= noted
    return given_back


def _lots_of(session: Session, block: CodeBlock) -> list[int]:
    lots = sa.select(CodeBinding.lot_id).where(
        CodeBinding.series_id == block.series_id,
        CodeBinding.lo < block.first + block.count,
        CodeBinding.hi > block.first,
    )
    return list(session.scalars(lots.distinct()))
