"""What may not move although it is there: unreleased, held, sold or destroyed goods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ..errors import N_, Conflict
from ..identity.items import ItemSet
from ..parties.tables import Location, Lot
from .books import by_ids
from .holds import Held, held_items
from .ledger import LotLedger
from .places import ENDS, OUTSIDE, Place, may_move_held
from .tables import Movement

AVAILABLE = frozenset({"line", "warehouse"})
"""Kinds of our places where goods stand that may be used and sold."""
WITHDRAWN = ("rejected", "recalled")
"""States of a lot that has failed: all of it moves only inward."""


@dataclass(frozen=True, slots=True)
class Return:
    """Units of a lot that came back into our hands after they were out of them."""

    at: datetime
    items: ItemSet | None
    """None where they were not scanned."""


@dataclass(slots=True)
class Gates:
    """What some lots' moves are checked against; remembers returns as they come."""

    lots: Mapping[int, Lot]
    held: dict[int, Held]
    returns: dict[int, list[Return]]

    def check(
        self,
        lot_id: int,
        ledger: LotLedger,
        source: Place,
        target: Place,
        items: ItemSet | None,
        at: datetime,
        *,
        ordered: bool = False,
    ) -> None:
        """Raises Conflict when a possible move is forbidden.

        ``ledger`` is the lot's before the move; ``items`` is None without scans. What
        is ``ordered`` by two persons passes holds and states, but never into food.
        """
        if source.kind == "destroyed":
            raise Conflict(
                "destroyed_goods",
                N_("What is destroyed does not move again (lot %(lot)s)."),
                lot=ledger.lot,
            )
        if not ordered or target.kind == "consumed":
            _check_quarantine(ledger, source, target)
            _check_state(self.lots[lot_id], self.status(lot_id), source, target)
            held = self.holding(lot_id)
            if held is not None:
                _check_hold(held, ledger, source, target, items)
        if target.kind == "consumed":
            self._check_never_sold(lot_id, ledger, source, items, at)
        elif source.is_outside and not target.is_outside and target.kind not in ENDS:
            self.returns.setdefault(lot_id, []).append(Return(at, items))

    def status(self, lot_id: int) -> str:
        """The state of a lot that counts for the move at hand."""
        return self.lots[lot_id].status

    def holding(self, lot_id: int) -> Held | None:
        """What of a lot is on hold for the move at hand."""
        return self.held.get(lot_id)

    def steady(self, lot_id: int) -> bool:
        """Whether a lot's moves without items meet the same gates again and again."""
        return lot_id not in self.held

    def _check_never_sold(
        self,
        lot_id: int,
        ledger: LotLedger,
        source: Place,
        items: ItemSet | None,
        at: datetime,
    ) -> None:
        """Returned or recalled food never goes into new food.

        Food Safety Law art. 34(1), its Implementing Regulation art. 29 (domain.md §3.5
        Q9). Without scans any unit of the lot may be one that came back.
        """
        came_back = any(
            back.at <= at
            and (back.items is None or items is None or bool(back.items & items))
            for back in self.returns.get(lot_id, ())
        )
        if source.is_outside or source.kind == "returns" or came_back:
            raise Conflict(
                "sold_goods",
                N_(
                    "Goods of lot %(lot)s at %(place)s were sold or may have been: "
                    "they may not be used in production (Food Safety Law, article "
                    "34(1); Implementing Regulation, article 29)."
                ),
                lot=ledger.lot,
                place=source.code,
            )


def load_gates(
    session: Session, lots: Mapping[int, Lot], consumed: Iterable[int]
) -> Gates:
    """Holds in force on locked lots, and the returns of those that are to be used up.

    A lot's state counts as it is now, also for a move that is booked late.
    """
    return Gates(lots, held_items(session, lots), _load_returns(session, consumed))


def _check_state(lot: Lot, status: str, source: Place, target: Place) -> None:
    """Only inspected goods leave us (Food Safety Law art. 52, domain.md §3.10).

    What is out of our hands already goes on out there, and may always come back.
    """
    named = {"lot": lot.code, "status": status, "target": target.code}
    leaves = target.is_outside and not source.is_outside
    if leaves and (status in WITHDRAWN or (lot.own and status != "released")):
        raise Conflict(
            "lot_not_released",
            N_(
                "Lot %(lot)s is %(status)s, so none of it may go out to %(target)s: "
                "only batches released after their inspection leave the plant (Food "
                "Safety Law, article 52). Release it first, or take another lot."
            ),
            **named,
        )
    if status in WITHDRAWN and not may_move_held(source, target):
        raise Conflict(
            "lot_withdrawn",
            N_(
                "Lot %(lot)s is %(status)s: it may not go to %(target)s, only to "
                "returns, hold, samples or quarantine."
            ),
            **named,
        )


def _check_quarantine(ledger: LotLedger, source: Place, target: Place) -> None:
    """Out of quarantine goods come by a disposition alone (domain.md §3.5 Q10)."""
    goes = target.kind in AVAILABLE or target.is_outside or target.kind == "consumed"
    if source.kind == "quarantine" and goes:
        raise Conflict(
            "quarantine_kept",
            N_(
                "Lot %(lot)s at %(source)s is in quarantine: it may not go to "
                "%(target)s. Put it back, and ask for a disposition; two persons "
                "decide what becomes of it."
            ),
            lot=ledger.lot,
            source=source.code,
            target=target.code,
        )


def _check_hold(
    held: Held, ledger: LotLedger, source: Place, target: Place, items: ItemSet | None
) -> None:
    if may_move_held(source, target) or not _touches(held, ledger, source, items):
        return
    named = {
        "lot": ledger.lot,
        "hold": ", ".join(held.numbers),
        "source": source.code,
        "target": target.code,
    }
    if items is None and not held.whole:
        raise Conflict(
            "scan_needed",
            N_(
                "Some items of lot %(lot)s are on hold (%(hold)s): scan what is to go "
                "from %(source)s to %(target)s, so that none of them leaves."
            ),
            **named,
        )
    raise Conflict(
        "lot_on_hold",
        N_(
            "Lot %(lot)s is on hold (%(hold)s): nothing held may go from %(source)s to "
            "%(target)s. It may go to hold or quarantine, or two persons lift the hold."
        ),
        **named,
    )


def _touches(
    held: Held, ledger: LotLedger, source: Place, items: ItemSet | None
) -> bool:
    """Whether held goods may be among those that move."""
    if held.whole:
        return True
    if items is not None:
        return bool(held.items & items)
    if source.is_source:
        return True
    elsewhere = ledger.known_except(source)
    return bool(held.items - elsewhere)


def _load_returns(session: Session, lot_ids: Iterable[int]) -> dict[int, list[Return]]:
    source, target = aliased(Location), aliased(Location)
    select = (
        sa.select(Movement.lot_id, Movement.at, Movement.lo, Movement.hi)
        .join(source, source.id == Movement.from_id)
        .join(target, target.id == Movement.to_id)
        .where(
            source.kind.in_(sorted(OUTSIDE)),
            target.kind.not_in(sorted(OUTSIDE | ENDS)),
        )
    )
    returns: dict[int, list[Return]] = {}
    for lot_id, at, lo, hi in by_ids(session, select, Movement.lot_id, lot_ids):
        items = None if lo is None else ItemSet.range(lo, hi)
        returns.setdefault(lot_id, []).append(Return(at, items))
    return returns
