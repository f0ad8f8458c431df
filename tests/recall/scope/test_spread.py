"""Where affected packs are, compared with every way they can be lying about."""

import os

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from worlds import REAL, Report, World, count, items, lived, reports, ways

from lotmark.recall.scope.buckets import bucket_of
from lotmark.recall.scope.spread import spread_of
from lotmark.trace.identity.items import EMPTY, ItemSet
from lotmark.trace.stock.bounds import Bounds

PLANTS = 1000 if os.environ.get("LOTMARK_LONG") else 100


def in_bucket(world: World, name: str, wanted: ItemSet | None) -> int:
    return count(world, lambda place: bucket_of(place.kind) == name, wanted)


def counted(
    world: World, wanted: ItemSet | None, held: ItemSet | None
) -> dict[str, int]:
    """How many affected packs are in each bucket of this world."""
    if held is None:
        frozen = in_bucket(world, "own", wanted)
    elif wanted is None:
        frozen = in_bucket(world, "own", held)
    else:
        frozen = in_bucket(world, "own", wanted & held)
    return {
        "own": in_bucket(world, "own", wanted) - frozen,
        "hold": in_bucket(world, "hold", wanted) + frozen,
        "consignee": in_bucket(world, "consignee", wanted),
    }


@settings(max_examples=PLANTS)
@given(reports, st.none() | items, st.none() | st.just(EMPTY) | items)
def test_the_numbers_are_true_and_as_close_as_can_be(
    story: list[Report], wanted: ItemSet | None, held: ItemSet | None
) -> None:
    """Exactly the least and the most over all worlds that the ledger leaves open, which
    are nearly always those that fit the reports, and never fewer.
    """
    found = lived(story)
    assume(found is not None)
    assert found is not None
    ledger, worlds = found
    opened = ways(ledger)
    assert worlds <= opened
    event("the reports say no more" if worlds == opened else "the reports say more")
    spread = spread_of(ledger, wanted, held)
    for name in ("own", "hold", "consignee"):
        seen = {counted(world, wanted, held)[name] for world in opened}
        assert spread.buckets[name] == Bounds(min(seen), max(seen))
    for place in REAL:
        there = {count(world, {place}.__contains__, wanted) for world in opened}
        shown = spread.places.get(place.id, Bounds(0, 0))  # every holder is told
        assert shown == Bounds(min(there), max(there))
    totals = {sum(counted(world, wanted, held).values()) for world in opened}
    assert max(totals) == spread.total
    least = sum(bounds.least for bounds in spread.buckets.values())
    most = sum(bounds.most for bounds in spread.buckets.values())
    assert least <= spread.total <= most
