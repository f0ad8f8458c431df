"""How many of some items are at each place, where it is not known item by item."""

from dataclasses import dataclass

from ..identity.items import ItemSet
from .ledger import Balance, LotLedger


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many of the items are at a place: never fewer, never more."""

    least: int
    most: int


def bounds_of(ledger: LotLedger, items: ItemSet) -> dict[int, Bounds]:
    """How many of ``items`` are at each real place that holds anything, by place id.

    Counting, each side true on its own. At least: the units of the place that can be
    nothing else, and the placed items that fit nowhere else. At most: the units that
    can be one of them, and those left when every other place has its least.

    >>> from lotmark.trace.stock.places import Place
    >>> made, shop = Place(1, "made", "made"), Place(2, "C01", "consignee")
    >>> store = Place(3, "W1", "warehouse")
    >>> ledger = LotLedger("B1", {}).move_items(made, store, ItemSet.range(0, 100))
    >>> bounds_of(ledger.move(store, shop, 30), ItemSet.range(0, 90))[shop.id]
    Bounds(least=20, most=30)
    """
    shares = [_Share(here, items) for here in ledger.real if here.quantity]
    placed = ledger.placed
    numberless = ledger.made - placed.count
    """Units that are no placed item; an item never placed is one of them or none."""
    wanted = (items & placed).count
    strangers = min(items.count - wanted, numberless)
    fit = sum(share.fit for share in shares)
    least = {
        share.here.place.id: max(
            share.sure + max(0, share.room - share.others - numberless),
            wanted - (fit - share.fit),
        )
        for share in shares
    }
    needed = sum(least.values())
    bounds = {}
    for share in shares:
        place = share.here.place.id
        most = share.sure + min(share.room, share.maybe + strangers)
        left = wanted + strangers - (needed - least[place])
        bounds[place] = Bounds(least[place], min(most, left))
    return bounds


class _Share:
    """What one place may have of the items asked for."""

    def __init__(self, here: Balance, items: ItemSet) -> None:
        self.here = here
        self.sure = (here.known & items).count
        self.room = here.unidentified
        self.maybe = (here.possible & items).count
        self.others = here.possible.count - self.maybe
        """Possible items that were not asked for."""
        self.fit = self.sure + min(self.room, self.maybe)
        """Most of the placed items asked for."""
