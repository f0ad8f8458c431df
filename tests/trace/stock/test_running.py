"""Moves added up are the moves of the ledger, whatever the order and the refusals."""

from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace.errors import LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.places import Place
from lotmark.trace.stock.running import RunningLedger

PLACES = (
    Place(1, "made", "made"),
    Place(2, "W1", "warehouse"),
    Place(3, "W2", "warehouse"),
    Place(4, "C01/T", "transit"),
    Place(5, "C01", "consignee"),
    Place(6, "supplied", "supplied"),
)
place = st.sampled_from(PLACES)
items = st.builds(
    lambda lo, count: ItemSet.range(lo, lo + count),
    st.integers(0, 20),
    st.integers(1, 9),
)
what = st.one_of(st.integers(-1, 12), items)
moves = st.lists(st.tuples(place, place, what), max_size=25)


def said(error: LotmarkError) -> tuple[str, str]:
    return error.code, str(error)


def by_ledger(
    ledger: LotLedger, source: Place, target: Place, moved: int | ItemSet
) -> LotLedger:
    if isinstance(moved, int):
        return ledger.move(source, target, moved)
    return ledger.move_items(source, target, moved)


@given(moves)
def test_running_and_plain_ledgers_agree(
    given_moves: list[tuple[Place, Place, int | ItemSet]],
) -> None:
    ledger = LotLedger("B1", {}).move(PLACES[0], PLACES[1], 30)
    running = RunningLedger(ledger)
    for source, target, moved in given_moves:
        expected: tuple[str, str] | None = None
        found: tuple[str, str] | None = None
        try:
            ledger = by_ledger(ledger, source, target, moved)
        except LotmarkError as error:
            expected = said(error)
        try:
            if isinstance(moved, int):
                running.move(source, target, moved)
            else:
                running.replace(by_ledger(running.settle(), source, target, moved))
        except LotmarkError as error:
            found = said(error)
        assert found == expected
    assert running.settle() == ledger


@given(moves)
def test_what_can_be_added_up_needs_no_ledger(
    given_moves: list[tuple[Place, Place, int | ItemSet]],
) -> None:
    ledger = LotLedger("B1", {}).move(PLACES[0], PLACES[1], 300)
    running = RunningLedger(ledger)
    added = 0
    for source, target, moved in given_moves:
        if isinstance(moved, int) and running.add(source, target, moved):
            ledger = ledger.move(source, target, moved)
            added += 1
    assert running.settle() == ledger
    plain = [m for m in given_moves if m[0].kind == "made" and m[1].id in (2, 3)]
    assert added >= sum(isinstance(m[2], int) and m[2] > 0 for m in plain)


def test_a_limit_that_limits_nothing_is_none() -> None:
    """Where packs without a number join read ones that may be there."""
    made, store, other, truck, shop = PLACES[:5]
    ledger = LotLedger("B1", {}).move(made, store, 30)
    running = RunningLedger(ledger)
    scanned = ItemSet.range(13, 21)
    for source, target, moved in (
        (made, truck, scanned),
        (store, shop, 2),
        (truck, other, 8),
        (store, other, 9),
    ):
        ledger = by_ledger(ledger, source, target, moved)
        if isinstance(moved, int):
            running.move(source, target, moved)
        else:
            running.replace(by_ledger(running.settle(), source, target, moved))
    assert running.settle() == ledger
