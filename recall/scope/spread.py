"""Where the affected units of one lot are: between two numbers, place by place.

Places of one bucket are counted together: a pack that is in one of two warehouses is in
our stock, whichever it is. Bounds of the single places, summed, would say that it may
be nowhere or in both.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ...trace.identity.items import EMPTY, ItemSet
from ...trace.stock.bounds import Bounds, bounds_of, bounds_together
from ...trace.stock.ledger import LotLedger
from .buckets import BUCKETS, bucket_of, held_bucket_of

NONE = Bounds(0, 0)


@dataclass(frozen=True, slots=True)
class Spread:
    """Where some units of a lot are."""

    total: int
    """Units of it that are meant, at most: a number never placed may be on no pack."""
    buckets: Mapping[str, Bounds]
    """By key of ``BUCKETS``, all of them."""
    places: Mapping[int, Bounds]
    """By place id, where any may be."""


def spread_of(
    ledger: LotLedger, items: ItemSet | None, held: ItemSet | None = EMPTY
) -> Spread:
    """Where ``items`` are, and which of our stock is on hold; None is the whole lot."""
    if items is None:
        buckets = _of_all(ledger, held)
        places = {
            here.place.id: Bounds(here.quantity, here.quantity) for here in ledger.real
        }
    else:
        buckets = _of_some(ledger, items, held)
        places = bounds_of(ledger, items)
    return Spread(
        _total(ledger, items),
        {name: buckets.get(name, NONE) for name in BUCKETS},
        {place: at for place, at in places.items() if at.most},
    )


def _of_some(
    ledger: LotLedger, items: ItemSet, held: ItemSet | None
) -> dict[str, Bounds]:
    stopped = items if held is None else items & held
    tallies: dict[str, dict[int, frozenset[int]]] = defaultdict(dict)
    for here in ledger.real:
        free_in, held_in = bucket_of(here.place.kind), held_bucket_of(here.place.kind)
        counted = {free_in: frozenset[int](), held_in: frozenset[int]()}
        counted[free_in] |= {0}
        counted[held_in] |= {1}
        for name, sets in counted.items():
            tallies[name][here.place.id] = sets
    return bounds_together(ledger, (items - stopped, stopped), tallies)


def _of_all(ledger: LotLedger, held: ItemSet | None) -> dict[str, Bounds]:
    """All units: exact, but for which of our free stock are those on hold."""
    units: dict[str, int] = defaultdict(int)
    for here in ledger.real:
        name_of = held_bucket_of if held is None else bucket_of
        units[name_of(here.place.kind)] += here.quantity
    found = {name: Bounds(many, many) for name, many in units.items()}
    if held:
        own = {
            here.place.id: frozenset([0])
            for here in ledger.real
            if bucket_of(here.place.kind) == "own"
        }
        stopped = bounds_together(ledger, [held], {"own": own})["own"]
        stock, area = units["own"], units["hold"]
        found["own"] = Bounds(stock - stopped.most, stock - stopped.least)
        found["hold"] = Bounds(area + stopped.least, area + stopped.most)
    return found


def _total(ledger: LotLedger, items: ItemSet | None) -> int:
    if items is None:
        return ledger.made
    placed = ledger.placed
    wanted = (items & placed).count
    return wanted + min(items.count - wanted, ledger.made - placed.count)
