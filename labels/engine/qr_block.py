"""Many QR symbols at once, each with the mask that ISO/IEC 18004 chooses.

Payloads of one length and kind share a linear map (``qr_linear``): what is the same in
all of them is drawn once, and each pair of characters that differs is one row of a
table, XORed in. The mask with the least penalty wins, the lower number among equals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...trace.errors import N_, TooLarge
from .qr_linear import LARGEST, MASKS, Grid, Level, Words, grid
from .qr_penalty import Judge

Mode: TypeAlias = Literal["alphanumeric", "byte"]

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""ISO/IEC 18004:2015 Table 5."""
PADS = (0xEC, 0x11)
AT_ONCE = 64
"""Symbols in work together: what they need stays in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """Symbols of one size."""

    size: int
    rows: Words
    """``(symbols, size)``: a word a row, bit ``i`` for the module in column ``i``."""
    masks: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)

    def modules(self, index: int) -> NDArray[np.bool_]:
        """One symbol's modules, True where dark."""
        columns = np.arange(self.size, dtype=np.uint64)
        return (self.rows[index, :, None] >> columns & np.uint64(1)).astype(np.bool_)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What payloads of one length and kind share."""

    mode: Mode
    version: int
    level: Level
    length: int

    @property
    def header(self) -> str:
        """Mode and length, as bits. ISO/IEC 18004:2015 7.4.1."""
        if self.mode == "alphanumeric":
            return f"0010{self.length:0{9 if self.version < 10 else 11}b}"
        return f"0100{self.length:0{8 if self.version < 10 else 16}b}"

    def groups(self) -> Iterator[tuple[int, int]]:
        """First bit and number of bits of each group of characters."""
        start = len(self.header)
        if self.mode == "byte":
            yield from ((start + 8 * i, 8) for i in range(self.length))
            return
        pairs, single = divmod(self.length, 2)
        yield from ((start + 11 * i, 11) for i in range(pairs))
        if single:
            yield start + 11 * pairs, 6

    @property
    def used(self) -> int:
        """Bits of header and characters."""
        start, count = list(self.groups())[-1]
        return start + count

    def padding(self, capacity: int) -> str:
        """Terminator and pad codewords. ISO/IEC 18004:2015 7.4.9, 7.4.10."""
        end = min(self.used + 4, capacity)
        end += -end % 8
        pads = (PADS[i % 2] for i in range((capacity - end) // 8))
        return "0" * (end - self.used) + "".join(f"{pad:08b}" for pad in pads)


def encode(
    payloads: Sequence[str], level: Level = "M", mask: int | None = None
) -> Symbols:
    """The symbols of payloads of one length in UTF-8; see ``encode_rows``.

    Raises ValueError for payloads of several lengths, or none.
    """
    raw = [payload.encode() for payload in payloads]
    if not raw or not raw[0] or len({len(one) for one in raw}) != 1:
        raise ValueError("Expected payloads of one length")
    codes = np.frombuffer(b"".join(raw), np.uint8).reshape(len(raw), -1)
    return encode_rows(codes, level, mask)


def encode_rows(
    codes: NDArray[np.uint8], level: Level = "M", mask: int | None = None
) -> Symbols:
    """The symbols of payloads given as bytes, one a row, in the smallest version.

    Alphanumeric mode when all of them are digits, capitals and ``$%*+-./:`` or space,
    else byte mode. ``mask`` fixes one of 0 to 7 for all.

    Raises TooLarge ``qr_payload_too_long`` for what version ``LARGEST`` cannot hold.
    """
    shape, area = _fit(codes, level)
    values = _values(codes, shape.mode)
    groups = list(shape.groups())
    differ = np.flatnonzero((values != values[0]).any(axis=0))
    base = _base(shape, area, values[0], set(differ.tolist()))
    tables: list[Words] = []
    bits: list[NDArray[np.intp]] = []
    for index in differ:
        start, count = groups[index]
        low = count // 2
        high, rest = np.divmod(values[:, index].astype(np.intp), 1 << low)
        tables.append(_table(shape.version, level, start, count - low))
        tables.append(_table(shape.version, level, start + count - low, low))
        bits += [high, rest]
    rows = np.empty((len(values), area.size), np.uint64)
    masks = np.empty(len(values), np.uint8)
    judge = Judge(area.size, MASKS * min(AT_ONCE, len(values)))
    for start in range(0, len(values), AT_ONCE):
        end = min(start + AT_ONCE, len(values))
        plain = np.repeat(base[None, :], end - start, axis=0)
        for table, places in zip(tables, bits, strict=True):
            plain ^= table.take(places[start:end], axis=0)
        rows[start:end], masks[start:end] = _masked(plain, area, judge, mask)
    return Symbols(area.size, rows, masks)


def size_of(codes: NDArray[np.uint8], level: Level) -> int:
    """Modules a side of the symbols of such payloads; raises as ``encode_rows``."""
    return _fit(codes, level)[1].size


def packed_rows(symbols: Symbols) -> NDArray[np.uint8]:
    """Each symbol's rows one after the other, every row in whole bytes, first module in
    the highest bit."""
    little = symbols.rows.astype("<u8").view(np.uint8)
    whole = little.reshape(len(symbols), symbols.size, 8)
    used = whole[:, :, : (symbols.size + 7) // 8]
    packed: NDArray[np.uint8] = _TURNED.take(used)
    return packed.reshape(len(symbols), -1)


_TURNED = np.packbits(
    np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little"),
    axis=1,
)[:, 0]
"""Every byte with its bits in the other order."""


def _masked(
    plain: Words, area: Grid, judge: Judge, mask: int | None
) -> tuple[Words, NDArray[np.uint8]]:
    if mask is not None:
        chosen = np.full(len(plain), mask, np.uint8)
    else:
        # Lines first: what a symbol's lines count is then summed many at a time.
        every = np.ascontiguousarray(plain.T)[:, None] ^ area.frames.T[:, :, None]
        chosen = judge.points(every).argmin(axis=0).astype(np.uint8)
    return (plain ^ area.frames[chosen])[:, : area.size], chosen


_VALUE = np.full(256, -1, np.int16)
_VALUE[np.frombuffer(ALPHANUMERIC.encode(), np.uint8)] = range(len(ALPHANUMERIC))


def _values(codes: NDArray[np.uint8], mode: Mode) -> NDArray[np.int16]:
    """The number of each group of characters. ISO/IEC 18004:2015 7.4.4, 7.4.5."""
    if mode == "byte":
        return codes.astype(np.int16)
    values = _VALUE[codes]
    even = values.shape[1] // 2 * 2
    pairs = values[:, 0:even:2] * np.int16(45) + values[:, 1:even:2]
    return np.concatenate([pairs, values[:, even:]], axis=1)


def _fit(codes: NDArray[np.uint8], level: Level) -> tuple[_Shape, Grid]:
    mode: Mode = "alphanumeric" if (_VALUE[codes] >= 0).all() else "byte"
    length = codes.shape[1]
    for version in range(1, LARGEST + 1):
        shape, area = _Shape(mode, version, level, length), grid(version, level)
        if shape.used <= area.capacity:
            return shape, area
    raise TooLarge(
        "qr_payload_too_long",
        N_("A QR code cannot hold %(count)d characters; shorten the address."),
        count=length,
    )


def _base(
    shape: _Shape, area: Grid, values: NDArray[np.int16], without: set[int]
) -> Words:
    """What all the payloads share, as a symbol without mask or patterns."""
    text = shape.header
    for index, (_, count) in enumerate(shape.groups()):
        value = 0 if index in without else int(values[index])
        text += f"{value:0{count}b}"
    text += shape.padding(area.capacity)
    dark = np.frombuffer(text.encode(), np.uint8) == ord("1")
    base: Words = np.bitwise_xor.reduce(area.bits[dark], axis=0)
    return base


@lru_cache(maxsize=1024)
def _table(version: int, level: Level, start: int, count: int) -> Words:
    """The modules that each value of a group of ``count`` bits turns over."""
    bits = grid(version, level).bits[start : start + count]
    table = np.zeros((1, bits.shape[1]), np.uint64)
    for row in bits[::-1]:  # the last bit counts one
        table = np.concatenate([table, table ^ row])
    return table
