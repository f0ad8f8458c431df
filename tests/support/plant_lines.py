"""The steps of ``plant_life`` that happen on lines, in kettles and in tanks."""

from datetime import timedelta

import sqlalchemy as sa
from plant_life import Life, Step

from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.lines import (
    change_line,
    record_correction,
    record_restart_check,
)
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    ProcessCheck,
)
from lotmark.trace.production.tanks import (
    draw_from_tank,
    empty_tank,
    fill_tank,
    open_tank,
)


def _clean(session: Session, life: Life) -> None:
    begun = life.now - timedelta(hours=life.random.choice((1, 2)))
    result = life.random.choice(("pass", "fail"))
    cleaning = Cleaning(
        line_id=life.line(session).id,
        started_at=begun,
        ended_at=life.now,
        kind="full",
        result=result,
    )
    session.add(cleaning)


def _check(session: Session, life: Life) -> None:
    lot, line = life.own(session), life.line(session)
    value = life.words().split("\n")[0]
    for _ in range(life.random.choice((1, 2))):  # the same measured twice
        check = ProcessCheck(
            lot_id=lot.id,
            line_id=line.id,
            at=life.now,
            kind="vacuum",
            value=value,
            result=life.random.choice(("pass", "fail")),
        )
        session.add(check)


def _correct(session: Session, life: Life) -> None:
    check = life.one_of(session, ProcessCheck, result="fail")
    assert isinstance(check, ProcessCheck)
    who, now = life.someone(), life.now
    record_correction(session, check.id, life.words(), life.lately(), who, now)


def _change(session: Session, life: Life) -> None:
    line = life.line(session)
    if not life.random.randrange(4):
        line.labels_at_packing = not line.labels_at_packing
        return
    if line.status != "rectifying":
        step = life.random.choice(("stop", "start", "rectify"))
        change_line(session, line.id, step, life.words(), life.someone(), life.now)
        return
    made = session.scalars(sa.select(Lot).filter_by(line_id=line.id)).unique().all()
    record_restart_check(
        *(session, line.id, life.random.choice(made).id),
        kind="vacuum",
        value="-0.09",
        limits="",
        result=life.random.choice(("pass", "pass", "fail")),
        reason=life.words(),
        actor=life.someone(),
        now=life.now,
    )


def _cook(session: Session, life: Life) -> None:
    """A load of a retort, as machines and files report it."""
    cycle = EquipmentCycle(
        site_id=life.line(session).site_id,
        number=f"R-{life.number()}",
        equipment="R1",
        kind=life.random.choice(("retort", "tank")),
        started_at=life.now,
        result="missing",
    )
    session.add(cycle)
    session.flush()
    lots = {life.lot(session).id for _ in range(life.random.randrange(4))}
    for lot_id in lots:
        session.add(CycleLoad(cycle_id=cycle.id, lot_id=lot_id, quantity=9))


def _tank(session: Session, life: Life) -> None:
    """A tank's filling begins, or something is done with one."""
    who, now, how = life.someone(), life.now, life.random.randrange(8)
    tanks = sa.select(EquipmentCycle).filter_by(equipment="T", ended_at=None)
    cycle = session.scalars(tanks).unique().first()
    if cycle is None:
        site = life.line(session).site_id
        open_tank(session, site, "T", f"T-{life.number()}", life.lately(), who, now)
    elif how == 1:
        empty_tank(session, cycle.id, life.lately(), who, now)
    elif how < 5:
        lot = life.lot(session)
        most = 5 if lot.article.base_unit == "piece" else 100_000
        fill_tank(
            *(session, cycle.id, lot.id),
            place_id=life.where(session, lot),
            quantity=life.random.randint(1, most),
            at=life.lately(),
            actor=who,
            now=now,
        )
    else:
        lot = life.own(session, "in_production", "produced")
        many = life.random.randint(1, 9)
        draw_from_tank(
            *(session, cycle.id, lot.id),
            quantity=many,
            at=life.lately(),
            actor=who,
            now=now,
        )


LINE_STEPS: dict[str, tuple[int, Step]] = {
    "clean": (1, _clean),
    "check": (1, _check),
    "correct": (1, _correct),
    "line": (3, _change),
    "cook": (1, _cook),
    "tank": (16, _tank),
}
"""By name, with how often each is taken."""
