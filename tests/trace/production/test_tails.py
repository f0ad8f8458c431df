"""Labels of one batch on the packs of another: found by their times."""

from datetime import datetime

import pytest
from scope_shift import Shift

from lotmark.recall.scope.criteria import LotCriterion
from lotmark.recall.scope.service import Scope
from lotmark.trace.db import Database, Session
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.stretches import stretches
from lotmark.trace.production.tails import find_tails


def two(session: Session, now: datetime) -> tuple[Shift, Lot]:
    """Batch A from 10 to 17, as in the shift, and B after it, from 17 to 20."""
    shift = Shift(session, now)
    b = shift.lot(100)
    shift.run(b, 17, 20)
    shift.label(b, 0, 100, 17, 19)
    shift.make(b, quantity=100)
    return shift, b


def tiers(scope: Scope) -> dict[str, int]:
    return {lot.code: lot.tier for lot in scope.lots}


def test_labels_in_their_run_contradict_nothing(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift, b = two(session, now)
        assert find_tails(session, [shift.a.id, b.id]) == []


def test_tail_labels_put_both_batches_into_the_scope(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift, b = two(session, now)
        shift.label(shift.a, 1990, 2000, 16.9, 17.5)
        (tail,) = find_tails(session, [b.id])
        assert find_tails(session, [shift.a.id]) == [tail]
        assert (tail.labels, tail.product) == (shift.a.id, b.id)
        assert (tail.start, tail.end) == (shift.at(17), shift.at(17.5))
        for named, other, code in (
            (shift.a, b, "bears_labels"),
            (b, shift.a, "labels_on_other"),
        ):
            scope = shift.scope(LotCriterion(named.id), narrow="", origin="label")
            assert tiers(scope) == {named.code: 1, other.code: 2}
            (found,) = (lot for lot in scope.lots if lot.code == other.code)
            assert [reason.code for reason in found.why] == [code]
            assert named.code in found.why[0].sentence


def test_such_times_tell_no_packs_apart(database: Database, now: datetime) -> None:
    with database.writing() as session:
        shift, _ = two(session, now)
        assert shift.scope().lots[0].narrowed is not None
        shift.label(shift.a, 1990, 2000, 16.9, 17.5)
        scope = shift.scope()
        (a,) = (lot for lot in scope.lots if lot.code == shift.a.code)
        assert a.narrowed is None
        assert "not_narrowed_tail" in {reason.code for reason in a.why}


def test_where_labels_go_on_later_their_times_say_nothing(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift, b = two(session, now)
        shift.line.labels_at_packing = False
        shift.label(shift.a, 1990, 2000, 16.9, 17.5)
        assert find_tails(session, [shift.a.id, b.id]) == []


@pytest.mark.parametrize(
    ("own", "first", "last", "found"),
    [
        ([(10, 17)], 11, 17, []),
        ([(10, None)], 11, 40, []),
        ([(10, 17)], 16, 18, [(17, 18)]),
        ([(10, 17)], 9, 11, [(9, 10)]),
        ([(10, 17)], 9, 18, [(9, 10), (17, 18)]),
        ([(10, 12), (14, 17)], 11, 13, [(12, 13)]),
        ([(10, 12), (14, 17)], 11, 15, []),
        ([(10, 17)], 20, 21, [(20, 21)]),
        ([(10, 17)], 10, 18, []),
    ],
)
def test_only_the_first_and_the_last_label_have_a_time(
    own: list[tuple[int, int | None]],
    first: int,
    last: int,
    found: list[tuple[int, int]],
    now: datetime,
) -> None:
    def at(hour: int) -> datetime:
        return now.replace(day=1 + hour // 24, hour=hour % 24)

    spans = [(at(start), None if end is None else at(end)) for start, end in own]
    wanted = [(at(start), at(end)) for start, end in found]
    assert stretches(spans, at(first), at(last)) == wanted
