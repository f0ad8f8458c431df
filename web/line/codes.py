"""Labels in somebody's hand: which item of which batch a scanned code is."""

from ...trace.db import Session
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.identity.reading import read_code
from ...trace.parties.tables import Lot
from ...trace.stock.item_status import ItemStatus, item_status
from ..current import house


def read_label(session: Session, scanned: str) -> ItemStatus | None:
    """What we know of a scanned code; None when it is none of ours.

    Raises InvalidInput ``code_unreadable`` for what is no item code at all.
    """
    serial = read_code(scanned).serial
    for version, code in house().keys.read(serial) if serial else ():
        status = item_status(session, code.series, code.item, version)
        if status is not None:
            return status
    return None


def item_in_hand(session: Session, lot: Lot, scanned: str) -> int:
    """The number within a batch of a scanned code.

    Raises InvalidInput for a code that is not ours, Conflict ``code_of_other_lot``.
    """
    status = read_label(session, scanned)
    if status is None or status.lot is None or status.lot_item is None:
        raise InvalidInput(
            "code_unknown_here",
            N_("That code is not one of this batch. Scan the label again."),
        )
    if status.lot.id != lot.id:
        raise Conflict(
            "code_of_other_lot",
            N_("That code belongs to batch %(lot)s. Take its labels off the line."),
            lot=status.lot.code,
        )
    return status.lot_item


def between(session: Session, lot: Lot, first: str, last: str) -> ItemSet:
    """The items of a batch from one scanned code to another, in either order."""
    ends = [item_in_hand(session, lot, scanned) for scanned in (first, last)]
    return ItemSet.range(min(ends), max(ends) + 1)
