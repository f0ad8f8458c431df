"""An SSCC names its contents."""

import pytest
from stockroom import Plant, add_lot

from lotmark.trace.db import Database
from lotmark.trace.errors import NotFound
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.tables import LogisticUnit, UnitContent
from lotmark.trace.stock.units import Contents, items_of_units


def test_a_pallet_holds_what_its_cases_hold(database: Database, plant: Plant) -> None:
    with database.writing() as session:
        lot = add_lot(session, plant, items=100)
        pallet = LogisticUnit(sscc="069012345000000011", level="pallet")
        session.add(pallet)
        session.flush()
        cases = [
            LogisticUnit(sscc=f"06901234500000{n}", parent_id=pallet.id)
            for n in (1028, 1035)
        ]
        session.add_all(cases)
        session.flush()
        session.add_all(
            [
                UnitContent(
                    unit_id=cases[0].id, lot_id=lot.id, quantity=24, lo=0, hi=24
                ),
                UnitContent(unit_id=cases[1].id, lot_id=lot.id, quantity=24),
            ]
        )
    with database.reading() as session:
        whole = {lot.id: Contents(ItemSet.range(0, 24), 24)}
        assert items_of_units(session, [pallet.sscc]) == whole
        assert items_of_units(session, [pallet.sscc, cases[0].sscc]) == whole
        first = items_of_units(session, [cases[0].sscc])
        assert first == {lot.id: Contents(ItemSet.range(0, 24), 0)}
        with pytest.raises(NotFound, match="069012345000000999"):
            items_of_units(session, ["069012345000000999"])
