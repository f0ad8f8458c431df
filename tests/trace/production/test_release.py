"""A batch leaves only inspected, sampled and sterilised (Food Safety Law art. 52)."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from batch_work import (
    LI,
    QIAN,
    SUN,
    ZHAO,
    bring_to_test,
    inspect,
    keep,
    load,
    make,
)

from lotmark.trace import files
from lotmark.trace.audit import AuditRow
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot
from lotmark.trace.people import system
from lotmark.trace.production.cycles import file_chart
from lotmark.trace.production.label_counts import sign_count
from lotmark.trace.production.readiness import readiness_of
from lotmark.trace.production.release import close_batch, reject_batch, release_batch
from lotmark.trace.production.samples import remove_sample
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.service import move_stock

HOUR = timedelta(hours=1)


def refused(session: Session, lot_id: int, now: datetime, reason: str = "") -> str:
    """The code of the refusal, or nothing when it was released."""
    try:
        release_batch(session, lot_id, "YL-J-1", QIAN, now, reason=reason)
    except Conflict as error:
        return error.code
    return ""


@pytest.fixture
def testing(plant: Database, made: int, now: datetime) -> int:
    with plant.writing() as session:
        bring_to_test(session, made, now)
    return made


def test_inspected_and_sampled_it_is_released(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        assert refused(session, testing, now) == "inspection_missing"
        inspect(session, testing, now)
        assert refused(session, testing, now) == "sample_missing"
        keep(session, testing, now)
        assert refused(session, testing, now) == ""
        lot = session.get_one(Lot, testing)
        assert (lot.status, lot.certificate) == ("released", "YL-J-1")
        assert refused(session, testing, now) == ""  # asked twice is asked once


def test_the_refusal_names_the_law(
    plant: Database, testing: int, now: datetime
) -> None:
    with (
        pytest.raises(Conflict, match=r"Food Safety Law, article 52"),
        plant.writing() as session,
    ):
        release_batch(session, testing, "YL-J-1", QIAN, now)


def test_the_certificate_is_that_of_the_inspection(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        inspect(session, testing, now, certificate="YL-J-77")
        keep(session, testing, now)
        assert refused(session, testing, now) == "certificate_contradicts"
        release_batch(session, testing, " YL-J-77 ", QIAN, now)


def test_the_last_inspection_decides(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now)
        inspect(session, testing, now + HOUR, result="fail", certificate="")
        later = now + 3 * HOUR
        assert refused(session, testing, later) == "inspection_failed"
        inspect(session, testing, now + 2 * HOUR)
        inspect(session, testing, later, kind="incubation", result="fail")
        assert refused(session, testing, later) == "inspection_failed"
        inspect(session, testing, later + HOUR, kind="incubation")
        assert refused(session, testing, later + HOUR) == ""


def test_a_sample_taken_away_is_no_sample(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        inspect(session, testing, now)
        kept = keep(session, testing, now)
        remove_sample(session, kept, "used up in the test", SUN, now)
        assert refused(session, testing, now) == "sample_missing"


@pytest.mark.parametrize("result", ["fail", "missing"])
def test_a_bad_load_needs_a_later_inspection_and_a_reason(
    plant: Database, testing: int, now: datetime, result: str
) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now - HOUR)
        load(session, testing, "R1-0461", now, result)
        assert refused(session, testing, now, "looks good") == "sterilisation_unproven"
        inspect(session, testing, now + HOUR, kind="incubation", certificate="")
        later = now + HOUR
        assert refused(session, testing, later) == "sterilisation_unproven"
        assert refused(session, testing, later, "37 °C, 10 d, none swollen") == ""
        reasons = session.scalars(
            sa.select(AuditRow.data).where(AuditRow.action == "batch.release_reason")
        )
        assert not list(reasons)  # sealed at commit
    with plant.reading() as session:
        row = session.scalars(
            sa.select(AuditRow).where(AuditRow.action == "batch.release_reason")
        ).one()
        assert row.subject == f"batch:{testing}"
        assert "none swollen" in row.data


def test_a_load_that_is_usual_and_not_recorded_needs_a_reason(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now)
        other = make(session, "L2-2", now)
        load(session, other.id, "R1-0462", now)
        ready = readiness_of(session, session.get_one(Lot, testing))
        assert (ready.unrecorded, ready.needs_reason, ready.stops) == (100, True, False)
        assert refused(session, testing, now) == "sterilisation_missing"
        load(session, testing, "R1-0463", now, quantity=60)
        ready = readiness_of(session, session.get_one(Lot, testing))
        assert ready.unrecorded == 40
        assert refused(session, testing, now) == "sterilisation_missing"
        load(session, testing, "R1-0464", now, quantity=40)
        assert refused(session, testing, now) == ""


def test_without_any_retort_none_is_asked_for(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.reading() as session:
        ready = readiness_of(session, session.get_one(Lot, testing))
        assert (ready.usual, ready.unrecorded) == (False, 0)


def test_a_chart_that_turns_up_settles_a_missing_record(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now - HOUR)
        cycle = load(session, testing, "R1-0461", now, "missing")
        file_chart(session, cycle.id, _stored(session, now), "pass", SUN, now)
        assert refused(session, testing, now) == ""


def test_no_chart_makes_a_failed_load_good(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        cycle = load(session, testing, "R1-0461", now, "fail")
        chart = _stored(session, now)
        with pytest.raises(Conflict, match="R1-0461 is on record as fail"):
            file_chart(session, cycle.id, chart, "pass", SUN, now)
        with pytest.raises(Forbidden):
            file_chart(session, cycle.id, chart, "fail", LI, now)
        file_chart(session, cycle.id, chart, "fail", SUN, now)
        assert (cycle.result, cycle.chart) == ("fail", chart)


def test_a_held_batch_stays(plant: Database, testing: int, now: datetime) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now)
        place_hold(session, [testing], reason="swollen", actor=QIAN, now=now)
        assert refused(session, testing, now) == "lot_on_hold"


def test_a_rejected_batch_goes_nowhere(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        with pytest.raises(InvalidInput, match="a reason in writing"):
            reject_batch(session, testing, " ", QIAN, now)
        with pytest.raises(Forbidden):
            reject_batch(session, testing, "too salty", LI, now)
        assert reject_batch(session, testing, "too salty", QIAN, now).status == (
            "rejected"
        )
        inspect(session, testing, now)
        assert refused(session, testing, now) == "wrong_state"
        with pytest.raises(Conflict, match="is still at YL1/L2"):
            close_batch(session, testing, QIAN, now)


def test_a_batch_is_closed_when_it_is_gone(
    plant: Database, testing: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, testing, now)
        inspect(session, testing, now)
        assert refused(session, testing, now) == ""
        line, shop = (find_place(session, code).id for code in ("YL1/L2", "K01"))
        with pytest.raises(Conflict, match="is still at YL1/L2"):
            close_batch(session, testing, QIAN, now)
        move_stock(
            session,
            testing,
            line,
            shop,
            quantity=98,
            at=now,
            document="FH-1",
            actor=system(),
            now=now,
        )
        with pytest.raises(Conflict, match="labels of .* are not signed for"):
            close_batch(session, testing, QIAN, now)
        sign_count(session, testing, shown=(100, 100, 0), actor=ZHAO, now=now)
        assert close_batch(session, testing, QIAN, now).status == "closed"


def _stored(session: Session, now: datetime) -> str:
    return files.keep(session, "ab" * 32, 3, "application/pdf", now).sha256
