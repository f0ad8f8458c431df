"""A planned batch goes onto its line once, with today's date and nothing beside it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from batch_work import LI, LIN, SUN

from lotmark.trace.db import Database, Session
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput
from lotmark.trace.parties.tables import Line, Lot
from lotmark.trace.production.lines import change_line
from lotmark.trace.production.starting import (
    last_artwork,
    planned_for,
    start_planned,
)
from lotmark.trace.production.tables import LineRun

DAY = timedelta(days=1)


def plan(session: Session, now: datetime, line: int | None = 2, **more: object) -> Lot:
    facts = {"article_id": 1, "code": "L2-P", "ai10": "L2-P", "planned": 50} | more
    lot = Lot(line_id=line, produced_on=now.date() - DAY, status="planned", **facts)
    session.add(lot)
    session.flush()
    return lot


def test_its_run_begins_and_the_one_before_ends(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        lot = plan(session, now)
        line = session.get_one(Line, 2)
        assert planned_for(session, line) == [lot]
        for _ in range(2):  # sent twice is done once
            start_planned(session, lot.id, 2, LI, now, artwork="V7")
        assert (lot.status, lot.artwork, lot.site_id) == ("in_production", "V7", 1)
        assert lot.produced_on == now.date()
        assert lot.expires_on is None or lot.expires_on > now.date()
        runs = session.scalars(sa.select(LineRun).order_by(LineRun.id)).all()
        assert [(run.lot_id, run.ended_at) for run in runs] == [
            (made, now),
            (lot.id, None),
        ]
        assert planned_for(session, line) == []
        assert last_artwork(session, 1) == "V7"


@pytest.mark.parametrize("step", ["stop", "rectify"])
def test_not_on_a_line_that_stands_still(
    plant: Database, made: int, now: datetime, step: str
) -> None:
    with plant.writing() as session:
        lot = plan(session, now)
        change_line(session, 2, step, "no steam", LIN, now)
        with pytest.raises(Conflict) as refused:
            start_planned(session, lot.id, 2, LI, now)
        assert refused.value.code == "line_not_running"


def test_what_is_printed_already_stays_true(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = plan(session, now, next_item=10)
        with pytest.raises(Conflict) as refused:
            start_planned(session, lot.id, 2, LI, now)
        assert refused.value.code == "labels_disagree"
        lot.produced_on = now.date()
        start_planned(session, lot.id, 2, LI, now)


def test_who_may_start_what(plant: Database, made: int, now: datetime) -> None:
    with plant.writing() as session:
        lot = plan(session, now)
        with pytest.raises(Forbidden):
            start_planned(session, lot.id, 2, SUN, now)
        with pytest.raises(InvalidInput):
            start_planned(session, lot.id, 2, LI, now, artwork="V" * 41)
        bought = plan(session, now, code="S-1", ai10="S-1", origin="S01")
        with pytest.raises(Conflict) as refused:
            start_planned(session, bought.id, 2, LI, now)
        assert refused.value.code == "lot_not_made_here"
        other = session.get_one(Lot, made)
        other.status = "produced"
        with pytest.raises(Conflict) as state:
            start_planned(session, made, 2, LI, now)
        assert state.value.code == "wrong_state"
