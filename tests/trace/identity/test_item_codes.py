"""Item codes, format 1: frozen, unguessable, and the same singly and in bulk."""

import json
from pathlib import Path

import numpy as np
import pytest
from fastfpe import ff1 as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lotmark.trace.errors import InvalidInput
from lotmark.trace.identity.bulk import Decoded, decode_many, encode_many
from lotmark.trace.identity.codes import ALPHABET, CodeKey, ItemCode, Serial
from lotmark.trace.identity.items import EMPTY, ItemSet

GOLDEN = json.loads(
    Path(__file__).with_name("golden_item_codes.json").read_text(encoding="utf-8")
)
KEY = CodeKey(1, bytes(range(32)))
MILLION = 1_000_000
SERIES = st.integers(0, 2**28 - 1)
ITEM = st.integers(0, 2**24 - 1)
SECRET = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("row", GOLDEN["codes"], ids=lambda row: row["serial"])
def test_format_1_is_frozen(row: dict[str, int | str]) -> None:
    key = CodeKey(int(row["key_version"]), bytes.fromhex(GOLDEN["key"]))
    code = ItemCode(int(row["series"]), int(row["item"]))
    serial = Serial(str(row["serial"]))
    assert key.encode(code) == serial
    assert key.decode(serial) == code


def spelt_by_oracle(key: CodeKey, code: ItemCode) -> str:
    number = code.series * 2**52 + code.item * 2**28
    plain = "".join(ALPHABET[number // 32**k % 32] for k in range(15, -1, -1))
    tweak = b"LM\x01" + bytes([key.version])
    return str(oracle.encrypt(key.secret.hex(), tweak.hex(), ALPHABET, plain))


@settings(max_examples=300, deadline=None)
@given(SECRET, st.integers(1, 255), SERIES, ITEM)
def test_singly_and_in_bulk_equal_an_independent_ff1(
    secret: bytes, version: int, series: int, item: int
) -> None:
    key = CodeKey(version, secret)
    expected = spelt_by_oracle(key, ItemCode(series, item))
    assert str(key.encode(ItemCode(series, item))) == expected
    assert encode_many(key, series, ItemSet.from_numbers([item])).tolist() == [
        expected.encode()
    ]


def test_bulk_equals_single_across_chunks_and_gaps() -> None:
    items = ItemSet.parse("0-3,4090-4100,16380-16390,50000,16777215")
    serials = encode_many(KEY, 268435455, items)
    numbers = [n for lo, hi in items.intervals for n in range(lo, hi)]
    assert [Serial(text.decode()) for text in serials.tolist()] == [
        KEY.encode(ItemCode(268435455, n)) for n in numbers
    ]
    assert decode_many(KEY, serials).item.tolist() == numbers


@pytest.fixture(scope="module")
def issued() -> NDArray[np.bytes_]:
    return encode_many(KEY, 12345, ItemSet.range(0, MILLION))


def test_a_million_issued_codes_are_distinct_and_all_decode(
    issued: NDArray[np.bytes_],
) -> None:
    assert len(np.unique(issued)) == MILLION
    found = decode_many(KEY, issued)
    assert found.good.all()
    assert (found.series == 12345).all()
    assert (found.item == np.arange(MILLION)).all()


def accepted(found: Decoded) -> int:
    """How many the line would take: zero bits right, series known, item issued."""
    known = found.good & (found.series == 12345) & (found.item < MILLION)
    return int(np.count_nonzero(known))


@pytest.mark.parametrize("how", ["changed", "transposed", "random"])
def test_a_million_tampered_codes_are_all_refused(
    issued: NDArray[np.bytes_], how: str
) -> None:
    rng = np.random.default_rng(2026)
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)
    grid = issued.copy().view(np.uint8).reshape(-1, 16)
    rows = np.arange(MILLION)
    place = rng.integers(0, 15, MILLION)
    if how == "changed":
        old = np.searchsorted(letters, grid[rows, place])
        grid[rows, place] = letters[(old + rng.integers(1, 32, MILLION)) % 32]
    elif how == "transposed":
        left = grid[rows, place]
        grid[rows, place] = grid[rows, place + 1]
        grid[rows, place + 1] = left
    else:
        grid[:] = letters[rng.integers(0, 32, grid.shape)]
    tampered = grid.view("S16").reshape(-1)
    different = tampered[tampered != issued]
    assert len(different) > 0.95 * MILLION
    assert accepted(decode_many(KEY, different)) == 0


def test_another_version_or_secret_reads_nothing(issued: NDArray[np.bytes_]) -> None:
    for key in [CodeKey(2, KEY.secret), CodeKey(1, bytes(32))]:
        assert not decode_many(key, issued[:100_000]).good.any()
        assert key.decode(Serial(issued[0].decode())) is None


def test_serials_show_neither_order_nor_volume(issued: NDArray[np.bytes_]) -> None:
    grid = issued.view(np.uint8).reshape(-1, 16)
    for column in grid.T:
        counts = np.unique(column, return_counts=True)[1]
        assert len(counts) == 32
        assert counts.min() > 0.97 * MILLION / 32
    same = np.count_nonzero(grid[1:] == grid[:-1]) / (MILLION - 1)
    assert abs(same - 16 / 32) < 0.01, "neighbours agree as often as strangers"


def test_bulk_marks_what_cannot_be_a_serial() -> None:
    good = encode_many(KEY, 7, ItemSet.range(0, 1))
    bad = [b"", b"short", b"7k3m9qxw2d5rvt8h", b"UUUUUUUUUUUUUUUU", b"\xff" * 16]
    found = decode_many(KEY, np.array([*bad, *good], "S16"))
    assert found.good.tolist() == [False] * 5 + [True]
    assert found.series.tolist() == [0] * 5 + [7]
    assert len(encode_many(KEY, 7, EMPTY)) == 0
    assert len(decode_many(KEY, np.empty(0, "S16")).good) == 0
    assert decode_many(KEY, np.repeat(good, 4)[::2]).good.all()


@pytest.mark.parametrize("array", [np.array([b"0" * 17]), np.empty((2, 2), "S16")])
def test_bulk_never_cuts_a_longer_text(array: NDArray[np.bytes_]) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_many(KEY, array)
    assert refused.value.code == "serial_array_width"


@pytest.mark.parametrize(("series", "item"), [(2**28, 0), (0, 2**24), (-1, 0), (0, -1)])
def test_codes_outside_a_series_are_refused(series: int, item: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        ItemCode(series, item)
    assert refused.value.code == "item_code_range"


def test_bulk_refuses_items_beyond_the_series() -> None:
    for series, last in [(1, 2**24), (2**28, 0)]:
        with pytest.raises(InvalidInput) as refused:
            encode_many(KEY, series, ItemSet.from_numbers([0, last]))
        assert refused.value.code == "item_code_range"


@given(st.integers(0, 2**80 - 1))
def test_every_number_has_one_serial(number: int) -> None:
    serial = Serial.from_number(number)
    assert serial.number == number
    assert Serial.parse(serial.grouped.lower()) == serial
    assert Serial.parse(serial.text) == serial


@pytest.mark.parametrize(
    "text", ["7k3m9qxw2d5rvt8h", "7K3M", "U" * 16, "0" * 16 + "\n"]
)
def test_a_serial_cannot_be_made_wrong(text: str) -> None:
    with pytest.raises(InvalidInput, match="16 letters and digits") as refused:
        Serial(text)
    assert refused.value.code == "serial_unreadable"
