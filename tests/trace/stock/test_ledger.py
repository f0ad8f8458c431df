"""The algebra of one lot: what is known, possible and impossible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.bounds import Bounds, bounds_of
from lotmark.trace.stock.fitting import Fitting, Room
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.places import Place

MADE = Place(1, "made", "made")
STORE = Place(2, "W1", "warehouse")
SHOP = Place(3, "C01", "consignee")
OTHER = Place(4, "C02", "consignee")
NOBODY = LotLedger("B1", {})


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def full(count: int) -> LotLedger:
    return NOBODY.move_items(MADE, STORE, ItemSet.range(0, count))


def test_scanned_items_are_known_where_they_went() -> None:
    ledger = full(100).move_items(STORE, SHOP, items("10-19"))
    assert ledger.at(SHOP).known == items("10-19")
    assert ledger.at(STORE).known == items("0-9,20-99")
    assert ledger.at(MADE).quantity == -100


def test_paper_takes_unidentified_stock_first() -> None:
    ledger = full(10).move(MADE, STORE, 5).move(STORE, SHOP, 5)
    assert ledger.at(STORE).known == items("0-9")
    assert ledger.at(SHOP).quantity == 5
    assert not ledger.at(SHOP).possible


def test_paper_beyond_that_makes_knowledge_possible() -> None:
    ledger = full(10).move(STORE, SHOP, 4)
    assert ledger.at(STORE).possible == ledger.at(SHOP).possible == items("0-9")
    assert ledger.placed == items("0-9")


def test_a_later_scan_narrows_both_places() -> None:
    ledger = full(10).move(STORE, SHOP, 4).identify(SHOP, items("0-3"))
    assert ledger.at(SHOP).known == items("0-3")
    assert ledger.at(STORE).known == items("4-9")
    assert not ledger.at(SHOP).possible


def test_everything_moved_on_paper_stays_known() -> None:
    ledger = full(10).move(STORE, SHOP, 10)
    assert ledger.at(SHOP).known == items("0-9")


def test_units_without_number_learn_theirs_later() -> None:
    ledger = NOBODY.move(MADE, STORE, 10).identify(STORE, items("3"))
    assert ledger.at(STORE).known == items("3")
    assert ledger.made == 10


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (
            lambda: full(10).move(STORE, SHOP, 11),
            "Lot B1 has 10 at W1, but 11 were to leave it. Check the quantity, or "
            "book first what came in.",
        ),
        (
            lambda: (
                full(10).move_items(STORE, SHOP, items("3")).identify(STORE, items("3"))
            ),
            "Items 3 of lot B1 are booked at C01, not at W1. Book how they got there "
            "first.",
        ),
        (
            lambda: full(10).move_items(MADE, STORE, items("9-12")),
            "Items 9 of lot B1 are already booked as made.",
        ),
        (
            lambda: full(10).identify(STORE, items("10")),
            "Items 10 of lot B1 cannot be at W1: the quantities booked leave no room "
            "for them there. Count the place, book what is missing, then scan again.",
        ),
    ],
)
def test_what_cannot_be_is_refused(report: object, sentence: str) -> None:
    assert callable(report)
    with pytest.raises(Conflict) as refusal:
        report()
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (lambda: full(3).move(STORE, SHOP, 0), "quantity_invalid"),
        (lambda: full(3).move(STORE, SHOP, -1), "quantity_invalid"),
        (lambda: full(3).move(STORE, STORE, 1), "place_invalid"),
        (lambda: full(3).move(STORE, MADE, 1), "place_invalid"),
        (lambda: full(3).identify(MADE, items("1")), "place_invalid"),
        (lambda: full(3).move_items(STORE, SHOP, items("")), "items_empty"),
    ],
)
def test_what_says_nothing_is_refused(report: object, code: str) -> None:
    assert callable(report)
    with pytest.raises(InvalidInput) as refusal:
        report()
    assert refusal.value.code == code


def test_a_scan_that_leaves_others_no_room_is_refused() -> None:
    """Items 0-2 fill the shops; only the warehouse has units without a number."""
    ledger = full(3).move(STORE, SHOP, 2).move(STORE, OTHER, 1).move(MADE, STORE, 5)
    with pytest.raises(Conflict, match="leave no room"):
        ledger.identify(SHOP, items("9"))


def test_what_was_read_in_full_holds_no_other_item() -> None:
    ledger = full(5).move(STORE, SHOP, 3).move(MADE, STORE, 2)
    with pytest.raises(Conflict, match="others there have a number too"):
        ledger.read_all(STORE, items("0"))  # but two of the five stayed
    ledger = ledger.read_all(STORE, items("0-1"))
    assert (ledger.at(STORE).unidentified, ledger.at(STORE).possible) == (2, items(""))
    assert ledger.at(SHOP).known == items("2-4")


def test_reading_some_packs_is_not_reading_all() -> None:
    ledger = full(5).move(STORE, SHOP, 2)
    with pytest.raises(Conflict, match="3 packs of lot B1 are booked at W1 and 2"):
        ledger.read_all(STORE, items("0-1"))
    with pytest.raises(Conflict, match="others there have a number too"):
        full(5).read_all(STORE, items("0-3"))
    read = ledger.read_all(STORE, items("0-2"))
    assert read.at(SHOP).known == items("3-4")


def test_an_item_that_was_not_found_is_at_the_last_place_left() -> None:
    ledger = full(2).move(MADE, STORE, 1).move(STORE, SHOP, 2)
    assert not ledger.at(SHOP).known
    assert ledger.read_all(STORE, ItemSet()).at(SHOP).known == items("0-1")


def test_bounds_name_every_possible_holder() -> None:
    ledger = full(1000).move(STORE, SHOP, 300).move(STORE, OTHER, 200)
    found = bounds_of(ledger, ItemSet.range(0, 900))
    assert found[SHOP.id] == Bounds(200, 300)
    assert found[OTHER.id] == Bounds(100, 200)
    assert found[STORE.id] == Bounds(400, 500)
    assert bounds_of(ledger, items("5"))[SHOP.id] == Bounds(0, 1)


@given(
    st.lists(st.sets(st.integers(0, 3), min_size=1), max_size=6),
    st.lists(st.integers(-1, 3), min_size=4, max_size=4),
)
def test_fitting_agrees_with_trying_everything(
    choices: list[set[int]], rooms: list[int]
) -> None:
    possible = {
        place: ItemSet.from_numbers(i for i, at in enumerate(choices) if place in at)
        for place in range(4)
    }

    def tried(rest: list[set[int]], room: tuple[int, ...]) -> bool:
        if not rest:
            return min(room) >= 0
        return any(
            tried(rest[1:], (*room[:at], room[at] - 1, *room[at + 1 :]))
            for at in rest[0]
            if room[at] > 0
        )

    free = sum(rooms) - len(choices)
    every = [
        Room(place, units, units, possible[place]) for place, units in enumerate(rooms)
    ]
    assert Fitting(every, free).fits() == tried(choices, tuple(rooms))


def test_places_of_an_import_are_places_as_any() -> None:
    """Their ids are below 0 until they are written."""
    line, store = Place(-1, "L1", "line"), Place(-2, "W1", "warehouse")
    made = Place(1, "made", "made")
    ledger = LotLedger("B1", {}).move_items(made, line, ItemSet.range(0, 10))
    ledger = ledger.move(line, store, 4).move(made, line, 20)
    after = ledger.move_items(line, store, ItemSet.range(10, 12))
    assert str(after.at(store).known) == "10-11"
