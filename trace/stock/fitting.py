"""Whether items can all be somewhere: each in one of its places, no place too full."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise

from ..identity.items import ItemSet

Group = frozenset[int]
"""Items with the same possible places, named by those places."""


def all_fit(possible: Mapping[int, ItemSet], room: Mapping[int, int]) -> bool:
    """Whether every item of ``possible`` can have a unit of room at one of its places.

    Both go by place. Items with the same places are counted together, and each group
    is brought in along shortest paths that make room by shifting other groups: a
    maximum flow (Edmonds and Karp, 1972), as large as there are groups, not items.
    """
    if any(free < 0 for free in room.values()):
        return False
    left = dict(room)
    held: dict[int, Counter[Group]] = defaultdict(Counter)
    for group, count in _groups(possible).items():
        while count:
            path = _path(group, held, left)
            if not path:
                return False
            count -= _push(path, held, left, count)
    return True


def _groups(possible: Mapping[int, ItemSet]) -> Counter[Group]:
    edges = sorted(
        (number, place)
        for place, items in possible.items()
        for interval in items.intervals
        for number in interval
    )
    counts: Counter[Group] = Counter()
    places: set[int] = set()
    start = 0
    for number, place in edges:
        if places and number > start:
            counts[frozenset(places)] += number - start
        start = number
        places ^= {place}
    return counts


def _path(
    group: Group, held: Mapping[int, Counter[Group]], left: Mapping[int, int]
) -> list[tuple[Group, int]]:
    """Steps (who moves, to where) from ``group`` to a place with room; none if none.

    Every group but the first leaves the place where the one before it arrives.
    """
    paths: dict[Group, list[tuple[Group, int]]] = {group: []}
    seen: set[int] = set()
    queue = [group]
    for one in queue:
        for place in one - seen:
            seen.add(place)
            path = [*paths[one], (one, place)]
            if left[place]:
                return path
            for other in held[place]:
                if other not in paths:
                    paths[other] = path
                    queue.append(other)
    return []


def _push(
    path: list[tuple[Group, int]],
    held: dict[int, Counter[Group]],
    left: dict[int, int],
    count: int,
) -> int:
    """Shift as many along the path as go, at most ``count``; say how many."""
    shifts = list(pairwise(path))
    last = path[-1][1]
    many = min(
        count, left[last], *(held[place][mover] for (_, place), (mover, _) in shifts)
    )
    for (_, place), (mover, _) in shifts:
        held[place][mover] -= many
        held[place] = +held[place]  # forget groups that left altogether
    for mover, place in path:
        held[place][mover] += many
    left[last] -= many
    return many
