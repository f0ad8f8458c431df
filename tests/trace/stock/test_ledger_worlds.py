"""The algebra of one lot, checked against every world that fits what was reported.

A world says where each item is (None: not made), and how many units without a number
each place has. All worlds are kept, by the sentences in the ledger's docstring.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.bounds import Bounds, bounds_of
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.places import Place

MADE = Place(1, "made", "made")
STORE = Place(2, "W1", "warehouse")
SHOP = Place(3, "C01", "consignee")
OTHER = Place(4, "C02", "consignee")
BACK = Place(5, "R1", "returns")
REAL = (STORE, SHOP, OTHER, BACK)
NOBODY = LotLedger("B1", {})

NUMBERS = 6
World = tuple[tuple[int | None, ...], tuple[int, ...]]
START: World = ((None,) * NUMBERS, (0,) * len(REAL))
WORLDS_LIMIT = 3000


def slot(place: Place) -> int:
    return REAL.index(place)


def shifted(
    world: World, moved: Iterable[int], blank: int, a: int | None, b: int
) -> World:
    where, blanks = list(world[0]), list(world[1])
    for number in moved:
        where[number] = b
    if a is not None:
        blanks[a] -= blank
    blanks[b] += blank
    return tuple(where), tuple(blanks)


def by_paper(
    world: World, ledger: LotLedger, a: Place, b: Place, n: int
) -> Iterator[World]:
    """Every way n units can have gone from a to b without being scanned."""
    if a.is_source:
        movable = [i for i in range(NUMBERS) if world[0][i] is None]
        blanks, origin = n, None
    else:
        stays = ledger.at(a).known if n <= ledger.at(a).unidentified else ItemSet()
        origin = slot(a)
        movable = [
            i for i in range(NUMBERS) if world[0][i] == origin and i not in stays
        ]
        blanks = world[1][origin]
    for blank in range(max(0, n - len(movable)), min(n, blanks) + 1):
        for moved in combinations(movable, n - blank):
            yield shifted(world, moved, blank, origin, slot(b))


def by_scan(world: World, a: Place, b: Place, scanned: ItemSet) -> Iterator[World]:
    origin = None if a.is_source else slot(a)
    numbers = [i for i in range(NUMBERS) if i in scanned]
    if all(world[0][i] == origin for i in numbers):
        yield shifted(world, numbers, 0, None, slot(b))


numbers = st.sets(st.integers(0, NUMBERS - 1), min_size=1, max_size=3).map(
    ItemSet.from_numbers
)
places = st.sampled_from(REAL)
reports = st.one_of(
    st.tuples(st.just("make"), st.just(MADE), places, st.integers(1, 3)),
    st.tuples(st.just("make"), st.just(MADE), places, numbers),
    st.tuples(st.just("move"), places, places, st.integers(1, 4)),
    st.tuples(st.just("move"), places, places, st.integers(1, 4)),
    st.tuples(st.just("move"), places, places, numbers),
    st.tuples(st.just("see"), places, places, numbers),
)


def told(
    ledger: LotLedger, kind: str, a: Place, b: Place, what: int | ItemSet
) -> LotLedger:
    if isinstance(what, int):
        return ledger.move(a, b, what)
    if kind == "see":
        return ledger.identify(a, what)
    return ledger.move_items(a, b, what)


def lived(
    worlds: set[World],
    ledger: LotLedger,
    kind: str,
    a: Place,
    b: Place,
    what: int | ItemSet,
) -> set[World]:
    if isinstance(what, int):
        return {new for world in worlds for new in by_paper(world, ledger, a, b, what)}
    if kind == "see":
        return {world for world in worlds if [*by_scan(world, a, a, what)]}
    return {new for world in worlds for new in by_scan(world, a, b, what)}


def check_form(ledger: LotLedger) -> None:
    assert sum(here.quantity for here in ledger.balances.values()) == 0
    seen = ItemSet()
    for here in ledger.real:
        assert 0 <= here.known.count <= here.quantity
        assert not here.possible or here.unidentified
        assert not seen & here.known
        seen |= here.known
    for here in ledger.real:
        assert not seen & here.possible
    for number in range(NUMBERS):
        assert sum(number in here.possible for here in ledger.real) != 1


def check_truth(ledger: LotLedger, worlds: set[World], wanted: ItemSet) -> None:
    bounds = bounds_of(ledger, wanted)
    placed = ledger.placed
    for where, blanks in worlds:
        for place in REAL:
            here = ledger.at(place)
            there = {i for i in range(NUMBERS) if where[i] == slot(place)}
            assert len(there) + blanks[slot(place)] == here.quantity
            assert all(i in there for i in range(NUMBERS) if i in here.known)
            assert all(
                i in here.known or i in here.possible for i in there if i in placed
            )
            limits = bounds.get(place.id, Bounds(0, 0))
            assert limits.least <= sum(i in wanted for i in there) <= limits.most


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(reports, min_size=2, max_size=10), numbers)
def test_the_ledger_is_true_in_every_world(
    story: list[tuple[str, Place, Place, int | ItemSet]], wanted: ItemSet
) -> None:
    ledger, worlds = NOBODY, {START}
    for report in story:
        try:
            new = told(ledger, *report)
        except InvalidInput:
            continue
        except Conflict as refusal:
            event(refusal.code)
            assert not lived(worlds, ledger, *report), "refused what can be"
            continue
        after = lived(worlds, ledger, *report)
        if not after or len(after) > WORLDS_LIMIT:
            event("no world fits, the ledger knows less" if not after else "too many")
            return
        ledger, worlds = new, after
        check_form(ledger)
        check_truth(ledger, worlds, wanted)
