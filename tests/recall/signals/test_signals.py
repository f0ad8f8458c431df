"""A signal holds its batches as it is raised, and somebody says when the firm knew."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import recalling
from recalling import Plant

from lotmark.recall.signals.service import (
    agree_aware_change,
    ask_aware_change,
    confirm_aware,
    confirm_signal,
    dismiss_signal,
    find_signal,
    raise_signal,
)
from lotmark.recall.signals.tables import Signal
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.stock.holds import held_items


@pytest.fixture
def plant(database: Database, now: datetime) -> Plant:
    with database.writing() as session:
        return recalling.build(session, now)


def raised(session: Session, plant: Plant, now: datetime, **told: Any) -> Signal:
    values: dict[str, Any] = {
        "kind": "illness",
        "text": "一人食用后腹泻",
        "lot_ids": [plant.story.b.id],
        "request_key": "form-1",
        "actor": plant.wang,
        "now": now,
    }
    return raise_signal(session, **(values | told))


def test_raising_it_holds_the_batch_in_the_same_transaction(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        signal = raised(session, plant, now)
        assert raised(session, plant, now).id == signal.id  # sent twice
        held = held_items(session, [plant.story.b.id])[plant.story.b.id]
        assert (held.whole, held.numbers) == (True, (signal.hold_number,))
        assert (signal.number, signal.aware_at) == ("YJ-26-0001", None)
        assert signal.counts_from == signal.aware_proposed_at == now


def test_one_person_dismisses_an_unproven_report_and_its_hold_ends(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        signal = raised(session, plant, now, verified=False)
        assert signal.due_at == now + timedelta(hours=4)
        with pytest.raises(Forbidden):
            dismiss_signal(session, signal.number, "查无此事", plant.wang, now)
        for _ in range(2):
            dismiss_signal(session, signal.number, "查无此事", plant.qian, now)
        assert (signal.state, signal.settled_by) == ("dismissed", "qian")
        assert held_items(session, [plant.story.b.id]) == {}


def test_the_hold_of_a_proven_signal_stays(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        proven = raised(session, plant, now)
        dismiss_signal(session, proven.number, "样品污染", plant.qian, now)
        report = raised(session, plant, now, verified=False, request_key="form-2")
        confirm_signal(session, report.number, "两人就诊", plant.qian, now)
        with pytest.raises(Conflict):
            dismiss_signal(session, report.number, "算了", plant.qian, now)
        held = held_items(session, [plant.story.b.id])[plant.story.b.id]
        assert held.numbers == (proven.hold_number, report.hold_number)


def test_aware_time_is_set_once_and_two_persons_change_it(
    database: Database, plant: Plant, now: datetime
) -> None:
    earlier = now - timedelta(hours=2)
    with database.writing() as session:
        signal = raised(session, plant, now, heard_at=earlier)
        number = signal.number
        assert signal.aware_proposed_at == earlier
        with pytest.raises(Forbidden):
            confirm_aware(session, number, now, plant.wang, now)
        with pytest.raises(InvalidInput, match="to come"):
            confirm_aware(session, number, now + timedelta(hours=1), plant.qian, now)
        for _ in range(2):
            confirm_aware(session, number, now, plant.qian, now)
        with pytest.raises(Conflict, match="second person signs"):
            confirm_aware(session, number, earlier, plant.dong, now)
        ask_aware_change(session, number, earlier, "来电记录", plant.qian, now)
        with pytest.raises(Conflict) as alone:
            agree_aware_change(session, number, earlier, plant.qian, now)
        assert alone.value.code == "second_person"
        with pytest.raises(Conflict, match="Look at it anew"):
            other = earlier - timedelta(hours=1)
            agree_aware_change(session, number, other, plant.dong, now)
        for _ in range(2):
            agree_aware_change(session, number, earlier, plant.dong, now)
        assert (signal.aware_at, signal.asked_aware_at) == (earlier, None)


def test_an_exercise_holds_nothing(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        assert raised(session, plant, now, drill=True).hold_number is None
        assert held_items(session, [plant.story.b.id]) == {}


def test_what_cannot_be_is_refused(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        for told, words in (
            ({"kind": "rumour"}, "got rumour"),
            ({"text": " "}, "Say what was heard"),
            ({"lot_ids": []}, "at least one batch"),
            ({"heard_at": now + timedelta(hours=1)}, "to come"),
        ):
            with pytest.raises(InvalidInput, match=words):
                raised(session, plant, now, **told)
        with pytest.raises(NotFound):
            raised(session, plant, now, lot_ids=[10**6])
        for number in ("YJ-26-0099", "\0"):
            with pytest.raises(NotFound):
                find_signal(session, number)
