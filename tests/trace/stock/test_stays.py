"""Which case stood on which pallet, and when: also after both went their ways."""

from datetime import datetime, timedelta

from stockroom import WANG, Plant, add_lot, move

from lotmark.recall.scope.criteria import Criteria, Packed
from lotmark.recall.scope.service import find_affected
from lotmark.trace.db import Database, Session
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.building import dissolve_unit, open_unit
from lotmark.trace.stock.packing import pack_count
from lotmark.trace.stock.pallets import put_on_pallet, take_off_pallet
from lotmark.trace.stock.sscc import issue_ssccs
from lotmark.trace.stock.stays import stays_of
from lotmark.trace.stock.units import find_unit

HOUR = timedelta(hours=1)


def new_unit(session: Session, plant: Plant, level: str, now: datetime) -> str:
    (sscc,) = issue_ssccs(session, "9506000")
    open_unit(session, sscc, level, plant.places["W1"], WANG, now)
    return sscc.digits


def filled(session: Session, plant: Plant, now: datetime) -> tuple[Lot, str]:
    lot = add_lot(session, plant)
    move(session, plant, lot, "made > W1", 50, at=now)
    case = new_unit(session, plant, "case", now)
    pack_count(session, case, lot.id, 10, WANG, now)
    return lot, case


def told(
    session: Session, sscc: str
) -> list[tuple[str, datetime | None, datetime | None]]:
    """The stays of a case or pallet: with which other, since and until when."""
    stays = stays_of(session, find_unit(session, sscc))
    return [(stay.unit.sscc, stay.since, stay.until) for stay in stays]


def affected(session: Session, pallet: str, start: datetime, end: datetime) -> set[int]:
    fact = Packed(find_unit(session, pallet).id, start, end)
    return set(find_affected(session, Criteria((fact,), origin="logistics")).affected)


def test_a_former_pallet_still_knows_its_cases(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot, case = filled(session, plant, now)
        other, later = filled(session, plant, now)
        first, second = (new_unit(session, plant, "pallet", now) for _ in range(2))
        put_on_pallet(session, first, [case], WANG, now)
        take_off_pallet(session, [case], WANG, now + 2 * HOUR)
        put_on_pallet(session, second, [case], WANG, now + 3 * HOUR)
        put_on_pallet(session, first, [later], WANG, now + 4 * HOUR)
        assert told(session, case) == [
            (second, now + 3 * HOUR, None),
            (first, now, now + 2 * HOUR),
        ]
        assert told(session, first) == [
            (later, now + 4 * HOUR, None),
            (case, now, now + 2 * HOUR),
        ]
        early = now, now + HOUR
        assert affected(session, first, *early) == {lot.id}
        assert affected(session, first, now, now + 9 * HOUR) == {lot.id, other.id}
        assert affected(session, second, *early) == set()
        assert affected(session, case, *early) == {lot.id}


def test_taking_a_pallet_apart_ends_the_stays(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot, case = filled(session, plant, now)
        pallet = new_unit(session, plant, "pallet", now)
        put_on_pallet(session, pallet, [case], WANG, now)
        dissolve_unit(session, pallet, WANG, now + HOUR)
        (stay,) = stays_of(session, find_unit(session, pallet))
        assert (stay.unit.sscc, stay.until) == (case, now + HOUR)
        assert affected(session, pallet, now, now) == {lot.id}


def test_a_case_that_came_with_its_pallet_has_no_beginning(
    database: Database, plant: Plant, now: datetime
) -> None:
    with database.writing() as session:
        lot, case = filled(session, plant, now)
        pallet = new_unit(session, plant, "pallet", now)
        box, below = find_unit(session, case), find_unit(session, pallet)
        box.parent_id = below.id  # as an import writes it
        session.flush()
        assert told(session, case) == [(pallet, None, None)]
        assert affected(session, pallet, now, now) == {lot.id}
        take_off_pallet(session, [case], WANG, now + HOUR)
        (stay,) = stays_of(session, box)
        assert (stay.since, stay.until) == (None, now + HOUR)
        assert affected(session, pallet, now, now) == {lot.id}
        assert affected(session, pallet, now + 2 * HOUR, now + 3 * HOUR) == set()
