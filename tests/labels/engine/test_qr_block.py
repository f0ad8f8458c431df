"""Block symbols: bit for bit those of ``qrcode``, and masks as the standard chooses."""

import itertools
import os
from random import Random

import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from qrcode.util import QRData

from lotmark.labels.engine.qr_block import ALPHANUMERIC, encode
from lotmark.labels.engine.qr_linear import LARGEST, LEVELS, Level, grid, words_of
from lotmark.labels.engine.qr_penalty import Judge
from lotmark.trace.errors import TooLarge

LONG = bool(os.environ.get("LOTMARK_LONG"))
CASES = 100_000 if LONG else 2_000
TOGETHER = 10 if LONG else 2
"""Payloads of one length in a block: each of them is a case."""
SHAPES = list(itertools.product(range(1, LARGEST + 1), LEVELS, range(8), (True, False)))
"""Every version, level, mask and mode."""


def drawn_by_qrcode(
    payload: str, level: Level, mask: int, alphanumeric: bool
) -> NDArray[np.bool_]:
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0, mask_pattern=mask)
    # ISO/IEC 18004:2015 Table 2: 0010 alphanumeric, 0100 byte
    code.add_data(QRData(payload.encode(), mode=2 if alphanumeric else 4))
    code.make()
    return np.array(code.get_matrix(), np.bool_)


def longest(version: int, level: Level, alphanumeric: bool) -> int:
    """Characters that version holds. ISO/IEC 18004:2015 Table 7."""
    bits = grid(version, level).capacity - 4
    if not alphanumeric:
        return (bits - (8 if version < 10 else 16)) // 8
    pairs, rest = divmod(bits - (9 if version < 10 else 11), 11)
    return 2 * pairs + (rest >= 6)


def some_text(random: np.random.Generator, length: int, alphanumeric: bool) -> str:
    if alphanumeric:
        return "".join(random.choice(list(ALPHANUMERIC), length))
    text = "".join(map(chr, random.integers(32, 127, length)))
    return text[:-1] + "a"  # or it might be alphanumeric by chance


@pytest.mark.timeout(6000 if LONG else 300)
@pytest.mark.parametrize("part", range(8))
def test_symbols_are_those_of_qrcode_bit_for_bit(part: int) -> None:
    random = np.random.default_rng(part)
    shapes = itertools.islice(itertools.cycle(SHAPES), part, None, 8)
    blocks = itertools.islice(shapes, CASES // TOGETHER // 8)
    for version, level, mask, alphanumeric in blocks:
        most = longest(version, level, alphanumeric)
        least = longest(version - 1, level, alphanumeric) + 1 if version > 1 else 1
        length = int(random.integers(least, most, endpoint=True))
        texts = [some_text(random, length, alphanumeric) for _ in range(TOGETHER)]
        symbols = encode(texts, level, mask)
        assert symbols.size == 4 * version + 17
        for index, text in enumerate(texts):
            expected = drawn_by_qrcode(text, level, mask, alphanumeric)
            assert (symbols.modules(index) == expected).all(), (text, level, mask)


def naive_penalty(dark: NDArray[np.bool_]) -> int:
    """ISO/IEC 18004:2015 Table 11, word by word."""
    points = 0
    for lines in (dark, dark.T):
        for line in lines:
            for _, run in itertools.groupby(line):
                length = len(list(run))
                points += 3 + length - 5 if length >= 5 else 0
            quiet = "0" * 4 + "".join("1" if cell else "0" for cell in line) + "0" * 4
            for start in range(len(line) - 6):
                at = start + 4
                around = quiet[at - 4 : at], quiet[at + 7 : at + 11]
                points += 40 * (quiet[at : at + 7] == "1011101" and "0000" in around)
    for row, column in np.ndindex(len(dark) - 1, len(dark) - 1):
        square = dark[row : row + 2, column : column + 2]
        points += 3 * int(square.all() or not square.any())
    percent = 100 * int(dark.sum()) / dark.size
    return points + 10 * int(abs(percent - 50) / 5)


@given(st.integers(1, LARGEST), st.randoms(use_true_random=False))
def test_the_penalty_is_that_of_the_standard(version: int, random: Random) -> None:
    size = 4 * version + 17
    bits = random.getrandbits(size * size)
    text = f"{bits:0{size * size}b}"
    dark = np.array([cell == "1" for cell in text]).reshape(size, size)
    dark[3] = dark[3, 0]  # a line of one colour
    dark[5, :11] = [1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]
    dark[-7:, -1] = [1, 0, 1, 1, 1, 0, 1]  # the quiet zone is light, too
    assert Judge(size, 1).points(words_of(dark)) == naive_penalty(dark)


@given(st.text(ALPHANUMERIC, min_size=1, max_size=60), st.sampled_from(list(LEVELS)))
def test_the_chosen_mask_has_the_least_penalty(text: str, level: Level) -> None:
    chosen = encode([text], level)
    found = [naive_penalty(encode([text], level, mask).modules(0)) for mask in range(8)]
    assert chosen.masks[0] == found.index(min(found))


@given(
    st.integers(1, 80).flatmap(
        lambda length: st.lists(
            st.text("0123456789abcXYZ-/:?é", min_size=length, max_size=length),
            min_size=1,
            max_size=4,
        )
    )
)
def test_everything_is_read_back(texts: list[str]) -> None:
    same = [text for text in texts if len(text.encode()) == len(texts[0].encode())]
    symbols = encode(same, "L")
    for index, text in enumerate(same):
        picture = np.pad(~symbols.modules(index), 4, constant_values=True)
        large = (picture.repeat(4, 0).repeat(4, 1) * 255).astype(np.uint8)
        (found,) = zxingcpp.read_barcodes(large)
        assert found.bytes == text.encode()


def test_what_does_not_fit_or_belong_together() -> None:
    with pytest.raises(TooLarge, match="cannot hold 500 characters"):
        encode(["A" * 500], "H")
    for payloads in ([], [""], ["A", "AB"]):
        with pytest.raises(ValueError, match="of one length"):
            encode(payloads)
