"""In how many ways goods can lie about: which items and how many units fit where.

Each item whose place is not known takes a unit of room at one of the places where it is
possible, and units without a number take the rest. Items with the same possible places
are one *group*, and places where the same may be are one *heap*: what is found costs
time in the number of those, not of items, and hardly in the number of places.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..identity.items import ItemSet
from .network import SINK, SOURCE, Network

MOST_ARCS = 1_000
"""Where more would have to be tried, heaps are taken together that are not quite alike:
what is found is true then, but can be wider than need be."""

Sets = frozenset[int]
Tally = Mapping[int, Sets]
"""Which sets of items count at a place: by place id, the numbers of the sets."""
NO_SETS: Sets = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """The units of one place that are not known by their items."""

    place: int
    """Its id, not below 0."""
    units: int
    numberless: int
    """Those without a number, at most."""
    possible: ItemSet


@dataclass(frozen=True, slots=True)
class _Group:
    """Items of one set, or of none, that are possible at the same places."""

    set: int | None
    count: int
    placed: bool
    """Whether they are possible anywhere."""


@dataclass(slots=True)
class _Heap:
    """Rooms taken together."""

    groups: frozenset[int]
    """What may be there, by number."""
    counted: Sets
    units: int = 0
    numberless: int = 0

    def add(self, room: Room, sign: int = 1) -> None:
        """Take a room in, or out again."""
        self.units += sign * room.units
        self.numberless += sign * room.numberless


class Fitting:
    """Rooms to be filled, and what there is to fill them.

    ``sets`` are disjoint sets of items, not known anywhere, that can be counted. Those
    of them that are possible nowhere were never placed: each is one of the units
    without a number, or none.
    """

    def __init__(
        self, rooms: Iterable[Room], numberless: int, sets: Sequence[ItemSet] = ()
    ) -> None:
        self._rooms = {room.place: room for room in rooms if room.units}
        self._numberless = numberless
        marks = {room.place: room.possible for room in self._rooms.values()}
        marks |= {-1 - number: some for number, some in enumerate(sets)}
        self._groups: list[_Group] = []
        there: dict[int, list[int]] = defaultdict(list)
        for marked, count in _marked(marks).items():
            places = [mark for mark in marked if mark >= 0]
            for place in places:
                there[place].append(len(self._groups))
            number = next((-1 - mark for mark in marked if mark < 0), None)
            self._groups.append(_Group(number, count, bool(places)))
        self._there = {place: frozenset(groups) for place, groups in there.items()}
        self._sets = {group.set for group in self._groups}
        self._heaps: dict[Hashable, _Heap] = {}
        for room in self._rooms.values():
            self._heap(self._heaps, room, NO_SETS).add(room)

    def fits(self) -> bool:
        """Whether there is any way at all to fill the rooms."""
        if any(room.units < 0 for room in self._rooms.values()):
            return False
        heaps = list(self._heaps.values())
        wanted = sum(heap.units for heap in heaps)
        placed = sum(group.count for group in self._groups)
        if self._numberless < 0 or placed + self._numberless != wanted:
            return False
        return self._filled(heaps, dear=None) == (wanted, 0)

    def likeness(self, room: Room) -> Hashable:
        """The same for rooms of which the same is to be said."""
        return self._there.get(room.place), room.units, room.numberless

    def between(self, tally: Tally) -> tuple[int, int]:
        """How many items of these sets are in these rooms together: least and most."""
        if not any(counted & self._sets for counted in tally.values()):
            return 0, 0
        heaps = self._sorted(tally)
        units = sum(heap.units for heap in heaps)
        _, least = self._filled(heaps, dear=True)
        _, others = self._filled(heaps, dear=False)
        return least, units - others

    def _sorted(self, tally: Tally) -> list[_Heap]:
        """The rooms as heaps, those apart where something else is counted."""
        heaps = {
            key: _Heap(heap.groups, heap.counted, heap.units, heap.numberless)
            for key, heap in self._heaps.items()
        }
        for place, counted in tally.items():
            if counted and (room := self._rooms.get(place)):
                self._heap(heaps, room, NO_SETS).add(room, -1)
                self._heap(heaps, room, counted).add(room)
        exact = [heap for heap in heaps.values() if heap.units]
        if len(exact) * len(self._groups) <= MOST_ARCS:
            return exact
        coarse: dict[Sets, _Heap] = {}
        for heap in exact:
            known = coarse.setdefault(heap.counted, _Heap(NO_SETS, heap.counted))
            known.groups |= heap.groups
            known.units += heap.units
            known.numberless += heap.numberless
        return list(coarse.values())

    def _heap(self, heaps: dict[Hashable, _Heap], room: Room, counted: Sets) -> _Heap:
        groups = self._there.get(room.place, NO_SETS)
        return heaps.setdefault((counted, groups), _Heap(groups, counted))

    def _filled(self, heaps: Iterable[_Heap], *, dear: bool | None) -> tuple[int, int]:
        """Fill the heaps at the least cost: how many units, and the cost.

        What counts costs if ``dear``, and what does not if not: then items never placed
        are among the numberless units, as many as can be.
        """
        network = Network()
        nodes = [network.node() for _ in self._groups]
        blanks = network.node()
        network.join(SOURCE, blanks, self._numberless)
        for node, group in zip(nodes, self._groups, strict=True):
            network.join(SOURCE if group.placed else blanks, node, group.count)
        for heap in heaps:
            here, blank = network.node(), network.node()
            network.join(here, SINK, heap.units)
            network.join(blank, here, heap.numberless)
            network.join(blanks, blank, heap.numberless, int(dear is False))
            for number, group in enumerate(self._groups):
                price = int(dear is not None and (group.set in heap.counted) == dear)
                if number in heap.groups:
                    network.join(nodes[number], here, group.count, price)
                elif not group.placed:
                    network.join(nodes[number], blank, group.count, price)
        return network.fill()


def _marked(marks: Mapping[int, ItemSet]) -> Counter[frozenset[int]]:
    """How many items have which marks."""
    edges = sorted(
        (number, mark)
        for mark, items in marks.items()
        for interval in items.intervals
        for number in interval
    )
    counts: Counter[frozenset[int]] = Counter()
    current: set[int] = set()
    start = 0
    for number, mark in edges:
        if current and number > start:
            counts[frozenset(current)] += number - start
        start = number
        current ^= {mark}
    return counts
