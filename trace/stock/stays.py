"""On which pallet a case stood, and when: the links have a beginning and an end."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..identity.items import EMPTY, ItemSet
from .tables import LogisticUnit, UnitContent, UnitStay
from .units import NOTHING, Contents


@dataclass(frozen=True, slots=True)
class Stay:
    """A case on a pallet, seen from one of the two."""

    unit: LogisticUnit
    """The other one."""
    since: datetime | None
    """None where it is not on record."""
    until: datetime | None
    """None while it lasts."""


def begin_stay(
    session: Session, case: LogisticUnit, pallet: LogisticUnit, now: datetime
) -> None:
    """A locked case stands on a pallet from now on."""
    case.parent_id = pallet.id
    session.add(UnitStay(unit_id=case.id, parent_id=pallet.id, since=now))


def end_stay(session: Session, case: LogisticUnit, now: datetime) -> None:
    """A locked case stands on no pallet any more; that it did is kept."""
    if case.parent_id is None:
        return
    lasting = sa.select(UnitStay).filter_by(unit_id=case.id, until=None)
    stay = session.scalars(lasting).one_or_none()
    if stay is None:  # it came with its pallet, when is not on record
        stay = UnitStay(unit_id=case.id, parent_id=case.parent_id)
        session.add(stay)
    stay.until = now
    case.parent_id = None
    session.flush()


def stays_of(session: Session, unit: LogisticUnit) -> list[Stay]:
    """The pallets a case stood on, or the cases that stood on a pallet, newest first;
    those that came with their pallet and stand there still are among them.
    """
    here, there = UnitStay.unit_id, UnitStay.parent_id
    now = LogisticUnit.id == unit.parent_id
    if unit.level == "pallet":
        here, there = there, here
        now = LogisticUnit.parent_id == unit.id
    rows = session.execute(
        sa.select(LogisticUnit, UnitStay.since, UnitStay.until)
        .join(UnitStay, there == LogisticUnit.id)
        .where(here == unit.id)
    )
    stays = [Stay(*row) for row in rows]
    lasting = {stay.unit.id for stay in stays if stay.until is None}
    present = session.scalars(sa.select(LogisticUnit).where(now))
    stays += [Stay(one, None, None) for one in present if one.id not in lasting]
    return sorted(
        stays,
        key=lambda stay: (
            stay.until is None,
            stay.until.timestamp() if stay.until else 0,
            stay.unit.sscc,
        ),
        reverse=True,
    )


def parent_at(
    session: Session, case: LogisticUnit, moment: datetime
) -> LogisticUnit | None:
    """The pallet a case stood on at a moment."""
    for stay in stays_of(session, case):
        if _lasted(stay.since, stay.until, moment):
            return stay.unit
    return None


def contents_at(
    session: Session, unit: LogisticUnit, moment: datetime
) -> dict[int, Contents]:
    """What a case or pallet held at a moment, by lot, cases on it included."""
    inside = [unit.id]
    if unit.level == "pallet":
        inside += [
            stay.unit.id
            for stay in stays_of(session, unit)
            if _lasted(stay.since, stay.until, moment)
        ]
    found: dict[int, Contents] = {}
    rows = session.scalars(
        sa.select(UnitContent).where(UnitContent.unit_id.in_(inside))
    )
    for row in rows:
        if _lasted(row.packed_at, row.removed_at, moment):
            items = EMPTY
            if row.lo is not None and row.hi is not None:
                items = ItemSet.range(row.lo, row.hi)
            some = Contents(items, row.quantity - items.count)
            found[row.lot_id] = found.get(row.lot_id, NOTHING) + some
    return found


def _lasted(since: datetime | None, until: datetime | None, moment: datetime) -> bool:
    return (since is None or since <= moment) and (until is None or until > moment)
