"""Rows of bytes that are alike but for some columns, made for all labels at once."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
"""``(labels, characters)``."""

AT_ONCE = 1 << 15
"""Bytes in work together: what they need stays in the processor's cache."""


def beside(count: int, *pieces: bytes | Bytes) -> Bytes:
    """The pieces side by side, in ``count`` rows; bytes are the same in each row.

    >>> beside(2, b"<", np.array([[65], [66]], np.uint8), b">").tobytes()
    b'<A><B>'
    """
    widths = [len(one) if isinstance(one, bytes) else one.shape[1] for one in pieces]
    rows = np.empty((count, sum(widths)), np.uint8)
    start = 0
    for piece, width in zip(pieces, widths, strict=True):
        rows[:, start : start + width] = (
            np.frombuffer(piece, np.uint8) if isinstance(piece, bytes) else piece
        )
        start += width
    return rows


def hexed(rows: Bytes) -> Bytes:
    """Every byte as two hexadecimal digits.

    >>> hexed(np.array([[10, 255]], np.uint8)).tobytes()
    b'0AFF'
    """
    plain = np.ascontiguousarray(rows).reshape(-1)
    digits = np.empty(plain.size, "<u2")
    spare = np.empty(min(AT_ONCE, plain.size), "<u2")
    for start in range(0, plain.size, AT_ONCE):
        part = digits[start : start + AT_ONCE]
        other = spare[: part.size]
        part[:] = plain[start : start + AT_ONCE]
        np.right_shift(part, 4, out=other)
        part <<= 8
        part |= other
        part &= 0x0F0F  # the number of each digit, in the order they are written
        np.add(part, 0x0606, out=other)
        other >>= 4
        other &= 0x0101  # ten and above
        other *= ord("A") - ord("9") - 1
        part += other
        part += ord("0") * 0x0101
    return digits.view(np.uint8).reshape(len(rows), 2 * rows.shape[1])


def flat(rows: Bytes) -> memoryview:
    """All rows one after the other, to be written without a copy."""
    return np.ascontiguousarray(rows).reshape(-1).data
