"""What a batch's plan, its line and its state allow: more packs, more codes, release.

Li runs line 2, Zhao leads it, Qian is the QA manager.
"""

import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from batch_work import LI, LIN, QIAN, ZHAO, bring_to_test, inspect, keep

from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Article, Line, Lot
from lotmark.trace.production.batches import finish_batch, open_batch, record_applied
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.plans import raise_plan
from lotmark.trace.production.release import release_batch
from lotmark.trace.production.runs import left_behind


def begin(session: Session, code: str, now: datetime, planned: int = 100) -> Lot:
    beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
    return open_batch(session, beef, line, code, now.date(), planned, LI, now)


def told(session: Session, action: str, lot_id: int) -> list[dict[str, object]]:
    """What the audit says of a lot."""
    rows = session.scalars(
        sa.select(AuditRow).filter_by(action=action, subject=f"lot:{lot_id}")
    )
    return [json.loads(row.data) for row in rows]


def test_packs_are_added_until_testing_begins(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        session.get_one(Lot, made).planned = 200
        issue_codes(session, made, 20, 1, LI, now)
        finish_batch(session, made, LI, now)
        record_applied(session, made, ItemSet.range(100, 110), LI, now)
        session.get_one(Lot, made).status = "testing"
    for status in ("testing", "released", "rejected", "recalled", "closed"):
        with plant.writing() as session:
            session.get_one(Lot, made).status = status
        with (
            pytest.raises(Conflict, match=f"but L2-1 is {status}. Put these") as error,
            plant.writing() as session,
        ):
            record_applied(session, made, ItemSet.range(110, 120), LI, now)
        assert error.value.code == "lot_not_packed_now"


def test_a_batch_of_which_nothing_was_made_is_not_released(
    plant: Database, now: datetime
) -> None:
    with plant.writing() as session:
        lot_id = begin(session, "E-1", now).id
        bring_to_test(session, lot_id, now)
        inspect(session, lot_id, now)
        with pytest.raises(Conflict) as unsampled:
            release_batch(session, lot_id, "YL-J-1", QIAN, now)
        assert unsampled.value.code == "sample_missing"
    with pytest.raises(Conflict), plant.writing() as session:
        keep(session, lot_id, now)


def test_a_plan_is_raised_by_the_line_leader(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = begin(session, "P-1", now)
        with pytest.raises(Forbidden):
            raise_plan(session, lot.id, 200, LI, now)
        raise_plan(session, lot.id, 200, ZHAO, now)
        raise_plan(session, lot.id, 200, LIN, now)  # the same again
        issue_codes(session, lot.id, 210, 1, LI, now)
        for fewer in (199, 0, -1, 10**9):
            with pytest.raises(InvalidInput, match="is planned for 200 packs"):
                raise_plan(session, lot.id, fewer, ZHAO, now)
        lot_id = lot.id
    with plant.reading() as session:
        assert told(session, "batch.plan", lot_id) == [{"planned": [100, 200]}]
    with plant.writing() as session:
        finish_batch(session, lot_id, LI, now)
    with pytest.raises(Conflict, match="is produced"), plant.writing() as session:
        raise_plan(session, lot_id, 300, ZHAO, now)


def test_spoiled_codes_do_not_count_against_the_plan(
    plant: Database, now: datetime
) -> None:
    with plant.writing() as session:
        lot = begin(session, "S-1", now)
        issue_codes(session, lot.id, 100, 1, LI, now)
        with pytest.raises(Conflict, match="has 100 codes: 6 more"):
            issue_codes(session, lot.id, 6, 1, LI, now)
        issue_codes(session, lot.id, 100, 1, LI, now, spoiled=100)
        assert lot.next_item == 200


def test_a_batch_that_left_the_line_gets_no_more_codes(
    plant: Database, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    with plant.writing() as session:
        line = session.get_one(Line, 2)
        first = begin(session, "R-1", now)
        assert left_behind(session, line) == []
        second = begin(session, "R-2", later)
        assert left_behind(session, line) == [first]
        assert left_behind(session, session.get_one(Line, 1)) == []
        with pytest.raises(Conflict, match="R-1 no longer runs on a line") as error:
            issue_codes(session, first.id, 1, 1, LI, later)
        assert error.value.code == "lot_off_line"
        issue_codes(session, second.id, 1, 1, LI, later)
        finish_batch(session, first.id, LI, later)
        assert left_behind(session, line) == []
        ids = first.id, second.id
    with plant.reading() as session:
        opened = [told(session, "batch.open", lot_id)[0]["ended"] for lot_id in ids]
    assert opened == [[], [ids[0]]]


def test_a_batch_without_a_run_still_gets_codes(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = Lot(
            article_id=1, code="I-1", ai10="I-1", line_id=2, status="in_production"
        )
        session.add(lot)
        session.flush()
        assert issue_codes(session, lot.id, 5, 1, LI, now)[0].hi == 5
        assert left_behind(session, session.get_one(Line, 2)) == []


def test_the_batch_that_has_the_number_is_named(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        begin(session, "A/9", now)
    with (
        pytest.raises(Conflict, match="Batch A/9 of 五香酱牛肉 200 克 exists"),
        plant.writing() as session,
    ):
        begin(session, "A-9", now)
