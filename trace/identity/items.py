"""Which items of a series or lot are meant: sets of item numbers kept as intervals.

A batch of a million items is one interval, so every operation costs time in the number
of intervals, never in the number of items.
"""

import heapq
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import N_, InvalidInput, TooLarge

Interval = tuple[int, int]

SIZE_LIMIT = 2**53
"""Item numbers are below this: JSON and JavaScript hold such integers exactly."""
TEXT_LIMIT = 1_000_000
"""Longest text ``parse`` reads, in characters."""

_SEPARATORS = re.compile(r"[,、;\n]")
_PIECE = re.compile(r"([0-9]{1,16})(?:\s*[-–—~]\s*([0-9]{1,16}))?")


@dataclass(frozen=True)
class ItemSet:
    """A set of item numbers from 0 up to ``SIZE_LIMIT``, exclusive.

    >>> shipped = ItemSet.range(0, 5000) | ItemSet.from_numbers([7000])
    >>> str(shipped), shipped.count, 7000 in shipped
    ('0-4999,7000', 5001, True)
    >>> str(shipped - ItemSet.parse("100-199"))
    '0-99,200-4999,7000'

    Raises:
        InvalidInput: ``item_range_invalid`` when the intervals are not as described.
    """

    intervals: tuple[Interval, ...] = ()
    """Half-open ``(lo, hi)``, ascending, with at least one missing number between."""

    def __post_init__(self) -> None:
        end = -1
        for lo, hi in self.intervals:
            if not end < lo < hi <= SIZE_LIMIT:
                raise _range_error(lo, hi)
            end = hi

    @classmethod
    def range(cls, lo: int, hi: int) -> "ItemSet":
        """Items ``lo`` to ``hi - 1``; ``lo == hi`` gives the empty set."""
        return cls.from_intervals([(lo, hi)])

    @classmethod
    def from_numbers(cls, numbers: Iterable[int]) -> "ItemSet":
        """The item numbers given, in any order, repeated or not."""
        return cls.from_intervals((number, number + 1) for number in numbers)

    @classmethod
    def from_intervals(cls, intervals: Iterable[Interval]) -> "ItemSet":
        """The union of half-open intervals in any order; they may overlap.

        Raises:
            InvalidInput: ``item_range_invalid`` for a reversed or negative interval, or
                one beyond ``SIZE_LIMIT``.
        """
        given = sorted(intervals)
        for lo, hi in given:
            if not 0 <= lo <= hi <= SIZE_LIMIT:
                raise _range_error(lo, hi)
        return cls(tuple(_joined(pair for pair in given if pair[0] < pair[1])))

    @classmethod
    def parse(cls, text: str) -> "ItemSet":
        """Read what people write: numbers and ranges whose last item is included.

        Full-width digits, Chinese commas, semicolons, line breaks, and ``~`` or a dash
        in a range are understood. A space inside a number is refused, because ``1 000``
        could be one item or two.

        >>> ItemSet.parse("0~4999、7000").intervals
        ((0, 5000), (7000, 7001))

        Raises:
            InvalidInput: ``item_range_unreadable`` or ``item_range_invalid``.
            TooLarge: ``item_text_too_long``.
        """
        if len(text) > TEXT_LIMIT:
            raise TooLarge(
                "item_text_too_long",
                N_(
                    "A list of items may have %(limit)s characters, this has %(found)s."
                ),
                limit=TEXT_LIMIT,
                found=len(text),
            )
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain:
            return EMPTY
        return cls.from_intervals(map(_read_piece, _SEPARATORS.split(plain)))

    def __str__(self) -> str:
        """The form ``parse`` reads, e.g. ``0-4999,7000``; nothing for the empty set."""
        return ",".join(
            str(lo) if hi == lo + 1 else f"{lo}-{hi - 1}" for lo, hi in self.intervals
        )

    @property
    def count(self) -> int:
        """How many items."""
        return sum(hi - lo for lo, hi in self.intervals)

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.intervals, number, key=lambda pair: pair[0])
        return place > 0 and number < self.intervals[place - 1][1]

    def __or__(self, other: "ItemSet") -> "ItemSet":
        return ItemSet(tuple(_joined(heapq.merge(self.intervals, other.intervals))))

    def __and__(self, other: "ItemSet") -> "ItemSet":
        return ItemSet(tuple(_common(self.intervals, other.intervals)))

    def __sub__(self, other: "ItemSet") -> "ItemSet":
        return self & other.complement(SIZE_LIMIT)

    def complement(self, size: int) -> "ItemSet":
        """The items ``0 … size - 1`` that are not in this set."""
        gaps: list[Interval] = []
        start = 0
        for lo, hi in self.intervals:
            if lo >= size:
                break
            gaps.append((start, lo))
            start = hi
        gaps.append((start, max(start, size)))
        return ItemSet.from_intervals(gaps)

    def take(self, number: int) -> "ItemSet":
        """The first ``number`` items, or all when there are fewer.

        >>> str(ItemSet.parse("5-9,20-29").take(7))
        '5-9,20-21'
        """
        return next(self.slices(number), EMPTY) if number else EMPTY

    def slices(self, size: int) -> Iterator["ItemSet"]:
        """This set in ascending pieces of ``size`` items; the last may have fewer.

        >>> [str(piece) for piece in ItemSet.parse("5-9,20-22").slices(4)]
        ['5-8', '9,20-22']

        Raises:
            InvalidInput: ``slice_size_invalid`` when ``size`` is not positive.
        """
        if size < 1:
            raise InvalidInput(
                "slice_size_invalid",
                N_("A slice needs at least 1 item, but %(size)s were asked for."),
                size=size,
            )
        piece: list[Interval] = []
        room = size
        for lo, hi in self.intervals:
            while hi - lo >= room:
                yield ItemSet((*piece, (lo, lo + room)))
                lo, piece, room = lo + room, [], size
            if lo < hi:
                piece.append((lo, hi))
                room -= hi - lo
        if piece:
            yield ItemSet(tuple(piece))


EMPTY = ItemSet()
"""No items at all."""


def _joined(ascending: Iterable[Interval]) -> Iterator[Interval]:
    """Touching and overlapping neighbours made one; linear in the intervals."""
    pairs = iter(ascending)
    first = next(pairs, None)
    if first is None:
        return
    start, end = first
    for lo, hi in pairs:
        if lo > end:
            yield start, end
            start, end = lo, hi
        else:
            end = max(end, hi)
    yield start, end


def _common(ours: tuple[Interval, ...], theirs: tuple[Interval, ...]) -> list[Interval]:
    """What two ascending lists share; one step moves past one interval."""
    found: list[Interval] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        lo = max(ours[i][0], theirs[j][0])
        hi = min(ours[i][1], theirs[j][1])
        if lo < hi:
            found.append((lo, hi))
        if ours[i][1] < theirs[j][1]:
            i += 1
        else:
            j += 1
    return found


def _read_piece(piece: str) -> Interval:
    match = _PIECE.fullmatch(piece.strip())
    if match is None:
        raise InvalidInput(
            "item_range_unreadable",
            N_(
                "Items are written like 0-4999,7000, but %(found)s was found: "
                "separate numbers by commas, without minus signs."
            ),
            found=repr(piece.strip()[:40]),
        )
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    return first, last + 1


def _range_error(lo: int, hi: int) -> InvalidInput:
    return InvalidInput(
        "item_range_invalid",
        N_(
            "A range of items runs upwards between 0 and %(limit)s, but this one runs "
            "from %(first)s to %(last)s."
        ),
        limit=SIZE_LIMIT - 1,
        first=lo,
        last=hi - 1,
    )
