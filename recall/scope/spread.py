"""Where the affected units of one lot are: between two numbers, place by place.

Places of one bucket are taken together before counting: a pack that is in one of two
warehouses is in our stock, whichever it is. Bounds of the single places, summed, would
say that it may be nowhere or in both.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ...trace.identity.items import EMPTY, ItemSet
from ...trace.stock.bounds import Bounds, bounds_of
from ...trace.stock.ledger import Balance, LotLedger
from ...trace.stock.places import Place
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
    buckets = _buckets(ledger, items, held)
    return Spread(
        _total(ledger, items),
        {name: buckets.get(name, NONE) for name in BUCKETS},
        {place: at for place, at in _bounds(ledger, items).items() if at.most},
    )


def merged(ledger: LotLedger, name_of: Callable[[str], str]) -> LotLedger:
    """The ledger with places of the same name as one; its place ids are new."""
    groups: dict[str, list[Balance]] = defaultdict(list)
    for here in ledger.real:
        groups[name_of(here.place.kind)].append(here)
    together = [
        Balance(
            Place(number, name, name),
            sum(here.quantity for here in some),
            _union(here.known for here in some),
            _union(here.possible for here in some),
        )
        for number, (name, some) in enumerate(groups.items())
    ]
    return LotLedger(ledger.lot, {here.place.id: here for here in _settled(together)})


def _settled(balances: list[Balance]) -> list[Balance]:
    """What the ledger's rules conclude of fewer places: an item with one place left is
    there, and where nothing is unidentified nothing more is possible.
    """
    while True:
        after = [
            replace(
                here,
                known=here.known | alone,
                possible=here.possible - alone
                if here.unidentified > alone.count
                else EMPTY,
            )
            for here in balances
            for alone in [
                here.possible
                - _union(other.possible for other in balances if other is not here)
            ]
        ]
        if after == balances:
            return balances
        balances = after


def _buckets(
    ledger: LotLedger, items: ItemSet | None, held: ItemSet | None
) -> dict[str, Bounds]:
    if held is None:
        return _by_name(merged(ledger, held_bucket_of), items)
    apart = merged(ledger, bucket_of)
    found = _by_name(apart, items)
    if not held:
        return found
    if items is None:
        stock, frozen = found.get("own", NONE).least, _at(apart, held, "own")
        area = found.get("hold", NONE).least
        found["own"] = Bounds(stock - frozen.most, stock - frozen.least)
        found["hold"] = Bounds(area + frozen.least, area + frozen.most)
        return found
    frozen = _at(merged(ledger, held_bucket_of), items & held, "hold")
    free = _by_name(apart, items - held)
    area_free = free.get("hold", NONE)
    found["own"] = free.get("own", NONE)
    found["hold"] = Bounds(frozen.least + area_free.least, frozen.most + area_free.most)
    return found


def _at(ledger: LotLedger, items: ItemSet, name: str) -> Bounds:
    return _by_name(ledger, items).get(name, NONE)


def _by_name(ledger: LotLedger, items: ItemSet | None) -> dict[str, Bounds]:
    return {
        ledger.balances[place].place.code: found
        for place, found in _bounds(ledger, items).items()
    }


def _bounds(ledger: LotLedger, items: ItemSet | None) -> dict[int, Bounds]:
    if items is None:
        return {
            here.place.id: Bounds(here.quantity, here.quantity)
            for here in ledger.real
            if here.quantity
        }
    return bounds_of(ledger, items)


def _total(ledger: LotLedger, items: ItemSet | None) -> int:
    if items is None:
        return ledger.made
    placed = ledger.placed
    wanted = (items & placed).count
    return wanted + min(items.count - wanted, ledger.made - placed.count)


def _union(sets: Iterable[ItemSet]) -> ItemSet:
    return ItemSet.from_intervals(pair for one in sets for pair in one.intervals)
