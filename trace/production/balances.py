"""Does it add up? The balance of what was made, and of what was received.

domain.md §4.7. What was made, or labelled, is in our stock, was used inside the plant,
or went out; what was received was consumed, is left, went back, or was wasted. What is
missing is *unexplained*. More than all is as wrong as less: somebody counted wrongly,
or goods that are not ours are among them.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..parties.tables import Location, Lot
from ..stock.places import OUTSIDE, SOURCES
from ..stock.tables import Stock
from .figures import MILLION, figure
from .label_balance import label_balance
from .tables import LotInput, TankFill

Verdict: TypeAlias = Literal["even", "within", "short", "over"]

STOCK = ("line", "warehouse", "returns", "hold", "quarantine")
"""Kinds of places where goods are in our own stock."""
TESTED = ("sample",)
SCRAPPED = ("destroyed",)


@dataclass(frozen=True, slots=True)
class Balance:
    """A lot's quantities, in its base unit, each unit in exactly one of them."""

    base: int
    """What has to be found again: labels applied, or what was made or received."""
    stock: int
    used: int
    """Consumed: of a batch as rework, of an ingredient in batches."""
    tested: int
    """Retained samples and laboratory."""
    scrapped: int
    """Destroyed."""
    out: int
    """Shipped less returned; of a received lot, sent back or sold on."""
    lost: int
    """Booked as lost: known to be unexplained."""
    tolerance_ppm: int

    @property
    def found(self) -> int:
        """Everything that is accounted for."""
        return self.stock + self.used + self.tested + self.scrapped + self.out

    @property
    def unexplained(self) -> int:
        """Negative when more was found than there should be."""
        return self.base - self.found

    @property
    def percent(self) -> float | None:
        """How much of the base is accounted for; None where there is no base."""
        return 100 * self.found / self.base if self.base else None

    @property
    def verdict(self) -> Verdict:
        """``even``, within the tolerance, or what is wrong.

        >>> Balance(9_940, 2_100, 0, 40, 0, 7_795, 5, 0).verdict
        'short'
        """
        if not self.unexplained:
            return "even"
        if abs(self.unexplained) * MILLION <= self.base * self.tolerance_ppm:
            return "within"
        return "short" if self.unexplained > 0 else "over"


def balance_document(balance: Balance) -> dict[str, Any]:
    """The balance as plain values; ``docs/trace.schema.json`` describes them."""
    percent = balance.percent
    return {
        **asdict(balance),
        "unexplained": balance.unexplained,
        "percent": None if percent is None else round(percent, 4),
        "verdict": balance.verdict,
    }


def balance_of_lot(session: Session, lot: Lot, on: date) -> Balance:
    """The production balance of a batch, or the ingredient balance of a received lot,
    with the tolerance of a day.

    A batch followed by its labels is measured by those applied, any other by what was
    booked as made. A received lot's consumption is what its batches and tanks say went
    into them, not what left the store: the two have to agree.
    """
    heaps = _heaps(session, lot.id)
    made = -_sum(heaps, SOURCES)
    used = _sum(heaps, ("consumed",))
    base = made
    if lot.own and lot.grade != "quantity":
        base = label_balance(session, lot.id).applied.count
    elif not lot.own:
        used = _consumed(session, lot.id)
    return Balance(
        base=base,
        stock=_sum(heaps, STOCK),
        used=used,
        tested=_sum(heaps, TESTED),
        scrapped=_sum(heaps, SCRAPPED),
        out=_sum(heaps, OUTSIDE),
        lost=_sum(heaps, ("lost",)),
        tolerance_ppm=figure(_tolerance(lot), on),
    )


def _tolerance(lot: Lot) -> str:
    """Serialised units 0, counted ones 0.5 %, bulk weight 2 % (domain.md §4.7)."""
    if lot.article.base_unit != "piece":
        return "balance.weight_ppm"
    return "balance.item_ppm" if lot.grade == "item" else "balance.count_ppm"


def _heaps(session: Session, lot_id: int) -> dict[str, int]:
    """How much of a lot is at places of each kind."""
    rows = session.execute(
        sa.select(Location.kind, sa.cast(sa.func.sum(Stock.quantity), sa.BigInteger))
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.lot_id == lot_id)
        .group_by(Location.kind)
    )
    return {kind: quantity for kind, quantity in rows}


def _sum(heaps: dict[str, int], kinds: Collection[str]) -> int:
    return sum(heaps.get(kind, 0) for kind in kinds)


def _consumed(session: Session, lot_id: int) -> int:
    total = sa.select(sa.func.sum(LotInput.quantity)).where(LotInput.input_id == lot_id)
    tanks = sa.select(sa.func.sum(TankFill.quantity)).where(TankFill.lot_id == lot_id)
    return sum(int(session.scalar(part) or 0) for part in (total, tanks))
