"""Blocks of codes that a line machine holds to work without a network (domain.md §3.9).

A block is issued for a batch, or before it is known which batch it will go onto; then
the machine says later which part went onto which batch, perhaps long after the batch
was finished.

The device gets a signed paper with it: which block it holds, until when it may print
from it, and the digest of its codes. With that paper it reports afterwards what it did,
by the places in the block.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound, TooLarge
from ..identity.bulk import encode_many
from ..identity.items import EMPTY, ItemSet
from ..identity.keys import KeyRing
from ..identity.signing import read_signed, sign
from ..identity.tables import CodeBinding, CodeBlock
from ..parties.lots import lock_lots
from ..parties.tables import Lot
from ..people import Actor
from .codes import issue_codes
from .rolls import bind_range, issue_roll

MOST_IN_BLOCK = 500_000
"""Codes of one block: a fast line makes so many in a shift."""
LASTS = timedelta(hours=12)
"""How long a device may take codes from a block: a shift and a bit."""
MOST_BOUND = 1000
"""Runs of codes one report may put onto a batch: each is a row of its own."""


def issue_blocks(
    session: Session,
    device: str,
    count: int,
    lot_id: int | None,
    key_version: int,
    actor: Actor,
    now: datetime,
    *,
    spoiled: int = 0,
) -> list[CodeBlock]:
    """Give a device codes of its own, most often as one block.

    ``spoiled`` codes of the batch are on no label and do not count against its plan.
    Raises what ``issue_codes`` and ``issue_roll`` raise.
    """
    if lot_id is None:
        ranges = [issue_roll(session, count, key_version, actor, now)]
    else:
        ranges = issue_codes(
            session, lot_id, count, key_version, actor, now, spoiled=spoiled
        )
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
        raise _out_of_range(block, ItemSet.range(first, first + max(count, 1)))
    _check_begun(lot)
    lo, hi = block.first + first, block.first + first + count
    same = sa.select(CodeBinding).filter_by(
        series_id=block.series_id, lo=lo, hi=hi, lot_id=lot_id
    )
    known = session.scalar(same)
    return known or bind_range(session, lot, block.series_id, lo, hi, actor, now)


def paper_of(ring: KeyRing, block: CodeBlock, lot_id: int | None) -> str:
    """The signed paper of a block: a compact JWS that any device can check."""
    serials = codes_of(ring, block, 0, block.count)
    claims = {
        "block": block.id,
        "codes": hashlib.sha256("".join(serials).encode()).hexdigest(),
        "count": block.count,
        "exp": int((block.issued_at + LASTS).timestamp()),
        "iat": int(block.issued_at.timestamp()),
        "lot": lot_id,
        "sub": block.device,
    }
    return sign(ring[block.key_version], claims)


def codes_of(ring: KeyRing, block: CodeBlock, first: int, count: int) -> list[str]:
    """The serials of a block from a place on, at most ``count`` of them."""
    lo = block.first + min(first, block.count)
    hi = min(lo + count, block.first + block.count)
    key = ring[block.key_version]
    found = encode_many(key, block.series_id, ItemSet.range(lo, hi)).astype(str)
    serials: list[str] = found.tolist()
    return serials


def check_printable(block: CodeBlock, now: datetime) -> None:
    """Raises Conflict ``block_over`` when no more codes may be taken from a block."""
    until = block.issued_at + LASTS
    if now > until:
        raise Conflict(
            "block_over",
            N_(
                "Block %(block)s was for one shift, until %(until)s. Report what was "
                "printed of it, and ask for a new block."
            ),
            block=block.id,
            until=until.isoformat(timespec="minutes"),
        )


def read_paper(session: Session, ring: KeyRing, paper: str, device: str) -> CodeBlock:
    """The block that a device proves to hold.

    Raises InvalidInput ``paper_forged``, NotFound ``block_unknown``, Conflict
    ``block_of_other``.
    """
    claims: dict[str, Any] = read_signed(ring, paper)
    block = find_block(session, int(claims["block"]))
    if device != block.device or claims["sub"] != block.device:
        raise Conflict(
            "block_of_other",
            N_("Block %(block)s was given to %(owner)s, not to %(device)s."),
            block=block.id,
            owner=block.device,
            device=device,
        )
    return block


def put_on_lot(
    session: Session,
    block: CodeBlock,
    lot_id: int,
    places: ItemSet,
    actor: Actor,
    now: datetime,
) -> tuple[ItemSet, ItemSet]:
    """The items of a batch that places of a block are, and places on other batches.

    Places that are on no batch yet go onto this one: a device that holds the paper of
    the block says so by reporting them. Again changes nothing.

    Raises InvalidInput ``block_range``, Conflict ``lot_not_begun``, TooLarge
    ``items_too_many``.
    """
    lot = lock_lots(session, [lot_id])[lot_id]
    check_places(block, places)
    items, others, loose = _sort_places(session, block, lot_id, places)
    if loose:
        _check_begun(lot)
    if len(loose.intervals) > MOST_BOUND:
        raise TooLarge(
            "items_too_many",
            N_(
                "Expected at most %(most)s runs of codes that are on no batch yet, got "
                "%(found)s. Send several reports."
            ),
            most=MOST_BOUND,
            found=len(loose.intervals),
        )
    for lo, hi in loose.intervals:
        ends = block.first + lo, block.first + hi
        bound = bind_range(session, lot, block.series_id, *ends, actor, now)
        items |= ItemSet.range(bound.lot_lo, bound.lot_lo + hi - lo)
    return items, others


def _sort_places(
    session: Session, block: CodeBlock, lot_id: int, places: ItemSet
) -> tuple[ItemSet, ItemSet, ItemSet]:
    """Items of the lot, places on other lots, and places on none."""
    end = block.first + block.count
    bindings = session.scalars(
        sa.select(CodeBinding).where(
            CodeBinding.series_id == block.series_id,
            CodeBinding.lo < end,
            CodeBinding.hi > block.first,
        )
    )
    items: list[tuple[int, int]] = []
    others, loose = EMPTY, places
    for one in bindings:
        lo, hi = max(one.lo - block.first, 0), min(one.hi - block.first, block.count)
        here = places & ItemSet.range(lo, hi)
        loose -= here
        if one.lot_id != lot_id:
            others |= here
            continue
        shift = one.lot_lo - one.lo + block.first
        items += [(start + shift, stop + shift) for start, stop in here.intervals]
    return ItemSet.from_intervals(items), others, loose


def check_places(block: CodeBlock, places: ItemSet) -> None:
    """Raises InvalidInput ``block_range`` for places that are not in the block."""
    if outside := places - ItemSet.range(0, block.count):
        raise _out_of_range(block, outside)


def _check_begun(lot: Lot) -> None:
    if not lot.own or lot.status == "planned":
        raise Conflict(
            "lot_not_begun",
            N_("Codes go onto packs of a batch of ours that was begun, not %(lot)s."),
            lot=lot.code,
        )


def _out_of_range(block: CodeBlock, places: ItemSet) -> InvalidInput:
    return InvalidInput(
        "block_range",
        N_("Expected codes 0 to %(last)s of the block, got %(lo)s to %(hi)s."),
        last=block.count - 1,
        lo=places.intervals[0][0],
        hi=places.intervals[-1][1] - 1,
    )
