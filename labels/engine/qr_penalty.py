"""How badly a symbol reads: the penalty by which its mask is chosen.

ISO/IEC 18004:2015 7.8.3.1, Table 11. Rows and columns are 64-bit words, so that every
rule is a few operations on many symbols at once.
"""

import numpy as np
from numpy.typing import NDArray

from .qr_linear import Words

N1, N2, N3, N4 = 3, 3, 40, 10
"""Points of the four rules, Table 11."""
_1, _2, _3, _4, _7 = (np.uint64(step) for step in (1, 2, 3, 4, 7))
"""How far bits are shifted. Shifts and sums are made in place: a new array for each
would be fetched from memory, which takes longer than the sum."""


def penalties(symbols: Words, size: int) -> NDArray[np.int64]:
    """The points of each symbol; ``symbols`` ends in an axis of rows, then columns.

    A finder-like run counts once, when four light modules stand on either side of it,
    the quiet zone among them.
    """
    rows = symbols[..., :size]
    alike = _alike(symbols, size)
    points = _runs(alike) + N3 * _finders(symbols)
    points += N2 * _blocks(rows, alike[..., :size])
    return points + N4 * _imbalance(rows, size)


def _alike(lines: Words, size: int) -> Words:
    """Bit ``i``: modules ``i`` and ``i + 1`` of a line are the same."""
    alike = lines >> _1
    alike ^= lines
    np.invert(alike, out=alike)
    alike &= _ones(size - 1)
    return alike


def _runs(alike: Words) -> NDArray[np.int64]:
    """N1: three points for five modules of one colour in a line, one for each more."""
    four = alike >> _1
    four &= alike
    four &= four >> _2
    starts = four << _1
    np.invert(starts, out=starts)
    starts &= four
    return _count(four) + (N1 - 1) * _count(starts)


def _blocks(rows: Words, alike: Words) -> NDArray[np.int64]:
    """N2: squares of two by two modules of one colour."""
    below = rows[..., :-1] ^ rows[..., 1:]
    np.invert(below, out=below)
    below &= alike[..., :-1]
    below &= alike[..., 1:]
    return _count(below)


def _finders(dark: Words) -> NDArray[np.int64]:
    """N3: 1:1:3:1:1 dark first, with four light modules before or after it.

    Beyond the edge all bits are clear, as the quiet zone is light.
    """
    found = dark >> _2
    found &= dark
    found &= found >> _4  # dark at 0, 2, 4 and 6 modules from here
    found &= dark >> _3
    within = dark >> _4
    within |= dark
    within >>= _1  # dark at 1 or 5
    np.invert(within, out=within)
    found &= within
    after = dark >> _1
    after |= dark
    after |= after >> _2
    after >>= _7  # dark somewhere from 7 to 10
    before = dark << _1
    before |= dark
    before |= before << _2
    before <<= _1  # dark somewhere from -4 to -1
    after &= before
    np.invert(after, out=after)
    found &= after
    return _count(found)


def _imbalance(rows: Words, size: int) -> NDArray[np.int64]:
    """N4: steps of five per cent between the share of dark modules and a half."""
    total = size * size
    dark = _count(rows)
    points: NDArray[np.int64] = np.abs(20 * dark - 10 * total) // total
    return points


def _count(words: Words) -> NDArray[np.int64]:
    """Bits set in the words of the last axis."""
    found: NDArray[np.uint16] = np.bitwise_count(words).sum(axis=-1, dtype=np.uint16)
    return found.astype(np.int64)


def _ones(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)
