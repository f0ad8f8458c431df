"""GS1-128 bar codes: the modules of Code 128 symbols that hold AI element strings.

ISO/IEC 15417 (symbols) and GS1 General Specifications 5.4 (what GS1 puts into them).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from ...trace.errors import N_, TooLarge

Element: TypeAlias = tuple[str, str]
"""An application identifier and its value, e.g. ``("00", "069012340000000016")``."""

QUIET = 10
"""White modules left and right. GS1 General Specifications 5.4.4.2."""
LONGEST = 48
"""Characters of data with separators. GS1 General Specifications 5.4.4.3."""

_Set: TypeAlias = Literal["B", "C"]
_FNC1, _STOP = 102, 106
_START: dict[_Set, int] = {"B": 104, "C": 105}
_TO: dict[_Set, int] = {"B": 100, "C": 99}
_MARK = "\x1d"
"""Stands for FNC1 among the characters."""
_PREDEFINED = frozenset(
    [*(f"{ai:02d}" for ai in (*range(5), *range(11, 21), 41)), *map(str, range(31, 37))]
)
"""First two digits of AIs of one length, after which nothing need separate.
GS1 General Specifications 7.8.5."""

_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213
221312 231212 112232 122132 122231 113222 123122 123221 223211 221132
221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
212123 212321 232121 111323 131123 131321 112313 132113 132311 211313
231113 231311 112133 112331 132131 113123 113321 133121 313121 211331
231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
214121 412121 111143 111341 131141 114113 114311 411113 411311 113141
114131 311141 411131 211412 211214 211232 2331112
""".split()  # noqa: SIM905 - a table reads better as one
"""Widths of bar, space, bar … of each code. ISO/IEC 15417:2007 Table 1."""


def readable(elements: Sequence[Element]) -> str:
    """What stands under the bars. GS1 General Specifications 4.14.

    >>> readable([("02", "06901234567892"), ("37", "24")])
    '(02)06901234567892(37)24'
    """
    return "".join(f"({ai}){value}" for ai, value in elements)


@lru_cache(maxsize=1024)
def gs1_bars(elements: tuple[Element, ...]) -> tuple[bool, ...]:
    """The modules of the shortest symbol, True where dark, without quiet zones.

    Raises TooLarge ``bars_too_long`` for more characters than GS1 allows.

    >>> len(gs1_bars((("00", "069012340000000016"),)))
    156
    """
    text = _joined(elements)
    if len(text) - 1 > LONGEST:
        raise TooLarge(
            "bars_too_long",
            N_("A GS1-128 bar code holds %(most)d characters, not the %(found)d here."),
            most=LONGEST,
            found=len(text) - 1,
        )
    start, *codes = _codes(text)
    check = (start + sum(n * code for n, code in enumerate(codes, 1))) % 103
    dark: list[bool] = []
    for code in (start, *codes, check, _STOP):
        for place, width in enumerate(_WIDTHS[code]):
            dark += [place % 2 == 0] * int(width)
    return tuple(dark)


def _joined(elements: Sequence[Element]) -> str:
    """FNC1, then the elements with FNC1 after each of open length but the last."""
    text = _MARK
    for number, (ai, value) in enumerate(elements, 1):
        text += ai + value
        if number < len(elements) and ai[:2] not in _PREDEFINED:
            text += _MARK
    return text


def _codes(text: str) -> list[int]:
    """The fewest codes for ``text``, start code first, in the sets B and C."""
    rest: list[dict[_Set, list[int]]] = [{"B": [], "C": []}]
    for place in range(len(text) - 1, -1, -1):
        after = rest[-1]
        found: dict[_Set, list[int]] = {}
        if text[place] == _MARK:
            found = {"B": [_FNC1, *after["B"]], "C": [_FNC1, *after["C"]]}
        else:
            found["B"] = [ord(text[place]) - 32, *after["B"]]
            pair = text[place : place + 2]
            if len(pair) == 2 and pair.isdigit():
                found["C"] = [int(pair), *rest[-2]["C"]]
        rest.append(_switched(found))
    end = rest[-1]
    best: _Set = "C" if len(end["C"]) <= len(end["B"]) else "B"
    return [_START[best], *end[best]]


def _switched(found: dict[_Set, list[int]]) -> dict[_Set, list[int]]:
    """Each set's way on, also by way of the other where that is shorter."""
    best = dict(found)
    ways: tuple[tuple[_Set, _Set], ...] = (("B", "C"), ("C", "B"))
    for one, other in ways:
        if other in found:
            by_way = [_TO[other], *found[other]]
            if one not in found or len(by_way) < len(found[one]):
                best[one] = by_way
    return best
