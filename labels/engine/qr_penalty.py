"""How badly a symbol reads: the penalty by which its mask is chosen.

ISO/IEC 18004:2015 7.8.3.1, Table 11. Rows and columns are 64-bit words, so that every
rule is a few operations on many symbols at once.
"""

import numpy as np
from numpy.typing import NDArray

from .qr_linear import Words

Counts = NDArray[np.uint8]

N1, N2, N3, N4 = 3, 3, 40, 10
"""Points of the four rules, Table 11."""
_1, _2, _4, _7 = (np.uint64(step) for step in (1, 2, 4, 7))
"""How far bits are shifted."""
WORD = 64
"""Bits of a line's word."""
EDGE = 4
"""Light modules before the first of a line, so that a shift back loses none."""


class Judge:
    """Tells the points of many symbols at once.

    It works in arrays that it keeps: to fetch a new one from memory for each step takes
    longer than the step. One belongs to one thread.
    """

    def __init__(self, size: int, most: int) -> None:
        """For symbols of ``size`` modules a side, at most so many at once."""
        self._size = size
        self._words = np.empty((6, 2 * size * most), np.uint64)
        self._counts = np.empty((2, 2 * size * most), np.uint8)

    def points(self, symbols: Words) -> NDArray[np.int64]:
        """The points of each symbol; an axis of rows, then columns, comes first."""
        size, shape = self._size, symbols.shape
        lines, turns, pairs, found, near, spare = self._words[
            :, : symbols.size
        ].reshape(6, *shape)
        counts, more = self._counts[:, : symbols.size].reshape(2, *shape)
        np.left_shift(symbols, np.uint64(EDGE), out=lines)
        np.right_shift(lines, _1, out=spare)
        np.bitwise_xor(lines, spare, out=turns)  # bit i: modules i and i + 1 differ
        np.bitwise_or(lines, spare, out=near)  # one of them is dark
        np.right_shift(turns, _1, out=spare)
        np.bitwise_or(turns, spare, out=pairs)  # a turn after i or i + 1
        np.bitwise_and(turns, spare, out=found)  # after both
        _keep_finders(found, lines, pairs, near, spare)
        points = N3 * _total(np.bitwise_count(found, out=counts))
        _count_runs(counts, pairs, size, spare, more)
        rows, above, below = lines[:size], slice(size - 1), slice(1, size)
        mixed = np.bitwise_xor(rows[above], rows[below], out=spare[above])
        mixed |= turns[above]
        mixed |= turns[below]
        _count_blocks(counts[above], mixed, size, more[above])
        points += _total(counts)
        dark = _total(np.bitwise_count(rows, out=more[:size]))
        return points + N4 * _imbalance(dark, size)


def _keep_finders(
    found: Words, lines: Words, pairs: Words, near: Words, spare: Words
) -> None:
    """N3: 1:1:3:1:1 dark first, with four light modules before or after it.

    It counts once when they stand on both sides. Beyond the edge all bits are clear, as
    the quiet zone is light. ``near`` is used up.
    """
    np.right_shift(found, _4, out=spare)
    found &= spare  # turns after modules 0, 1, 4 and 5 …
    np.right_shift(pairs, _2, out=spare)
    _clear(found, spare)  # … and none after 2 and 3 …
    found &= lines  # … of a run that begins dark
    np.right_shift(near, _2, out=spare)
    near |= spare  # dark somewhere from 0 to 3
    np.right_shift(near, _7, out=spare)
    near <<= _4
    near &= spare  # dark on both sides
    _clear(found, near)


def _count_runs(
    counts: Counts, pairs: Words, size: int, spare: Words, more: Counts
) -> None:
    """N1: three points for five modules of one colour in a line, one for each more.

    At most 55 a line. ``pairs`` is used up.
    """
    np.right_shift(pairs, _2, out=spare)
    pairs |= spare  # a turn after one of 0 to 3: no five of one colour from here
    pairs |= _outside(size - 4)
    np.left_shift(pairs, _1, out=spare)
    spare |= pairs
    spare ^= pairs  # five from here, and not from the module before
    np.bitwise_count(spare, out=counts)
    counts *= np.uint8(N1 - 1)
    counts += np.uint8(WORD)
    counts -= np.bitwise_count(pairs, out=more)


def _count_blocks(counts: Counts, mixed: Words, size: int, more: Counts) -> None:
    """N2: add squares of two by two modules of one colour, by their upper row.

    At most 168 a row. ``mixed`` has the squares of two colours.
    """
    mixed |= _outside(size - 1)
    np.bitwise_count(mixed, out=more)
    np.subtract(np.uint8(WORD), more, out=more)
    more *= np.uint8(N2)
    counts += more


def _imbalance(dark: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """N4: steps of five per cent between the share of dark modules and a half."""
    total = size * size
    points: NDArray[np.int64] = np.abs(20 * dark - 10 * total) // total
    return points


def _clear(words: Words, others: Words) -> None:
    """Clear the bits that others have."""
    words |= others
    words ^= others


def _total(counts: Counts) -> NDArray[np.int64]:
    """What the lines of each symbol count together."""
    found: NDArray[np.uint16] = np.add.reduce(counts, axis=0, dtype=np.uint16)
    return found.astype(np.int64)


def _outside(places: int) -> np.uint64:
    """All bits but those of so many places from a line's first module."""
    return np.uint64((1 << WORD) - 1 ^ ((1 << places) - 1) << EDGE)
