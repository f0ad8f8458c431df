"""What sticks to a retort or kettle reaches its other loads until it was cleaned."""

from datetime import datetime

import pytest
from batch_work import LIN
from scope_shift import Shift

from lotmark.recall.scope.criteria import Criteria, EquipmentWindow, LotCriterion
from lotmark.recall.scope.document import scope_document
from lotmark.recall.scope.service import Scope, compute_scope, find_affected
from lotmark.recall.scope.wording import read_criteria, write_criteria
from lotmark.trace.db import Database, Session
from lotmark.trace.errors import LotmarkError
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.cleanings import withdraw_cleaning
from lotmark.trace.production.cycles import find_equipment
from lotmark.trace.production.tables import Cleaning, CycleLoad, EquipmentCycle


class Kitchen:
    """Loads of kettle K1 at 6, 9, 13 and 16, an hour each, cleaned at 12."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.shift = session, Shift(session, now)
        self.lots = [self._load(n, hour) for n, hour in enumerate((6, 9, 13, 16))]
        self.clean(12)

    def _load(self, number: int, hour: float) -> Lot:
        lot = self.shift.lot(0)
        self.shift.make(lot, quantity=10)
        cycle = EquipmentCycle(
            site_id=self.shift.site.id,
            number=f"K1-{number}",
            equipment="K1",
            kind="kettle",
            started_at=self.shift.at(hour),
            ended_at=self.shift.at(hour + 1),
            result="pass",
        )
        self.session.add(cycle)
        self.session.flush()
        load = CycleLoad(cycle_id=cycle.id, lot_id=lot.id, quantity=10)
        self.session.add(load)
        self.session.flush()
        return lot

    def clean(self, hour: float, kind: str = "wet", result: str = "pass") -> Cleaning:
        row = Cleaning(
            line_id=self.shift.line.id,
            equipment="K1",
            started_at=self.shift.at(hour),
            ended_at=self.shift.at(hour + 0.5),
            kind=kind,
            result=result,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def scope(self, named: int, hazard: str, origin: str = "line") -> Scope:
        facts = (LotCriterion(self.lots[named].id),)
        criteria = Criteria(facts, origin, hazard)
        return compute_scope(self.session, criteria, self.shift.now)

    def found(self, scope: Scope) -> dict[int, int]:
        """Tier by number of the load."""
        codes = [lot.code for lot in self.lots]
        return {codes.index(lot.code): lot.tier for lot in scope.lots}


def test_loads_between_two_cleanings_are_probable(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        kitchen = Kitchen(session, now)
        scope = kitchen.scope(0, "equipment")
        assert kitchen.found(scope) == {0: 1, 1: 2}
        assert scope.unbounded_equipment == ("YL1/K1",)
        kitchen.clean(5)
        scope = kitchen.scope(0, "equipment")
        assert kitchen.found(scope) == {0: 1, 1: 2}
        assert scope.unbounded_equipment == ()
        assert [reason.code for reason in scope.lots[1].why] == ["same_equipment"]
        kitchen.clean(8, result="fail")
        assert kitchen.found(kitchen.scope(0, "equipment")) == {0: 1, 1: 2}
        kitchen.clean(8)
        assert kitchen.found(kitchen.scope(0, "equipment")) == {0: 1}


def test_a_withdrawn_cleaning_parts_no_loads(database: Database, now: datetime) -> None:
    with database.writing() as session:
        kitchen = Kitchen(session, now)
        kitchen.clean(5)
        mistaken = kitchen.clean(8)
        assert kitchen.found(kitchen.scope(0, "equipment")) == {0: 1}
        withdraw_cleaning(session, mistaken.id, "K2 it was", LIN, now)
        assert kitchen.found(kitchen.scope(0, "equipment")) == {0: 1, 1: 2}


def test_only_where_the_hazard_sticks_and_came_in_here(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        kitchen = Kitchen(session, now)
        assert kitchen.found(kitchen.scope(0, "any")) == {0: 1}
        assert kitchen.found(kitchen.scope(0, "equipment", "label")) == {0: 1}
        # a wet cleaning does not end an allergen
        assert kitchen.found(kitchen.scope(0, "allergen")) == {0: 1, 1: 2, 2: 2, 3: 2}
        kitchen.clean(15, "allergen")
        assert kitchen.found(kitchen.scope(0, "allergen")) == {0: 1, 1: 2, 2: 2}


def test_a_cleaning_of_equipment_is_none_of_the_line(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        kitchen = Kitchen(session, now)
        before = kitchen.shift.scope(narrow="")
        kitchen.clean(10.2)
        kitchen.clean(10.8)
        assert kitchen.shift.scope(narrow="").lots[0].why == before.lots[0].why


def test_a_suspect_time_of_equipment_names_its_loads(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        kitchen = Kitchen(session, now)
        shift = kitchen.shift
        site, name = find_equipment(session, "YL1/K1")
        assert find_equipment(session, "K1") == (site, name)
        moment = shift.at(13.5)
        criteria = Criteria((EquipmentWindow(site.id, name, moment, moment),))
        document = write_criteria(session, criteria)
        assert document["facts"][0]["equipment"] == ["YL1", "K1"]
        assert read_criteria(session, document) == criteria
        scope = compute_scope(session, criteria, shift.now)
        assert kitchen.found(scope) == {2: 1, 3: 1}
        assert [reason.code for reason in scope.lots[0].why] == ["in_open_equipment"]
        assert scope_document(scope)["unbounded_equipment"] == []
        assert find_affected(session, criteria).hash == scope.hash
        with pytest.raises(LotmarkError) as unknown:
            find_equipment(session, "K9")
        assert unknown.value.code == "equipment_unknown"
