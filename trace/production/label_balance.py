"""What became of a batch's labels: each printed one is in exactly one place.

    printed = applied + voided + sampled + missing + open          (domain.md §4.7, I2)

A label is, by the first of these that holds:

- *applied*: it was reported on a pack. What becomes of the pack, also that it is later
  sampled or destroyed, is the ledger's business.
- *voided*: destroyed off a pack, also when it was missing before.
- *sampled*: kept as a sample without ever having been on a pack.
- *missing*: nobody can find it.
- *open*: printed, and nothing more is known of it: still to be explained.

*Printed* is every label of which anything was noted: imported batches and rolls printed
elsewhere come to the plant with labels on. Codes issued and not printed yet count as
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..identity.items import EMPTY, ItemSet
from .marks import marks_of


@dataclass(frozen=True, slots=True)
class LabelBalance:
    """The labels of one batch by what became of them."""

    printed: ItemSet
    applied: ItemSet
    voided: ItemSet
    sampled: ItemSet
    """Taken before they were on a pack."""
    missing: ItemSet
    open: ItemSet
    taken: ItemSet
    """Every item noted as sampled, on a pack or not."""

    @property
    def settled(self) -> bool:
        """Nothing is left to be explained."""
        return not self.open


def balance_of(marks: Mapping[str, ItemSet]) -> LabelBalance:
    """The balance of what was noted, by kind of mark.

    >>> item = ItemSet.range
    >>> found = balance_of({"printed": item(0, 9), "applied": item(0, 5)})
    >>> found.printed.count, found.applied.count, str(found.open)
    (9, 5, '5-8')
    """
    printed = EMPTY
    for items in marks.values():
        printed |= items
    applied = marks.get("applied", EMPTY)
    voided = marks.get("voided", EMPTY) - applied
    taken = marks.get("sampled", EMPTY)
    sampled = taken - applied - voided
    missing = marks.get("missing", EMPTY) - applied - voided - sampled
    left = printed - applied - voided - sampled - missing
    return LabelBalance(printed, applied, voided, sampled, missing, left, taken)


def label_balance(session: Session, lot_id: int) -> LabelBalance:
    """The label balance of a lot."""
    return balance_of(marks_of(session, lot_id))
