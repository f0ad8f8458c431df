"""How badly a symbol reads: the penalty by which its mask is chosen.

ISO/IEC 18004:2015 7.8.3.1, Table 11. Rows and columns are 64-bit words, so that every
rule is a few operations on many symbols at once.
"""

import numpy as np
from numpy.typing import NDArray

from .qr_linear import Words

N1, N2, N3, N4 = 3, 3, 40, 10
"""Points of the four rules, Table 11."""


def penalties(symbols: Words, size: int) -> NDArray[np.int64]:
    """The points of each symbol; ``symbols`` ends in an axis of rows, then columns.

    A finder-like run counts once, when four light modules stand on either side of it,
    the quiet zone among them.
    """
    rows = symbols[..., :size]
    alike = _alike(symbols, size)
    points = _runs(alike) + N3 * _finders(symbols, size)
    points += N2 * _blocks(rows, alike[..., :size])
    return points + N4 * _imbalance(rows, size)


def _alike(lines: Words, size: int) -> Words:
    """Bit ``i``: modules ``i`` and ``i + 1`` of a line are the same."""
    return ~(lines ^ (lines >> np.uint64(1))) & _ones(size - 1)


def _runs(alike: Words) -> NDArray[np.int64]:
    """N1: three points for five modules of one colour in a line, one for each more."""
    four = alike & (alike >> np.uint64(1))
    four &= four >> np.uint64(2)
    starts = four & ~(four << np.uint64(1))
    return _count(four) + (N1 - 1) * _count(starts)


def _blocks(rows: Words, alike: Words) -> NDArray[np.int64]:
    """N2: squares of two by two modules of one colour."""
    below = ~(rows[..., :-1] ^ rows[..., 1:])
    return _count(alike[..., :-1] & alike[..., 1:] & below)


def _finders(lines: Words, size: int) -> NDArray[np.int64]:
    """N3: 1:1:3:1:1 dark first, with four light modules before or after it."""
    shifted = [lines >> np.uint64(step) for step in range(7)]
    found = shifted[0] & shifted[2] & shifted[3] & shifted[4] & shifted[6]
    found &= ~(shifted[1] | shifted[5])
    found &= _ones(size - 6)
    light = ~lines  # beyond the symbol's edge too: the quiet zone
    after = light >> np.uint64(7)
    before = (light << np.uint64(1)) | _ones(1)
    for step in range(1, 4):
        after &= light >> np.uint64(7 + step)
        before &= (light << np.uint64(1 + step)) | _ones(1 + step)
    return _count(found & (before | after))


def _imbalance(rows: Words, size: int) -> NDArray[np.int64]:
    """N4: steps of five per cent between the share of dark modules and a half."""
    total = size * size
    dark = _count(rows)
    points: NDArray[np.int64] = np.abs(20 * dark - 10 * total) // total
    return points


def _count(words: Words) -> NDArray[np.int64]:
    """Bits set in the words of the last axis."""
    found: NDArray[np.int64] = np.bitwise_count(words).sum(axis=-1, dtype=np.int64)
    return found


def _ones(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)
