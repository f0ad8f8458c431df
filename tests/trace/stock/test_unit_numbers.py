"""Numbers of cases and pallets: checked, and never given twice."""

from datetime import datetime

import pytest
from crowd import at_once
from packed import PREFIX, code_of, new_unit
from stockroom import WANG, Plant

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.trace.identity.gs1 import Sscc
from lotmark.trace.stock.building import (
    dissolve_unit,
    open_unit,
)
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.tables import LogisticUnit


def _one_number(database: Database) -> Sscc:
    with database.writing() as session:
        (sscc,) = issue_ssccs(session, PREFIX)
    return sscc


def test_numbers_check_and_are_never_given_twice(
    database: Database, plant: Plant, now: datetime
) -> None:
    third = Sscc.build(PREFIX, 3)
    with database.writing() as session:
        session.add(LogisticUnit(sscc=third.digits))  # an import brought it
        session.flush()
        first = issue_ssccs(session, PREFIX, 2)
        second = issue_ssccs(session, PREFIX, 2)
    assert first == [Sscc.build(PREFIX, 1), Sscc.build(PREFIX, 2)]
    assert third not in second
    assert len({*first, *second}) == 4
    taken = at_once(lambda: _one_number(database))
    assert len(set(map(str, taken))) == 8
    assert not {str(sscc) for sscc in (*first, *second)} & set(map(str, taken))


def test_without_a_company_prefix_there_are_no_new_numbers(
    database: Database, plant: Plant
) -> None:
    with database.writing() as session, pytest.raises(InvalidInput) as refused:
        issue_ssccs(session, "")
    assert code_of(refused) == "company_prefix_missing"
    assert "LOTMARK_GS1_PREFIX" in str(refused.value)


def test_the_same_number_twice_is_refused(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        case = new_unit(session, plant, now)
        dissolve_unit(session, case, WANG, now)
        with pytest.raises(Conflict, match=f"Number {case} is on a case or pallet"):
            open_unit(session, Sscc(case), "case", plant.places["W1"], WANG, now)
