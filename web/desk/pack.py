"""The pack a complaint is about: its code, how often it was scanned, and its batch."""

from dataclasses import dataclass

import sqlalchemy as sa

from ...recall.complaints.tables import Complaint
from ...trace.db import Session
from ...trace.identity.items import ItemSet
from ...trace.identity.tables import CodeBinding
from ...trace.production.codes import serials_of
from ...trace.scans import ScanSummary, scan_summary
from ...trace.stock.holds import held_items
from ..installation import Installation


@dataclass(frozen=True, slots=True)
class Pack:
    """What we know of the pack in somebody's hands."""

    serial: str
    """Its code, or empty when none was read."""
    scans: ScanSummary | None
    holds: tuple[str, ...]
    """Numbers of the holds in force on its batch."""


def pack_of(session: Session, house: Installation, complaint: Complaint) -> Pack:
    """The pack of a complaint; of an unknown one there is nothing to say."""
    if complaint.lot_id is None:
        return Pack("", None, ())
    held = held_items(session, [complaint.lot_id]).get(complaint.lot_id)
    holds = held.numbers if held else ()
    if complaint.item is None:
        return Pack("", None, holds)
    item = ItemSet.range(complaint.item, complaint.item + 1)
    serial = next(
        (text for _, text in serials_of(session, house.keys, complaint.lot_id, item)),
        "",
    )
    return Pack(serial, _scans(session, house, complaint.lot_id, complaint.item), holds)


def _scans(
    session: Session, house: Installation, lot_id: int, item: int
) -> ScanSummary | None:
    binding = session.scalar(
        sa.select(CodeBinding).where(
            CodeBinding.lot_id == lot_id,
            CodeBinding.lot_lo <= item,
            CodeBinding.lot_lo + CodeBinding.hi - CodeBinding.lo > item,
        )
    )
    if binding is None:
        return None
    with house.scans.reading() as scans:
        number = item - binding.lot_lo + binding.lo
        return scan_summary(scans, binding.series_id, number)
