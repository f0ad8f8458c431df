"""What one place holds of a lot, and what follows from all its balances together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..identity.items import EMPTY, ItemSet
from .places import Place


@dataclass(frozen=True, slots=True)
class Balance:
    """What is at one place."""

    place: Place
    quantity: int = 0
    """Units; negative only at a source."""
    known: ItemSet = EMPTY
    """Items that are here, no more than ``quantity``."""
    possible: ItemSet = EMPTY
    """Items that are here or at another place where they are possible."""
    blank: int | None = None
    """How many units without a number can be here; None for all unidentified ones."""

    @property
    def unidentified(self) -> int:
        """Units that are none of the known items."""
        return self.quantity - self.known.count

    @property
    def numberless(self) -> int:
        """Units without a number, at most; where no item is possible, exactly."""
        if self.blank is None or not self.possible:
            return self.unidentified
        return min(self.blank, self.unidentified)


def plain(here: Balance) -> Balance:
    """The balance without a limit that limits nothing."""
    if here.blank is None or here.numberless < here.unidentified:
        return here
    return replace(here, blank=None)


def narrow(balances: dict[int, Balance], changed: Iterable[int], lost: ItemSet) -> None:
    """Draw the conclusions until none is left: where nothing is unidentified nothing
    more is possible, and an item with one possible place left is there.

    Only a changed place can have become full, and only items that were possible at a
    full one, or are ``lost`` to a place, can have a single place left.
    """
    ask = set(changed)
    while True:
        full = [
            here
            for here in map(balances.__getitem__, ask)
            if here.possible and not here.unidentified
        ]
        for here in full:
            balances[here.place.id] = replace(here, possible=EMPTY)
        lost |= union_of(here.possible for here in full)
        if not lost:
            return
        alone = _in_one_only((here.possible for here in balances.values()), lost)
        lost = EMPTY
        ask.clear()
        for here in tuple(balances.values()) if alone else ():
            if found := here.possible & alone:
                balances[here.place.id] = replace(
                    here, known=here.known | found, possible=here.possible - found
                )
                ask.add(here.place.id)


def union_of(sets: Iterable[ItemSet]) -> ItemSet:
    """Items in any of the sets."""
    return ItemSet.from_intervals(pair for one in sets for pair in one.intervals)


def _in_one_only(sets: Iterable[ItemSet], among: ItemSet) -> ItemSet:
    """Items ``among`` those given that are in exactly one of the sets."""
    once, twice = EMPTY, EMPTY
    for one in sets:
        found = one & among
        twice |= once & found
        once |= found
        if twice == among:  # a lot sent to thousands of shops would take minutes
            break
    return once - twice
