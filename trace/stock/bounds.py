"""How many of some items are at each place, where it is not known item by item.

Both numbers can be: what the ledger knows leaves a way for the goods to lie about in
which so few are there, and one in which so many are.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from ..identity.items import ItemSet
from .fitting import Fitting, Tally
from .ledger import LotLedger


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many of the items are at a place: never fewer, never more."""

    least: int
    most: int


def bounds_of(ledger: LotLedger, items: ItemSet) -> dict[int, Bounds]:
    """How many of ``items`` are at each real place that holds anything, by place id.

    >>> from lotmark.trace.stock.places import Place
    >>> made, shop = Place(1, "made", "made"), Place(2, "C01", "consignee")
    >>> store = Place(3, "W1", "warehouse")
    >>> ledger = LotLedger("B1", {}).move_items(made, store, ItemSet.range(0, 100))
    >>> bounds_of(ledger.move(store, shop, 30), ItemSet.range(0, 90))[shop.id]
    Bounds(least=20, most=30)
    """
    fitting = Fitting(ledger.rooms, ledger.numberless, [items - ledger.known])
    open_at: dict[Hashable, tuple[int, int]] = {}
    found = {}
    for room in ledger.rooms:
        like = fitting.likeness(room)
        if like not in open_at:
            open_at[like] = fitting.between({room.place: frozenset([0])})
        sure = (ledger.balances[room.place].known & items).count
        least, most = open_at[like]
        found[room.place] = Bounds(sure + least, sure + most)
    return found


def bounds_together(
    ledger: LotLedger, sets: Sequence[ItemSet], tallies: Mapping[str, Tally]
) -> dict[str, Bounds]:
    """How many items are at several places together, for each name of ``tallies``.

    ``sets`` are disjoint; a tally says by place id which of them count there.
    """
    known = ledger.known
    fitting = Fitting(ledger.rooms, ledger.numberless, [one - known for one in sets])
    found = {}
    for name, tally in tallies.items():
        sure = sum(
            (ledger.balances[place].known & sets[number]).count
            for place, counted in tally.items()
            for number in counted
        )
        least, most = fitting.between(tally)
        found[name] = Bounds(sure + least, sure + most)
    return found
