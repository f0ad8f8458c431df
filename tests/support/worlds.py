"""Every way the packs of one lot can be lying about that fits what was reported.

A world says where each numbered item is (None: not made), and how many units without a
number each place has. What a report means is told in ``trace/stock/ledger.py``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import combinations, product
from random import Random

from hypothesis import strategies as st

from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.ledger import LotLedger
from lotmark.trace.stock.places import Place

MADE = Place(1, "made", "made")
REAL = (
    Place(2, "W1", "warehouse"),
    Place(3, "W2", "warehouse"),
    Place(4, "H1", "hold"),
    Place(5, "C01", "consignee"),
    Place(6, "C02", "consignee"),
)
ITEMS = 5
WORLDS_LIMIT = 2000

World = tuple[tuple[int | None, ...], tuple[int, ...]]
Report = tuple[Place, Place, int | ItemSet]
"""From, to, how many or which; from and to one place: items were seen there."""

items = st.sets(st.integers(0, ITEMS - 1), min_size=1, max_size=4).map(
    ItemSet.from_numbers
)


def plausible(chance: Random) -> list[Report]:
    """Reports as a plant may send them: nothing of them need be refused."""
    ledger = LotLedger("B1", {})
    story: list[Report] = []

    def tell(source: Place, target: Place, what: int | ItemSet) -> None:
        nonlocal ledger
        with suppress(InvalidInput, Conflict):
            ledger = _told(ledger, source, target, what)
            story.append((source, target, what))

    if chance.random() < 0.7:
        tell(MADE, REAL[0], ItemSet.range(0, ITEMS))
    for _ in range(chance.randint(2, 9)):
        held = [here for here in ledger.real if here.quantity]
        if not held or chance.random() < 0.2:
            some = ItemSet.from_numbers(chance.sample(range(ITEMS), 2))
            what = chance.choice((1, 2, some))
            tell(MADE, chance.choice(REAL[:2]), what)
            continue
        here, target = chance.choice(held), chance.choice(REAL)
        seen = [i for i in range(ITEMS) if i in here.known | here.possible]
        if seen and (target == here.place or chance.random() < 0.3):
            found = chance.sample(seen, chance.randint(1, len(seen)))
            tell(here.place, target, ItemSet.from_numbers(found))
        else:
            tell(here.place, target, chance.randint(1, here.quantity))
    return story


reports = st.randoms(use_true_random=False).map(plausible)


def lived(story: list[Report]) -> tuple[LotLedger, set[World]] | None:
    """The ledger after the reports it takes, and every world that fits them.

    None when there are too many worlds to look at.
    """
    ledger = LotLedger("B1", {})
    worlds: set[World] = {((None,) * ITEMS, (0,) * len(REAL))}
    for source, target, what in story:
        try:
            new = _told(ledger, source, target, what)
        except (InvalidInput, Conflict):
            continue
        worlds = set(_after(worlds, ledger, source, target, what))
        if not worlds or len(worlds) > WORLDS_LIMIT:
            return None
        ledger = new
    return ledger, worlds


def ways(ledger: LotLedger, places: Sequence[Place] = REAL) -> set[World]:
    """Every world that what the ledger knows leaves open, by trying them all."""
    placed = ledger.placed
    rooms = [ledger.at(place) for place in places]
    choices: list[list[int | None]] = []
    for item in range(ITEMS):
        may = (
            item in here.known | here.possible if item in placed else here.numberless
            for here in rooms
        )
        slots = [slot for slot, here in enumerate(may) if here]
        choices.append([*slots] if item in placed else [None, *slots])
    worlds: set[World] = set()
    for where in product(*choices):
        units = [here.quantity - where.count(s) for s, here in enumerate(rooms)]
        strange = Counter(at for i, at in enumerate(where) if i not in placed)
        fits = all(
            units[s] >= 0 and units[s] + strange[s] <= here.numberless
            for s, here in enumerate(rooms)
        )
        if fits:
            worlds.add((where, tuple(units)))
    return worlds


def count(world: World, here: Callable[[Place], bool], wanted: ItemSet | None) -> int:
    """How many of the wanted units are at such places; None is every unit."""
    where, blanks = world
    total = 0
    for slot, place in enumerate(REAL):
        if here(place):
            total += sum(
                at == slot and (wanted is None or item in wanted)
                for item, at in enumerate(where)
            )
            total += blanks[slot] if wanted is None else 0
    return total


def _told(
    ledger: LotLedger, source: Place, target: Place, what: int | ItemSet
) -> LotLedger:
    if isinstance(what, int):
        return ledger.move(source, target, what)
    if source == target:
        return ledger.identify(target, what)
    return ledger.move_items(source, target, what)


def _after(
    worlds: Iterable[World],
    ledger: LotLedger,
    source: Place,
    target: Place,
    what: int | ItemSet,
) -> Iterator[World]:
    for world in worlds:
        if isinstance(what, int):
            yield from _by_paper(world, ledger, source, target, what)
        else:
            yield from _by_scan(world, source, target, what)


def _by_paper(
    world: World, ledger: LotLedger, source: Place, target: Place, n: int
) -> Iterator[World]:
    """Every way n units can have gone without being scanned."""
    where, blanks = world
    if source.is_source:
        origin = None
        movable = [i for i in range(ITEMS) if where[i] is None]
        free = n
    else:
        origin = REAL.index(source)
        here = ledger.at(source)
        stays = here.known if n <= here.unidentified else ItemSet()
        movable = [i for i in range(ITEMS) if where[i] == origin and i not in stays]
        free = blanks[origin]
    for blank in range(max(0, n - len(movable)), min(n, free) + 1):
        for moved in combinations(movable, n - blank):
            yield _shifted(world, moved, blank, origin, REAL.index(target))


def _by_scan(
    world: World, source: Place, target: Place, scanned: ItemSet
) -> Iterator[World]:
    origin = None if source.is_source else REAL.index(source)
    seen = [i for i in range(ITEMS) if i in scanned]
    if all(world[0][i] == origin for i in seen):
        yield _shifted(world, seen, 0, None, REAL.index(target))


def _shifted(
    world: World, moved: Iterable[int], blank: int, origin: int | None, slot: int
) -> World:
    where, blanks = list(world[0]), list(world[1])
    for item in moved:
        where[item] = slot
    if origin is not None:
        blanks[origin] -= blank
    blanks[slot] += blank
    return tuple(where), tuple(blanks)
