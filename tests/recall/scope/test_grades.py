"""One plant, told by count, by case, by pack and mixed: the truth is always within."""

import os
from datetime import datetime
from random import Random

import pytest
import stockroom
from grade_story import GRADES, GradeStory
from worlds import ITEMS, World, ways

from lotmark.recall.scope.buckets import BUCKETS, OWN, bucket_of
from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.ours import load_ours
from lotmark.recall.scope.service import compute_scope
from lotmark.recall.scope.whereabouts import Whereabouts, locate
from lotmark.trace.db import Database
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.holds import place_hold

KINDS = stockroom.PLACES | {"sample": "sample", "lost": "lost"}
STORIES = 60 if os.environ.get("LOTMARK_LONG") else 5


@pytest.mark.parametrize("grade", GRADES)
def test_the_truth_is_within_and_the_numbers_close(
    database: Database, now: datetime, grade: str
) -> None:
    for seed in range(STORIES):
        with database.writing() as session:
            chance = Random(f"{grade} {seed}")  # noqa: S311 - chance, not a secret
            story = GradeStory(session, now, grade, chance)
            for _ in range(chance.randint(4, 10)):
                story.step()
            held = ItemSet.from_numbers(chance.sample(range(ITEMS), 2))
            hold(story, held if chance.random() < 0.5 else None)
            check(story, grade)
            session.rollback()


def hold(story: GradeStory, items: ItemSet | None) -> None:
    place_hold(
        story.session,
        [story.lot.id],
        items={story.lot.id: items} if items else None,
        reason="bulging",
        actor=stockroom.QIAN,
        now=story.now,
    )
    story.held = ItemSet.range(0, ITEMS) if items is None else items


def check(story: GradeStory, grade: str) -> None:
    ledger = story.ledger
    for here in ledger.real:
        there = ItemSet.from_numbers(story.at(here.place.code))
        assert here.quantity == there.count
        assert not here.known - there
        assert not (there & ledger.placed) - here.known - here.possible
    criteria = Criteria((LotCriterion(story.lot.id),), origin="label")
    scope = compute_scope(story.session, criteria, story.now)
    assert scope.made == ITEMS
    check_places(story, scope.whereabouts, None)
    some = ItemSet.from_numbers(story.chance.sample(range(ITEMS), 2))
    part = locate(story.session, {story.lot.id: some}, load_ours(story.session))
    check_places(story, part, some)
    if grade == "item" and not any(here.possible for here in ledger.real):
        assert all(one.quantity_min == one.quantity_max for one in part.positions)
        assert not part.scans


def check_places(story: GradeStory, found: Whereabouts, items: ItemSet | None) -> None:
    """Within, as close as can be, 100 % in all, and everybody who has some is told."""
    wanted = ItemSet.range(0, ITEMS) if items is None else items
    places = [here.place for here in story.ledger.real]
    worlds = ways(story.ledger, places)
    truth = dict.fromkeys(BUCKETS, 0)
    for pack, place in story.truth.items():
        truth[bucket(KINDS[place], pack in story.held)] += pack in wanted
    seen: dict[str, list[int]] = {name: [] for name in BUCKETS}
    for world in worlds:
        for name, many in spread(world, story, wanted, items is None).items():
            seen[name].append(many)
    for one in found.positions:
        assert one.quantity_min <= truth[one.place] <= one.quantity_max
        tight = min(seen[one.place]), max(seen[one.place])
        assert (one.quantity_min, one.quantity_max) == tight
    least = sum(one.quantity_min for one in found.positions)
    most = sum(one.quantity_max for one in found.positions)
    assert least <= wanted.count <= most
    assert items is not None or least == ITEMS or story.held.count < ITEMS
    told = {reached.code: reached for reached in found.consignees}
    for shop in ("C01", "C02"):
        there = [pack for pack in story.at(shop) if pack in wanted]
        coming = [pack for pack in story.at(f"{shop}/T") if pack in wanted]
        if there or coming:
            reached = told[shop]
            assert reached.quantity_min <= len(there) <= reached.quantity_max
            assert len(coming) <= reached.coming
            assert len(there) + len(coming) <= reached.shipped
    ours = {here.code: here for here in found.places}
    for code, kind in KINDS.items():
        there = [pack for pack in story.at(code) if pack in wanted]
        if there and kind in OWN:
            assert ours[code].quantity_min <= len(there) <= ours[code].quantity_max


def bucket(kind: str, held: bool) -> str:
    name = bucket_of(kind)
    return "hold" if held and name == "own" else name


def spread(
    world: World, story: GradeStory, wanted: ItemSet, whole: bool
) -> dict[str, int]:
    """How many of the wanted packs are in each bucket of a world."""
    where, blanks = world
    kinds = [here.place.kind for here in story.ledger.real]
    total = dict.fromkeys(BUCKETS, 0)
    for pack, slot in enumerate(where):
        if slot is not None and pack in wanted:
            total[bucket(kinds[slot], pack in story.held)] += 1
    for slot, units in enumerate(blanks):
        if whole:
            total[bucket(kinds[slot], story.held == ItemSet.range(0, ITEMS))] += units
    return total
