"""Cases onto a pallet, and off it again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict
from ..people import Actor
from .stays import begin_stay, end_stay
from .tables import LogisticUnit
from .units import check_open, check_together, check_whole, lock_units


def put_on_pallet(
    session: Session, pallet: str, cases: Sequence[str], actor: Actor, now: datetime
) -> LogisticUnit:
    """Set cases on an open pallet at the same place.

    Raises Forbidden, NotFound, or Conflict ``not_a_pallet``, ``not_a_case``,
    ``unit_not_open``, ``unit_dissolved``, ``case_on_pallet``, ``units_apart``.
    """
    actor.require("unit.build")
    units = lock_units(session, [pallet, *cases])
    below = units[pallet]
    _check_pallet(below)
    for sscc in dict.fromkeys(cases):
        case = units[sscc]
        _check_case(case, below)
        begin_stay(session, case, below, now)
    session.flush()
    told = {"sscc": pallet, "cases": sorted(set(cases))}
    audit.record(session, actor.login, "unit.put_on", f"unit:{below.id}", now, **told)
    return below


def take_off_pallet(
    session: Session,
    cases: Sequence[str],
    actor: Actor,
    now: datetime,
    *,
    pallet: str = "",
) -> None:
    """Lift cases off the pallets they stand on; they stay at the place.

    Raises Forbidden, NotFound, or Conflict ``case_loose``, ``case_elsewhere`` for one
    that stands on another pallet than the one named.
    """
    actor.require("unit.build")
    units = lock_units(session, {*cases, *([pallet] if pallet else [])})
    for sscc in dict.fromkeys(cases):
        case = units[sscc]
        if case.parent_id is None:
            raise Conflict(
                "case_loose", N_("Case %(sscc)s stands on no pallet."), sscc=sscc
            )
        if pallet and case.parent_id != units[pallet].id:
            raise Conflict(
                "case_elsewhere",
                N_(
                    "Case %(sscc)s stands on another pallet than %(pallet)s: scan it "
                    "to see which, and take it off there."
                ),
                sscc=sscc,
                pallet=pallet,
            )
        lift_off(session, case, actor, now)
    session.flush()


def lift_off(session: Session, case: LogisticUnit, actor: Actor, now: datetime) -> None:
    """Write that a locked case is no longer on its pallet."""
    pallet = session.get_one(LogisticUnit, case.parent_id)
    end_stay(session, case, now)
    told = {"sscc": case.sscc, "pallet": pallet.sscc}
    audit.record(session, actor.login, "unit.take_off", f"unit:{case.id}", now, **told)


def _check_pallet(pallet: LogisticUnit) -> None:
    if pallet.level != "pallet":
        raise Conflict(
            "not_a_pallet",
            N_("%(sscc)s is a case: cases stand on pallets only."),
            sscc=pallet.sscc,
        )
    check_open(pallet)


def _check_case(case: LogisticUnit, pallet: LogisticUnit) -> None:
    if case.level != "case":
        raise Conflict(
            "not_a_case",
            N_("%(sscc)s is a pallet: only cases stand on pallets."),
            sscc=case.sscc,
        )
    check_whole(case)
    if case.parent_id is not None:
        raise Conflict(
            "case_on_pallet",
            N_(
                "Case %(sscc)s is on a pallet already. Take it off there before it "
                "goes onto another."
            ),
            sscc=case.sscc,
        )
    check_together(case, pallet)
