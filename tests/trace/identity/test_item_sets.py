"""ItemSet against Python's own sets, and the ways people write ranges."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.errors import InvalidInput, TooLarge
from lotmark.trace.identity.items import EMPTY, SIZE_LIMIT, TEXT_LIMIT, ItemSet

NUMBERS = st.sets(st.integers(0, 60), max_size=40)

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""ASCII to the full-width forms a Chinese keyboard gives."""


def plain(items: ItemSet) -> set[int]:
    return {number for lo, hi in items.intervals for number in range(lo, hi)}


@given(NUMBERS, NUMBERS)
def test_union_intersection_and_difference_are_those_of_sets(
    a: set[int], b: set[int]
) -> None:
    ours, theirs = ItemSet.from_numbers(a), ItemSet.from_numbers(b)
    assert plain(ours | theirs) == a | b
    assert plain(ours & theirs) == a & b
    assert plain(ours - theirs) == a - b


@given(NUMBERS, st.integers(0, 70))
def test_complement_is_what_is_left_of_a_size(a: set[int], size: int) -> None:
    assert plain(ItemSet.from_numbers(a).complement(size)) == set(range(size)) - a


@given(NUMBERS, st.integers(-2, 62))
def test_membership_count_and_truth(a: set[int], number: int) -> None:
    items = ItemSet.from_numbers(a)
    assert (number in items) == (number in a)
    assert items.count == len(a)
    assert bool(items) == bool(a)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=20))
def test_intervals_in_any_order_make_the_one_canonical_form(
    starts: list[tuple[int, int]],
) -> None:
    intervals = [(lo, lo + length) for lo, length in starts]
    items = ItemSet.from_intervals(intervals)
    expected = {number for lo, hi in intervals for number in range(lo, hi)}
    assert items == ItemSet.from_numbers(expected)
    assert hash(items) == hash(ItemSet.from_numbers(expected))
    ends = [end for pair in items.intervals for end in pair]
    assert ends == sorted(set(ends)), "neighbours that touch are one interval"


@given(NUMBERS, st.integers(0, 45))
def test_take_gives_the_first(a: set[int], number: int) -> None:
    assert plain(ItemSet.from_numbers(a).take(number)) == set(sorted(a)[:number])


@given(NUMBERS, st.integers(1, 45))
def test_slices_are_ascending_full_and_complete(a: set[int], size: int) -> None:
    ordered = sorted(a)
    pieces = list(ItemSet.from_numbers(a).slices(size))
    assert [sorted(plain(piece)) for piece in pieces] == [
        ordered[k : k + size] for k in range(0, len(ordered), size)
    ]


@given(st.sets(st.integers(0, SIZE_LIMIT - 1), max_size=20))
def test_printing_and_parsing_round_trip(a: set[int]) -> None:
    items = ItemSet.from_numbers(a)
    assert ItemSet.parse(str(items)) == items


def test_a_million_items_are_one_interval() -> None:
    batch = ItemSet.range(0, 1_000_000)
    assert batch.intervals == ((0, 1_000_000),)
    assert len(list(batch.slices(300_000))) == 4
    assert str(batch.take(1)) == "0"
    assert str(EMPTY) == ""
    assert ItemSet.range(5, 5) == EMPTY


def test_sweeps_are_linear_in_intervals() -> None:
    def seconds(count: int) -> float:
        even = ItemSet.from_numbers(range(0, 4 * count, 4))
        odd = ItemSet.from_numbers(range(2, 4 * count, 4))
        started = time.process_time()
        assert ((even | odd) - (even & odd)).count == 2 * count
        return time.process_time() - started

    assert seconds(64_000) < 100 * max(seconds(4_000), 0.002), "16 times as many"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \n", ""),
        ("0-4999,7000", "0-4999,7000"),
        ("7000, 0 - 4999", "0-4999,7000"),
        ("0-4999,7000".translate(WIDE), "0-4999,7000"),
        ("1、2、3", "1-3"),
        ("1~9；20–29", "1-9,20-29"),
        ("5\n6\n9", "5-6,9"),
        ("0007", "7"),
        ("1-5,3-8", "1-8"),
        (str(SIZE_LIMIT - 1), str(SIZE_LIMIT - 1)),
    ],
)
def test_ranges_as_people_write_them(text: str, expected: str) -> None:
    assert str(ItemSet.parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "1--5",
        "1,,2",
        ",",
        "1 000",
        "a-b",
        "1-",
        "1.5",
        "0x10",
        "1-2-3",
        "٣",
        "1e9",
    ],
)
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ItemSet.parse(text)
    assert refused.value.code == "item_range_unreadable"
    assert "0-4999,7000" in str(refused.value)


@pytest.mark.parametrize("text", ["9-3", str(SIZE_LIMIT), f"0-{SIZE_LIMIT}"])
def test_ranges_reversed_or_too_high_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ItemSet.parse(text)
    assert refused.value.code == "item_range_invalid"


def test_the_sentence_says_what_was_found() -> None:
    with pytest.raises(InvalidInput, match="this one runs from 9 to 3") as refused:
        ItemSet.parse("9-3")
    assert refused.value.params["limit"] == SIZE_LIMIT - 1


def test_an_absurdly_long_text_is_refused_unread() -> None:
    with pytest.raises(TooLarge) as refused:
        ItemSet.parse("1" * (TEXT_LIMIT + 1))
    assert refused.value.code == "item_text_too_long"


def test_a_set_cannot_be_made_wrong() -> None:
    for intervals in [((3, 3),), ((-1, 2),), ((0, 2), (2, 4)), ((5, 6), (1, 2))]:
        with pytest.raises(InvalidInput):
            ItemSet(intervals)
    with pytest.raises(InvalidInput):
        ItemSet.from_numbers([-1])
    with pytest.raises(InvalidInput):
        next(ItemSet.range(0, 9).slices(0))
    with pytest.raises(InvalidInput):
        ItemSet.range(0, 9).take(-1)
