"""A cleaning is recorded on the lines page, and named as failed in a scope."""

from datetime import datetime
from zoneinfo import ZoneInfo

import batch_work
import pytest
import small_plant
import sqlalchemy as sa
from staff_pages import change, said, shown

from lotmark.trace import clock
from lotmark.trace.production.tables import Cleaning, CycleLoad, EquipmentCycle
from lotmark.web.installation import Installation

FORM = {
    "line": "2",
    "equipment": "R1",
    "start": "2026-11-20T10:00",
    "end": "2026-11-20T11:00",
    "kind": "wet",
    "result": "pass",
    "verified_by": "孙",
}


@pytest.fixture(autouse=True)
def made(house: Installation) -> None:
    """Batch 1, in a load of retort R1 before 10:00 on 2026-11-20."""
    zone = ZoneInfo("Asia/Shanghai")
    with house.plant.writing() as session:
        batch_work.make(session, "L2-1", clock.now())
        load = EquipmentCycle(
            site_id=1,
            number="R1-1",
            equipment="R1",
            kind="retort",
            started_at=datetime(2026, 11, 20, 8, tzinfo=zone),
            ended_at=datetime(2026, 11, 20, 9, tzinfo=zone),
            result="pass",
        )
        session.add(load)
        session.flush()
        session.add(CycleLoad(cycle_id=load.id, lot_id=1, quantity=100))


def test_a_cleaning_of_equipment_is_recorded_and_named_as_failed(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    qian = log_in("qian")
    for wrong, words in (
        ({"end": FORM["start"]}, "ends after it begins"),
        ({"end": "2090-01-01T10:00"}, "in the past"),
        ({"equipment": "R9"}, "R9"),
        ({"verified_by": " "}, "must have verified"),
    ):
        refused = change(qian, "/quality/cleanings", **(FORM | wrong))
        assert refused.status_code in (400, 404, 413), wrong
        assert words in said(refused)
    assert change(qian, "/quality/cleanings", **FORM).status_code == 302
    assert change(qian, "/quality/cleanings", **FORM).status_code == 409
    assert "R1" in shown(qian, "/quality/lines")
    with house.plant.reading() as session:
        (row,) = session.scalars(sa.select(Cleaning))
    assert (row.equipment, row.result, row.verified_by) == ("R1", "pass", "孙")
    page = shown(qian, f"/quality/scope?cleaning={row.id}")
    assert "L2-1" in page


def test_who_may_not_record_is_refused(log_in: small_plant.LogIn) -> None:
    assert change(log_in("wang"), "/quality/cleanings", **FORM).status_code == 403


def test_one_recorded_by_mistake_is_withdrawn(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    qian = log_in("qian")
    assert change(qian, "/quality/cleanings", **FORM).status_code == 302
    way = "/quality/cleanings/1/withdraw"
    refused = change(qian, way, reason=" ")
    assert refused.status_code == 400, refused.text
    assert change(qian, way, reason="是 R2，写错了").status_code == 302
    page = shown(qian, "/quality/lines")
    for words in ("Withdrawn", "是 R2，写错了", "It was none: what is affected?"):
        assert words in page
    assert "Withdraw the cleaning" not in page
    assert change(qian, way, reason="another").status_code == 409
    assert change(qian, "/quality/cleanings/9/withdraw", reason="x").status_code == 404
    assert change(qian, "/quality/cleanings", **FORM).status_code == 302
    listed = shown(qian, "/records/cleanings")
    assert "Withdrawn at" in listed
    assert "是 R2，写错了" in shown(qian, "/records/cleanings/csv")
    offered = (
        shown(qian, "/quality/scope").split('id="cleaning"')[1].split("</select>")[0]
    )
    assert offered.count("L2 · R1") == 1
    assert change(log_in("li"), way, reason="x").status_code == 403
