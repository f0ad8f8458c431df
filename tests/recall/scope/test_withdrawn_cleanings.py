"""A cleaning recorded by mistake is withdrawn: it stays on record and ends nothing."""

import json
from datetime import datetime

import pytest
import sqlalchemy as sa
from batch_work import LI, LIN, QIAN
from scope_shift import Shift

from lotmark.recall.scope.criteria import CleaningFailed, Criteria, LineWindow
from lotmark.recall.scope.saved import changed_scopes, check_scopes, save_scope
from lotmark.recall.scope.wording import read_criteria, write_criteria
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.production.cleanings import record_cleaning, withdraw_cleaning
from lotmark.trace.production.tables import Cleaning

WHY = "line L2 it was"


def test_it_is_withdrawn_once_with_a_reason(database: Database, now: datetime) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        number = shift.cleanings[1].id
        with pytest.raises(Forbidden):
            withdraw_cleaning(session, number, WHY, LI, now)
        with pytest.raises(InvalidInput, match="Expected a reason"):
            withdraw_cleaning(session, number, "  ", LIN, now)
        with pytest.raises(NotFound, match="No cleaning 999 is recorded"):
            withdraw_cleaning(session, 999, WHY, LIN, now)
        for _ in range(2):  # sent twice is done once
            gone = withdraw_cleaning(session, number, f" {WHY} ", LIN, now)
        with pytest.raises(Conflict, match="withdrawn already: line L2 it was"):
            withdraw_cleaning(session, number, "another reason", LIN, now)
        told = gone.withdrawn_at, gone.withdrawn_reason, gone.withdrawn_by
        assert told == (now, WHY, "lin")
        assert gone.result == "pass"
    with database.reading() as session:
        audited = sa.select(AuditRow).filter_by(action="cleaning.withdraw")
        (row,) = session.scalars(audited)
        assert (row.subject, json.loads(row.data)["reason"]) == (
            f"cleaning:{number}",
            WHY,
        )


def test_a_suspect_time_goes_on_past_it_and_kept_scopes_become_stale(
    database: Database, now: datetime
) -> None:
    """Batch B begins after the cleaning of 12:00, that of 18:00 ends nothing sooner."""
    with database.writing() as session:
        shift = Shift(session, now)
        late = shift.lot(1)
        shift.run(late, 14, 15)
        moment = LineWindow(shift.line.id, shift.at(10.5), shift.at(10.5))
        failed = CleaningFailed(shift.cleanings[1].id)
        kept = save_scope(session, Criteria((moment,), "label"), "", QIAN, now)
        named = save_scope(session, Criteria((failed,), "label"), "", QIAN, now)
        assert changed_scopes(session) == []
        before = shift.scope(moment, narrow="", origin="label")
        withdraw_cleaning(session, shift.cleanings[1].id, WHY, LIN, now)
        after = shift.scope(moment, narrow="", origin="label")
        assert check_scopes(session, changed_scopes(session), now) == [kept.number]
        assert (kept.state, named.state) == ("stale", "draft")
    assert [lot.code for lot in before.lots] == [shift.a.code]
    assert {lot.code for lot in after.lots} == {shift.a.code, late.code}


def test_no_pack_is_told_from_its_batch_by_it(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        assert shift.scope().lots[0].items is not None
        for number in (1, 2):
            withdraw_cleaning(session, shift.cleanings[number].id, WHY, LIN, now)
        (lot,) = shift.scope().lots
    assert lot.items is None
    assert "not_narrowed_open" in [reason.code for reason in lot.why]


def test_what_took_place_after_all_is_recorded_anew(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        shift = Shift(session, now)
        first = shift.cleanings[1]
        again = _recorded_again(session, first, now)
        assert again == "cleaning_exists"
        withdraw_cleaning(session, first.id, WHY, LIN, now)
        assert _recorded_again(session, first, now) == ""
        second = session.scalars(
            sa.select(Cleaning).filter_by(
                line_id=first.line_id, started_at=first.started_at, withdrawn_at=None
            )
        ).one()
        criteria = Criteria((CleaningFailed(second.id),))
        assert read_criteria(session, write_criteria(session, criteria)) == criteria


def _recorded_again(session: Session, one: Cleaning, now: datetime) -> str:
    """The code of the refusal."""
    try:
        record_cleaning(
            session,
            one.line_id,
            equipment="",
            start=one.started_at,
            end=one.ended_at,
            kind=one.kind,
            result="pass",
            verified_by="Sun",
            actor=LI,
            now=now,
        )
    except Conflict as refused:
        return refused.code
    return ""
