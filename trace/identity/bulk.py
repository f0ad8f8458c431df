"""Item codes of format 1 by the million: the arithmetic of ``codes`` over numpy arrays.

Every result equals what ``CodeKey.encode`` and ``decode`` give one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import N_, InvalidInput
from .codes import ALPHABET, ITEM_BITS, ZERO_BITS, CodeKey, ItemCode
from .items import ItemSet

_CHUNK = 1 << 14
"""Serials worked on at once: the arrays of a chunk stay in the processor's cache."""
_HALF = np.uint64((1 << 40) - 1)
_ZEROS = np.uint64(ZERO_BITS)
_LOW_ITEM_BITS = np.uint64(40 - ZERO_BITS)
_HIGH_ITEM_BITS = np.uint64(ITEM_BITS + ZERO_BITS - 40)
"""The item number lies across the middle of the 80 bits."""
_UNREADABLE = np.uint16(0xFFFF)
_PAIRS = np.frombuffer(
    "".join(a + b for a in ALPHABET for b in ALPHABET).encode("ascii"), np.uint16
)
"""Two characters for every ten bits, in the machine's byte order."""
_PAIR_VALUES = np.full(1 << 16, _UNREADABLE)
_PAIR_VALUES[_PAIRS] = np.arange(1024, dtype=np.uint16)

_U64 = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Decoded:
    """What ``decode_many`` found; three arrays as long as the serials given."""

    good: NDArray[np.bool_]
    """Whether the characters are right and the zero bits are zero."""
    series: NDArray[np.uint32]
    """Series of each good serial, otherwise 0."""
    item: NDArray[np.uint32]
    """Item number of each good serial, otherwise 0."""


def encode_many(key: CodeKey, series: int, items: ItemSet) -> NDArray[np.bytes_]:
    """The serials of ``items`` of one series, ascending, as an array of dtype ``S16``.

    Takes 24 bytes a serial; slice the set (``items.slices``) to print a long run.

    >>> encode_many(CodeKey(1, bytes(32)), 7, ItemSet.range(0, 2)).shape
    (2,)

    Raises:
        InvalidInput: ``item_code_range``.
    """
    if not items:
        return np.empty(0, "S16")
    ItemCode(series, items.intervals[-1][1] - 1)
    numbers = np.concatenate(
        [np.arange(lo, hi, dtype=np.uint64) for lo, hi in items.intervals]
    )
    serials = np.empty((len(numbers), 8), np.uint16)
    for start in range(0, len(numbers), _CHUNK):
        part = slice(start, start + _CHUNK)
        item = numbers[part]
        high = (np.uint64(series) << _HIGH_ITEM_BITS) | (item >> _LOW_ITEM_BITS)
        low = (item << _ZEROS) & _HALF
        _spell(*_encrypt(key, high, low), serials[part])
    return serials.view("S16").reshape(-1)


def decode_many(key: CodeKey, serials: NDArray[np.bytes_]) -> Decoded:
    """Read serials in their printed form: dtype ``S16``, upper case, no spaces.

    Raises:
        InvalidInput: ``serial_array_width`` for another dtype, which numpy would cut
            to 16 characters without a word.
    """
    if serials.dtype != np.dtype("S16") or serials.ndim != 1:
        raise InvalidInput(
            "serial_array_width",
            N_("Serials come as a list of 16-byte texts (S16), not as %(found)s."),
            found=f"{serials.dtype}, {serials.ndim}d",
        )
    pairs = np.ascontiguousarray(serials).view(np.uint16).reshape(-1, 8)
    good = np.empty(len(pairs), np.bool_)
    series = np.empty(len(pairs), np.uint32)
    item = np.empty(len(pairs), np.uint32)
    for start in range(0, len(pairs), _CHUNK):
        part = slice(start, start + _CHUNK)
        values = _PAIR_VALUES[pairs[part]]
        high, low = _decrypt(key, _number(values[:, :4]), _number(values[:, 4:]))
        fine = (values != _UNREADABLE).all(axis=1)
        fine &= (low & np.uint64((1 << ZERO_BITS) - 1)) == 0
        pair = ((high << _LOW_ITEM_BITS) | (low >> _ZEROS)) * fine
        good[part] = fine
        series[part] = pair >> np.uint64(ITEM_BITS)
        item[part] = pair & np.uint64((1 << ITEM_BITS) - 1)
    return Decoded(good, series, item)


def _encrypt(key: CodeKey, high: _U64, low: _U64) -> tuple[_U64, _U64]:
    rounds = _Rounds(key, len(high))
    for i in range(10):
        high, low = low, (high + rounds.pad(i, low)) & _HALF
    return high, low


def _decrypt(key: CodeKey, high: _U64, low: _U64) -> tuple[_U64, _U64]:
    rounds = _Rounds(key, len(high))
    for i in range(9, -1, -1):
        high, low = (low - rounds.pad(i, high)) & _HALF, high
    return high, low


class _Rounds:
    """FF1's round function over arrays of 40-bit halves (b = 5, d = 12, one block)."""

    def __init__(self, key: CodeKey, count: int) -> None:
        self._masks = key.cipher.masks
        # A context of its own: AES on long buffers runs without Python's lock.
        self._aes = key.cipher.encryptor()
        self._blocks = np.empty((count, 2), ">u8")
        self._bytes = self._blocks.view(np.uint8).reshape(-1).data

    def pad(self, i: int, half: _U64) -> _U64:
        """The number each row's other half is moved by: 12 bytes modulo 2**40."""
        mask = self._masks[i]
        self._blocks[:, 0] = np.uint64(mask >> 64)
        self._blocks[:, 1] = half ^ np.uint64(mask & ((1 << 64) - 1))
        done = np.frombuffer(self._aes.update(self._bytes), ">u8").reshape(-1, 2)
        left, right = done[:, 0].astype(np.uint64), done[:, 1].astype(np.uint64)
        return (left & np.uint64(0xFF)) << np.uint64(32) | (right >> np.uint64(32))


def _spell(high: _U64, low: _U64, out: NDArray[np.uint16]) -> None:
    for k in range(4):
        shift = np.uint64(30 - 10 * k)
        out[:, k] = _PAIRS[(high >> shift) & np.uint64(1023)]
        out[:, 4 + k] = _PAIRS[(low >> shift) & np.uint64(1023)]


def _number(values: NDArray[np.uint16]) -> _U64:
    """Four ten-bit values a row as one 40-bit number."""
    number = np.zeros(len(values), np.uint64)
    for k in range(4):
        number = (number << np.uint64(10)) | values[:, k]
    return number & _HALF
