"""Which consignees are checked: drawn at random, and to be drawn again (§4.8).

Who is drawn follows from the seed and the consignees' codes alone, whatever the order
they come in and whichever version of Python draws: an auditor can do it by hand.
"""

import hashlib
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

PERMILLE = {"A": 1000, "B": 500, "C": 100, "D": 20, "E": 0}
"""Share of the consignees by level (21 CFR 7.42(b)(3); B is ours, domain.md §4.8)."""
STRATA = 3
"""Consignees with many units, some, and few."""


class Volume(NamedTuple):
    """A consignee to draw from."""

    code: str
    units: int


def draw(volumes: Mapping[int, Volume], permille: int, seed: str) -> dict[int, int]:
    """The consignees to check, with their stratum: of each at least that share.

    >>> shops = {n: Volume(f"K{n:02}", 100 - n) for n in range(30)}
    >>> drawn = draw(shops, 100, "4f1c")
    >>> len(drawn), sorted(drawn.values())
    (3, [1, 2, 3])
    """
    drawn: dict[int, int] = {}
    for number, stratum in enumerate(strata(volumes), start=1):
        many = -(-len(stratum) * permille // 1000)
        lots = sorted(stratum, key=lambda one: _lot(seed, volumes[one].code))
        drawn |= dict.fromkeys(lots[:many], number)
    return drawn


def strata(volumes: Mapping[int, Volume]) -> list[list[int]]:
    """The consignees in groups of nearly equal number, those with most units first."""
    order = sorted(volumes, key=lambda one: (-volumes[one].units, volumes[one].code))
    count = len(order)
    cuts = [count * part // STRATA for part in range(STRATA + 1)]
    return [order[lo:hi] for lo, hi in pairwise(cuts)]


def _lot(seed: str, code: str) -> bytes:
    return hashlib.sha256(f"{seed}:{code}".encode()).digest()
