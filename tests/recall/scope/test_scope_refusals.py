"""Criteria that cannot be are refused with one clear sentence."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from scope_story import Story

from lotmark.recall.scope.criteria import (
    Criteria,
    Criterion,
    Cycle,
    Delivered,
    EquipmentWindow,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from lotmark.recall.scope.wording import read_criteria
from lotmark.trace.db import Database
from lotmark.trace.errors import InvalidInput, LotmarkError, NotFound
from lotmark.trace.identity.items import ItemSet


def test_a_time_backwards_is_told_of_what_was_asked(now: datetime) -> None:
    before = now - timedelta(seconds=1)
    for made, words in (
        (lambda: LineWindow(1, now, before), "A line window ends after it starts"),
        (
            lambda: EquipmentWindow(1, "R1", now, before),
            "The suspect time of equipment R1 ends after it starts",
        ),
        (lambda: Delivered(1, now, before), "A time ends after it starts"),
        (
            lambda: EquipmentWindow(1, "R1", now.replace(tzinfo=None), now),
            "The suspect time of equipment R1 needs a time zone",
        ),
    ):
        with pytest.raises(InvalidInput, match=words):
            made()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (lambda story: [LotCriterion(987_654)], "lot_unknown"),
        (lambda story: [InputLot(987_654)], "lot_unknown"),
        (lambda story: [Cycle(987_654)], "cycle_unknown"),
        (lambda story: [Shipped(987_654)], "shipment_unknown"),
        (
            lambda story: [LineWindow(987_654, story.now, story.now)],
            "line_unknown",
        ),
        (
            lambda story: [LotCriterion(story.a.id, ItemSet.parse("99-100"))],
            "scope_items_unknown",
        ),
        (
            lambda story: [LotCriterion(story.a.id, ItemSet())],
            "scope_items_unknown",
        ),
        (
            lambda story: [
                LineWindow(story.line.id, story.now, story.now - timedelta(seconds=1))
            ],
            "scope_window_reversed",
        ),
        (
            lambda story: [
                LineWindow(
                    story.line.id,
                    story.now.replace(tzinfo=None),
                    story.now.replace(tzinfo=None),
                )
            ],
            "scope_window_no_zone",
        ),
        (lambda story: [], "scope_criteria_empty"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    database: Database,
    now: datetime,
    facts: Callable[[Story], list[Criterion]],
    code: str,
) -> None:
    with database.writing() as session, pytest.raises(LotmarkError) as caught:
        story = Story(session, now)
        story.scope(Criteria(tuple(facts(story))))
    assert caught.value.code == code
    assert isinstance(caught.value, NotFound | InvalidInput)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"format": 2, "facts": [], "origin": "line"},
        {"format": 1, "facts": [{"batch": ["P1", "", "A"]}], "origin": "line"},
        {"format": 1, "facts": [{"lot": ["A"]}], "origin": "line"},
        {
            "format": 1,
            "facts": [{"line": ["YL1", "L1"], "start": "noon", "end": "noon"}],
            "origin": "line",
        },
    ],
)
def test_unreadable_criteria_are_refused(
    database: Database, now: datetime, document: object
) -> None:
    with database.writing() as session, pytest.raises(InvalidInput) as caught:
        Story(session, now)
        read_criteria(session, document)
    assert caught.value.code == "scope_criteria_unreadable"
