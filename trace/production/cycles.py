"""Finding loads of retorts, kettles and chillers."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict, NotFound
from ..parties.tables import Site
from .tables import EquipmentCycle


def find_cycle(session: Session, text: str) -> EquipmentCycle:
    """The cycle people mean: its number, or ``site code/number``.

    Raises NotFound ``cycle_unknown``, or Conflict ``cycle_ambiguous`` when several
    sites have that number.
    """
    text = text.strip()
    site, slash, number = text.partition("/")
    same = EquipmentCycle.number == text
    if slash:  # a number may itself hold a slash
        named = sa.and_(Site.code == site, EquipmentCycle.number == number)
        same = sa.or_(same, named)
    select = sa.select(EquipmentCycle).join(Site).where(same).order_by(Site.code)
    cycles = session.scalars(select).unique().all()
    if not cycles:
        raise NotFound(
            "cycle_unknown", N_("No equipment cycle %(cycle)s is recorded."), cycle=text
        )
    if len(cycles) > 1:
        raise Conflict(
            "cycle_ambiguous",
            N_("Several sites have a cycle %(cycle)s. Write one of: %(candidates)s."),
            cycle=text,
            candidates=", ".join(f"{one.site.code}/{one.number}" for one in cycles),
        )
    return cycles[0]
