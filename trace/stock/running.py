"""A lot's ledger while many moves are booked: the plain ones at the price of a sum.

Without items, out of unidentified stock, at a place where no item is merely possible,
``LotLedger.move`` changes two quantities and nothing else (its fourth paragraph). Such
moves are summed here; all others go through the ledger itself. A property test compares
both.
"""

from .ledger import Balance, LotLedger
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
                balances[place_id] = Balance(
                    was.place, was.quantity + change, was.known, was.possible
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
        free, here, there = self._free, source.id, target.id
        if quantity < 1 or here == there or target.is_source:
            return False
        if not source.is_source:
            if free.get(here, 0) < quantity:
                return False
            free[here] -= quantity
        change = self._change
        if there in free:
            free[there] += quantity
        elif there not in self._ledger.balances:
            free[there] = quantity
        change[here] = change.get(here, 0) - quantity
        change[there] = change.get(there, 0) + quantity
        self._places[here], self._places[there] = source, target
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
