"""Rows of bytes that are alike but for some columns, made for all labels at once."""

import binascii
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
"""``(labels, characters)``."""


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
    digits = binascii.hexlify(np.ascontiguousarray(rows).data).upper()
    return np.frombuffer(digits, np.uint8).reshape(len(rows), 2 * rows.shape[1])


def flat(rows: Bytes) -> memoryview:
    """All rows one after the other, to be written without a copy."""
    return np.ascontiguousarray(rows).reshape(-1).data
