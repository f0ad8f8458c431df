"""Moves that are added up are moves that would have been booked, whatever the gates."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lotmark.trace import people
from lotmark.trace.errors import LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.desk import Desk
from lotmark.trace.stock.gates import Gates
from lotmark.trace.stock.holds import Held
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.places import Place

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
KINDS = (
    "made",
    "supplied",
    "line",
    "warehouse",
    "warehouse",
    "hold",
    "quarantine",
    "returns",
    "sample",
    "transit",
    "transit",
    "consignee",
    "consignee",
    "consumed",
    "destroyed",
    "lost",
)
PLACES = {n: Place(n, f"{kind}{n}", kind) for n, kind in enumerate(KINDS, start=1)}
HOLDS = (
    None,
    Held(True, ItemSet(), ("H-1",)),
    Held(False, ItemSet.range(0, 3), ("H-2",)),
)
what = st.one_of(
    st.integers(-1, 6),
    st.builds(lambda lo: ItemSet.range(lo, lo + 2), st.integers(0, 8)),
)
place = st.sampled_from(sorted(PLACES))
common = st.sampled_from((1, 4, 5, 8, 10, 12, 14))
end = st.one_of(common, place)
moves = st.lists(st.tuples(end, end, what), max_size=40)
state = st.sampled_from(("released", "produced", "rejected", "recalled"))


def new_desk(status: str, origin: str, held: Held | None) -> Desk:
    lots = {1: Lot(id=1, code="B1", status=status, origin=origin, next_item=20)}
    stock = LotLedger("B1", {}).move(PLACES[1], PLACES[4], 40)
    gates = Gates(lots, {1: held} if held else {}, {})
    return Desk(lots, PLACES, {1: stock}, gates)


def booked(desk: Desk, move: tuple[int, int, int | ItemSet], at: datetime) -> str:
    source, target, moved = move
    items = moved if isinstance(moved, ItemSet) else None
    quantity = moved.count if isinstance(moved, ItemSet) else moved
    try:
        desk.book(1, source, target, quantity, items, at, "D1", people.system(), NOW)
    except LotmarkError as error:
        return str(error)
    return ""


@given(moves, state, st.sampled_from(("", "S1")), st.sampled_from(HOLDS))
def test_added_up_or_booked_one_by_one(
    given_moves: list[tuple[int, int, int | ItemSet]],
    status: str,
    origin: str,
    held: Held | None,
) -> None:
    quick, slow = new_desk(status, origin, held), new_desk(status, origin, held)
    for number, move in enumerate(given_moves):
        at = NOW + timedelta(minutes=number - 60)
        expected = booked(slow, move, at)
        added = isinstance(move[2], int) and quick.add(1, *move[:2], move[2])
        assert ("" if added else booked(quick, move, at)) == expected
    assert quick.after() == slow.after()
