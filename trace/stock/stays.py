"""On which pallet a case stood, and when: the links have a beginning and an end."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .tables import LogisticUnit, UnitStay


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
