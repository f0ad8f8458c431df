"""A QR symbol as a linear map: which modules each data bit turns over.

For a fixed version and level, everything from the data bits to the modules (error
correction, interleaving, placement) is linear over GF(2): the symbol of two bit strings
XORed is the XOR of their symbols (ISO/IEC 18004:2015 7.5 to 7.7). A symbol is kept as
one 64-bit word a row and one a column, bit ``i`` for the i-th module.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.constants import (
    ERROR_CORRECT_H,
    ERROR_CORRECT_L,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.util import mask_func

Level: TypeAlias = Literal["L", "M", "Q", "H"]
Words: TypeAlias = NDArray[np.uint64]
"""Rows, then columns, of a symbol: the last axis is twice its size."""

LEVELS: dict[Level, int] = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}
LARGEST = 10
"""Largest version whose rows, with four light modules after them, fit a word."""
MASKS = 8
GF_POLYNOMIAL = 0x11D
"""x^8 + x^4 + x^3 + x^2 + 1. ISO/IEC 18004:2015 7.5.2."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The symbols of one version and level."""

    size: int
    """Modules a side."""
    capacity: int
    """Data bits."""
    bits: Words
    """For each data bit, the modules it turns over: ``(capacity, 2 * size)``."""
    frames: Words
    """For each mask, all that is not data, with the mask: ``(8, 2 * size)``."""


@cache
def grid(version: int, level: Level) -> Grid:
    """The linear map of a version from 1 to ``LARGEST`` at an error correction level.

    >>> grid(1, "M").size, grid(1, "M").capacity
    (21, 128)
    """
    size = 4 * version + 17
    blank = _blank(version, level, 0)
    places = _places(blank)
    order = _order(version, level)
    capacity = 8 * sum(data for data, _ in _blocks(version, level))
    bits = np.zeros((capacity, 2 * size), np.uint64)
    for bit in range(capacity):
        codeword, shift = divmod(bit, 8)
        for place, value in order[codeword]:
            for turned in _ones(_times(value, 1 << (7 - shift))):
                row, column = places[8 * place + turned]
                bits[bit, row] ^= np.uint64(1 << column)
                bits[bit, size + column] ^= np.uint64(1 << row)
    frames = np.stack([_frame(version, level, mask) for mask in range(MASKS)])
    return Grid(size, capacity, bits, frames)


def words_of(dark: NDArray[np.bool_]) -> Words:
    """The rows and columns of a square array of modules, as words."""
    powers = np.uint64(1) << np.arange(len(dark), dtype=np.uint64)
    rows = (dark * powers[None, :]).sum(axis=1, dtype=np.uint64)
    columns = (dark * powers[:, None]).sum(axis=0, dtype=np.uint64)
    return np.concatenate([rows, columns])


def _blank(version: int, level: Level, mask: int) -> list[list[bool | None]]:
    """Finder, timing and alignment patterns, format and version; None is data."""
    code = qrcode.QRCode(version=version, error_correction=LEVELS[level], border=0)
    size = code.modules_count = 4 * version + 17
    code.modules = [[None] * size for _ in range(size)]
    for row, column in ((0, 0), (size - 7, 0), (0, size - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(False, mask)
    if version >= 7:
        code.setup_type_number(False)
    return code.modules


def _places(blank: list[list[bool | None]]) -> list[tuple[int, int]]:
    """Row and column of each data bit in order. ISO/IEC 18004:2015 7.7.3."""
    size = len(blank)
    found = []
    upward = True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for step in range(size):
            row = size - 1 - step if upward else step
            found += [(row, c) for c in (right, right - 1) if blank[row][c] is None]
        upward = not upward
    return found


def _frame(version: int, level: Level, mask: int) -> Words:
    blank = _blank(version, level, mask)
    turns = mask_func(mask)
    return words_of(
        np.array(
            [
                [turns(r, c) if cell is None else cell for c, cell in enumerate(row)]
                for r, row in enumerate(blank)
            ],
            dtype=np.bool_,
        )
    )


def _blocks(version: int, level: Level) -> list[tuple[int, int]]:
    """Data and error correction codewords of each block."""
    return [
        (block.data_count, block.total_count - block.data_count)
        for block in rs_blocks(version, LEVELS[level])
    ]


def _order(version: int, level: Level) -> list[list[tuple[int, int]]]:
    """For each data codeword, where its own byte and its corrections go.

    Pairs of a place among all codewords, interleaved as they are placed, and the factor
    in GF(256) of what stands there.
    """
    blocks = _blocks(version, level)
    longest = max(data for data, _ in blocks)
    total = sum(data for data, _ in blocks)
    found = []
    for number, (data, corrections) in enumerate(blocks):
        for index, remainder in enumerate(_remainders(data, corrections)):
            # Of the last data codewords only the longer blocks have one.
            before = sum(min(index, other) for other, _ in blocks)
            here = sum(1 for other, _ in blocks[:number] if other > index)
            own = [(before + here, 1)] if index < longest else []
            found.append(
                own
                + [
                    (total + row * len(blocks) + number, factor)
                    for row, factor in enumerate(remainder)
                    if factor
                ]
            )
    return found


def _remainders(data: int, corrections: int) -> list[list[int]]:
    """For each data codeword of a block, its correction codewords when it is 1."""
    generator = [1]
    for power in range(corrections):
        root = _power(power)
        generator = [
            high ^ _times(low, root)
            for high, low in zip([*generator, 0], [0, *generator], strict=True)
        ]
    divisor = generator[1:]
    remainder = divisor
    found = [remainder]
    for _ in range(data - 1):
        carry, rest = remainder[0], [*remainder[1:], 0]
        remainder = [
            low ^ _times(carry, d) for low, d in zip(rest, divisor, strict=True)
        ]
        found.append(remainder)
    return found[::-1]


def _times(a: int, b: int) -> int:
    """The product in GF(256)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (GF_POLYNOMIAL if a & 0x80 else 0)
        b >>= 1
    return product


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _times(value, 2)
    return value


def _ones(byte: int) -> list[int]:
    """Which bits of a byte are set, from the most significant, 0."""
    return [bit for bit in range(8) if byte >> (7 - bit) & 1]
