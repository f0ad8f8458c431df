"""The codes a line PC holds: taken in with their proof, found again by a scan."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...labels.engine.values import LabelRecord, LabelSeries
from ...labels.jobs.service import SPECIMEN, copy_mark
from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from ...trace.identity.signing import read_with_keys
from .events import noted, server_now
from .spans import GONE, places_in
from .tables import Batch, Block
from .times import Tick

SERIAL = 16
"""Characters of a serial."""


@dataclass(frozen=True, slots=True)
class Place:
    """A label by where its code stands: a block, and the place in it."""

    block_id: int
    number: int

    @property
    def alone(self) -> ItemSet:
        return ItemSet.range(self.number, self.number + 1)


def take_batch(session: Session, label: dict[str, Any], now: datetime) -> Batch:
    """Keep what the labels of a batch say.

    Raises Conflict ``label_changed`` when labels with another text were printed here.
    """
    lot_id = label["lot_id"]
    batch = session.get(Batch, lot_id)
    if batch is None:
        batch = Batch(lot_id=lot_id, label=label, told_at=now)
        session.add(batch)
    elif _text(batch.label) != _text(label) and _printed_any(session, lot_id):
        raise Conflict(
            "label_changed",
            N_(
                "The server now gives batch %(batch)s another text than the labels "
                "printed here have. Stop, keep the packs, and call QA."
            ),
            batch=label["batch_no"],
        )
    batch.label, batch.told_at = label, now
    session.flush()
    return batch


def take_block(
    session: Session,
    keys: Sequence[Mapping[str, str]],
    given: Mapping[str, Any],
    serials: Sequence[str],
    lot_id: int,
    device: str,
) -> Block:
    """Keep a block, if its paper is signed and says what was given.

    Raises InvalidInput ``paper_forged``, Conflict ``block_disagrees``.
    """
    claims = read_with_keys(keys, given["paper"])
    digest = hashlib.sha256("".join(serials).encode()).hexdigest()
    told = (given["id"], device, len(serials), digest, lot_id)
    named = ("block", "sub", "count", "codes", "lot")
    if tuple(claims.get(name) for name in named) != told:
        raise Conflict(
            "block_disagrees",
            N_(
                "The paper of block %(block)s is not of the codes that came with it. "
                "They are not used; a new block is asked for."
            ),
            block=given["id"],
        )
    block = Block(
        id=given["id"],
        lot_id=lot_id,
        paper=given["paper"],
        count=len(serials),
        until=datetime.fromtimestamp(claims["exp"], UTC),
        codes="".join(serials).encode(),
    )
    session.add(block)
    session.flush()
    return block


def blocks_of(session: Session, lot_id: int) -> list[Block]:
    """The blocks of a batch, the oldest first."""
    rows = sa.select(Block).where(Block.lot_id == lot_id).order_by(Block.id)
    return list(session.scalars(rows))


def open_blocks(session: Session, lot_id: int, at: Tick) -> list[Block]:
    """Blocks of a batch that may be printed from."""
    now = server_now(session, at)
    return [b for b in blocks_of(session, lot_id) if not b.closed and now <= b.until]


def codes_left(session: Session, lot_id: int, at: Tick) -> int:
    """Codes of a batch that can still be ordered here."""
    return sum(b.count - b.ordered for b in open_blocks(session, lot_id, at))


def never_sent(session: Session, block: Block) -> ItemSet:
    """Places of a block that are on no label, and cannot be on one."""
    gone = places_in(session, block.id, *GONE) | noted(session, block.id, "printed")
    return ItemSet.range(0, block.count) - gone


def find_place(session: Session, serial: str) -> Place | None:
    """Where a serial stands in what is held; None when it is nowhere."""
    wanted = serial.encode()
    rows = session.execute(sa.select(Block.id, Block.codes).order_by(Block.id.desc()))
    for block_id, codes in rows:
        found = codes.find(wanted)
        while found >= 0:
            if found % SERIAL == 0:
                return Place(block_id, found // SERIAL)
            found = codes.find(wanted, found + 1)
    return None


def labels_of(
    session: Session, block_id: int, places: ItemSet, copy: int
) -> LabelSeries:
    """The labels of places of a block, ready to be drawn."""
    block = session.get_one(Block, block_id)
    codes = np.frombuffer(block.codes, f"S{SERIAL}")
    parts = [codes[lo:hi] for lo, hi in places.intervals]
    batch = session.get_one(Batch, block.lot_id)
    return LabelSeries(record_of(batch.label, copy), np.concatenate(parts))


def record_of(label: Mapping[str, Any], copy: int = 0) -> LabelRecord:
    """What every label of a batch says."""
    return LabelRecord(
        url=label["url"] + SPECIMEN,
        serial=SPECIMEN,
        mark=copy_mark(copy),
        **{name: label[name] for name in TEXTS},
    )


TEXTS = (
    "product",
    "product_en",
    "net_content",
    "batch_no",
    "production_date",
    "expiry_date",
    "line_code",
)


def _text(label: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(label[name] for name in (*TEXTS, "url"))


def _printed_any(session: Session, lot_id: int) -> bool:
    return any(places_in(session, b.id, *GONE) for b in blocks_of(session, lot_id))
