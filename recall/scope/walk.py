"""Walks over a directed graph that may have cycles; every lot is visited once."""

from collections import defaultdict
from collections.abc import Collection, Iterable

Neighbours = dict[int, list[int]]


def neighbours(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    """Where one step leads from each lot."""
    found: Neighbours = defaultdict(list)
    for start, end in pairs:
        found[start].append(end)
    return found


def reached(steps: Neighbours, seeds: Iterable[int]) -> set[int]:
    """The seeds and every lot that steps lead to from them.

    >>> sorted(reached({1: [2], 2: [1, 3]}, [1]))
    [1, 2, 3]
    """
    found = set(seeds)
    waiting = list(found)
    while waiting:
        for lot in steps.get(waiting.pop(), ()):
            if lot not in found:
                found.add(lot)
                waiting.append(lot)
    return found


def reaching(
    steps: Neighbours, seeds: list[int], closed: Collection[int] = ()
) -> dict[int, int]:
    """For each lot, which seeds lead to it without a step into a closed lot.

    A set of seeds is the bits of a number, bit ``i`` for ``seeds[i]``: one walk then
    serves all seeds, and a lot is visited again only when it learns of another seed.

    >>> reaching({1: [3], 2: [3], 3: [4]}, [1, 2], closed={4})
    {1: 1, 2: 2, 3: 3}
    """
    marks = {seed: 1 << bit for bit, seed in enumerate(seeds)}
    waiting = dict.fromkeys(seeds)
    while waiting:
        here = next(iter(waiting))
        del waiting[here]
        for lot in steps.get(here, ()):
            known = marks.get(lot, 0)
            if lot not in closed and known | marks[here] != known:
                marks[lot] = known | marks[here]
                waiting[lot] = None
    return marks


def members(bits: int, seeds: list[int]) -> list[int]:
    """The seeds whose bits are set."""
    return [seed for bit, seed in enumerate(seeds) if bits >> bit & 1]
