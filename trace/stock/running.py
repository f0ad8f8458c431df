"""A lot's ledger while many moves are booked: the plain ones at the price of a sum.

Without items, out of unidentified stock, at a place where no item is merely possible,
``LotLedger.move`` changes two quantities and nothing else (its fourth paragraph). Such
moves are summed here; all others go through the ledger itself. A property test compares
both.
"""

from dataclasses import replace

from .balance import Balance, plain
from .ledger import LotLedger
from .places import Place


class RunningLedger:
    """A ledger under way; ``settle`` gives the ledger as it stands."""

    __slots__ = ("_change", "_free", "_ledger", "_places")

    def __init__(self, ledger: LotLedger) -> None:
        self._take(ledger)

    def settle(self) -> LotLedger:
        """The ledger with every move booked so far."""
        if self._change:
            balances = dict(self._ledger.balances)
            for place_id, change in self._change.items():
                was = balances.get(place_id) or Balance(self._places[place_id])
                # nothing left where items are possible; what came has no number
                blank = None if was.blank is None else was.numberless + change
                balances[place_id] = plain(
                    replace(was, quantity=was.quantity + change, blank=blank)
                )
            self._take(LotLedger(self._ledger.lot, balances))
        return self._ledger

    def replace(self, ledger: LotLedger) -> None:
        """Go on with what a move of the ledger itself gave."""
        self._take(ledger)

    def move(self, source: Place, target: Place, quantity: int) -> None:
        """As ``LotLedger.move``, with its refusals."""
        if not self.add(source, target, quantity):
            self._take(self.settle().move(source, target, quantity))

    def add(self, source: Place, target: Place, quantity: int) -> bool:
        """Book a plain move by adding up; False, and nothing done, for another."""
        if quantity < 1 or source.id == target.id or target.is_source:
            return False
        return self.shift(source, target, quantity, endless=source.is_source)

    def shift(
        self, source: Place, target: Place, quantity: int, *, endless: bool
    ) -> bool:
        """``add`` for a quantity and places that were looked at.

        ``endless`` says that the first is where lots come from.
        """
        free, change, here, there = self._free, self._change, source.id, target.id
        if not endless:
            left = free.get(here, 0) - quantity
            if left < 0:
                return False
            free[here] = left
        if there in free:
            free[there] += quantity
        elif there not in self._ledger.balances:
            free[there] = quantity
        if here in change:
            change[here] -= quantity
        else:
            change[here], self._places[here] = -quantity, source
        if there in change:
            change[there] += quantity
        else:
            change[there], self._places[there] = quantity, target
        return True

    def _take(self, ledger: LotLedger) -> None:
        self._ledger = ledger
        self._change: dict[int, int] = {}
        self._places: dict[int, Place] = {}
        self._free = {
            place_id: held.unidentified
            for place_id, held in ledger.balances.items()
            if not held.possible
        }
        """Units that may leave a place and change nothing but quantities."""
