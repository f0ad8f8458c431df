"""Blocks of codes that a line machine holds to work without a network (domain.md §3.9).

A block is issued for a batch, or before it is known which batch it will go onto; then
the machine says later which part went onto which batch, perhaps long after the batch
was finished.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.tables import CodeBinding, CodeBlock
from ..parties.lots import lock_lots
from ..people import Actor
from .codes import issue_codes
from .rolls import bind_range, issue_roll

MOST_IN_BLOCK = 1_000_000
"""Codes of one block: a fast line makes so many in two shifts."""


def issue_blocks(
    session: Session,
    device: str,
    count: int,
    lot_id: int | None,
    key_version: int,
    actor: Actor,
    now: datetime,
) -> list[CodeBlock]:
    """Give a device codes of its own, most often as one block.

    Raises what ``issue_codes`` and ``issue_roll`` raise.
    """
    if lot_id is None:
        ranges = [issue_roll(session, count, key_version, actor, now)]
    else:
        ranges = issue_codes(session, lot_id, count, key_version, actor, now)
    firsts = [(issued.series, issued.lo) for issued in ranges]
    of_these = sa.tuple_(CodeBlock.series_id, CodeBlock.first).in_(firsts)
    blocks = list(session.scalars(sa.select(CodeBlock).where(of_these)))
    for block in sorted(blocks, key=lambda block: block.id):
        block.device = device
        audit.record(
            session,
            actor.login,
            "codes.block",
            f"code_block:{block.id}",
            now,
            device=device,
            count=block.count,
        )
    session.flush()
    return sorted(blocks, key=lambda block: block.id)


def find_block(session: Session, block_id: int) -> CodeBlock:
    """The block with that id, if a device has it. Raises NotFound."""
    block = session.get(CodeBlock, block_id)
    if block is None or not block.device:
        raise NotFound(
            "block_unknown",
            N_("No device has a block %(block)s of codes."),
            block=block_id,
        )
    return block


def bind_block(
    session: Session,
    block_id: int,
    lot_id: int,
    first: int,
    count: int,
    actor: Actor,
    now: datetime,
) -> CodeBinding:
    """Say that codes ``first … first + count - 1`` of a block went onto a batch.

    The batch may be over by now: its packs carry the codes all the same. Again changes
    nothing.

    Raises:
        Forbidden: without ``codes.issue``.
        NotFound: ``block_unknown``, ``lot_unknown``.
        InvalidInput: ``block_range`` for codes that are not in the block.
        Conflict: ``lot_not_begun``, ``roll_bound``.
    """
    actor.require("codes.issue")
    lot = lock_lots(session, [lot_id])[lot_id]
    block = find_block(session, block_id)
    if first < 0 or count < 1 or first + count > block.count:
        raise InvalidInput(
            "block_range",
            N_("Expected codes 0 to %(last)s of the block, got %(lo)s to %(hi)s."),
            last=block.count - 1,
            lo=first,
            hi=first + count - 1,
        )
    if not lot.own or lot.status == "planned":
        raise Conflict(
            "lot_not_begun",
            N_("Codes go onto packs of a batch of ours that was begun, not %(lot)s."),
            lot=lot.code,
        )
    lo, hi = block.first + first, block.first + first + count
    same = sa.select(CodeBinding).filter_by(
        series_id=block.series_id, lo=lo, hi=hi, lot_id=lot_id
    )
    known = session.scalar(same)
    return known or bind_range(session, lot, block.series_id, lo, hi, actor, now)
