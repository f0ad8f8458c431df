"""A scope narrowed below the batch takes two persons, and late records undo it."""

from datetime import datetime

import pytest
from scope_shift import WHY, Shift
from stockroom import QIAN, WANG, ZHAO

from lotmark.recall.scope.criteria import Criteria
from lotmark.recall.scope.saved import (
    agree_to_narrowing,
    changes_since,
    check_stale,
    find_scope,
    save_scope,
)
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Location
from lotmark.trace.people import Actor
from lotmark.trace.production.device_reports import Report, record_report

FANG = Actor("fang", "方总监", QIAN.rights)
LINE = Actor("line-1", "贴标机", frozenset({"batch.finish", "stock.move"}))


def keep(
    session: Session, shift: Shift, narrow: str = WHY, origin: str = "unknown"
) -> str:
    criteria = Criteria((shift.morning,), origin=origin, narrow=narrow)
    return save_scope(session, criteria, "金属", QIAN, shift.now).number


def test_two_different_persons_sign(database: Database, now: datetime) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        number = keep(session, shift)
        saved = find_scope(session, number)
        assert saved.narrowed
        assert saved.needs_agreement
        with pytest.raises(Conflict) as alone:
            agree_to_narrowing(session, number, QIAN, now)
        assert alone.value.code == "second_person"
        for person in (ZHAO, WANG):
            with pytest.raises(Forbidden):
                agree_to_narrowing(session, number, person, now)
        for _ in range(2):  # sent twice is done once
            agree_to_narrowing(session, number, FANG, now)
        assert (saved.agreed_by, saved.needs_agreement) == ("fang", False)
        whole = keep(session, shift, narrow="")
        with pytest.raises(Conflict) as nothing:
            agree_to_narrowing(session, whole, FANG, now)
        assert nothing.value.code == "scope_not_narrowed"
        with pytest.raises(Forbidden):
            criteria = Criteria((shift.morning,), narrow=WHY)
            save_scope(session, criteria, "金属", ZHAO, now)


def test_packing_times_that_come_late_make_it_stale(
    database: Database, now: datetime
) -> None:
    """A line that was offline tells after the scope was kept when it packed."""
    with database.writing() as session:
        shift = Shift(session, now)
        late = shift.lot(10)
        late.status = "in_production"
        shift.run(late, 9.5, 9.9)
        session.add(
            Location(
                code="YL1/L1", kind="line", name="1", name_en="1", site_id=shift.site.id
            )
        )
        number = keep(session, shift, origin="label")
        saved = find_scope(session, number)
        assert not check_stale(session, saved, now)
        packed = ItemSet.range(0, 10)
        times = shift.at(9.5), shift.at(9.9), None
        said = Report("r-1", "L1", "applied", packed, (), *times, "", "0" * 64)
        record_report(session, late.id, said, LINE, now)
        assert check_stale(session, saved, now)
        assert saved.state == "stale"
        (change,) = changes_since(session, saved)
        assert (change.code, change.before) == (late.code, (1, None))
        with pytest.raises(Conflict) as changed:
            agree_to_narrowing(session, number, FANG, now)
        assert changed.value.code == "scope_changed"
