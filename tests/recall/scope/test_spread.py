"""Where affected packs are, compared with every way they can be lying about."""

import os

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from worlds import REAL, Report, World, count, items, lived, reports

from lotmark.recall.scope.buckets import bucket_of
from lotmark.recall.scope.spread import spread_of
from lotmark.trace.identity.items import EMPTY, ItemSet

STORE, SECOND, AREA, SHOP, OTHER = REAL
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
def test_every_world_is_within_the_numbers(
    story: list[Report], wanted: ItemSet | None, held: ItemSet | None
) -> None:
    found = lived(story)
    assume(found is not None)
    assert found is not None
    ledger, worlds = found
    spread = spread_of(ledger, wanted, held)
    loose = 0
    for name in ("own", "hold", "consignee"):
        bounds = spread.buckets[name]
        seen = {counted(world, wanted, held)[name] for world in worlds}
        assert bounds.least <= min(seen)
        assert max(seen) <= bounds.most
        tight = (bounds.least, bounds.most) == (min(seen), max(seen))
        loose += not tight
    event("tight" if not loose else "some loose")
    for place in REAL:
        there = {count(world, {place}.__contains__, wanted) for world in worlds}
        if place.id in spread.places:
            assert spread.places[place.id].least <= min(there)
            assert max(there) <= spread.places[place.id].most
        else:
            assert there == {0}  # every possible holder is told
    totals = {sum(counted(world, wanted, held).values()) for world in worlds}
    assert max(totals) <= spread.total
    least = sum(bounds.least for bounds in spread.buckets.values())
    most = sum(bounds.most for bounds in spread.buckets.values())
    assert least <= spread.total <= most
    if wanted is None:
        assert least == most == spread.total or held
