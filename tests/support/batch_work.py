"""A batch on its way to release: made, inspected, sampled; beef that is received.

Li runs the line, Zhao leads it, Sun inspects, Qian is the QA manager, Lin heads
production, Wang keeps the stores.
"""

from datetime import datetime, timedelta

import small_plant

from lotmark.trace.db import Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Line, Lot, Partner, Site
from lotmark.trace.people import Actor, system
from lotmark.trace.production.batches import (
    finish_batch,
    open_batch,
    record_applied,
    start_testing,
)
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.inspections import record_inspection
from lotmark.trace.production.samples import keep_sample
from lotmark.trace.production.tables import CycleLoad, EquipmentCycle
from lotmark.trace.rules import rights
from lotmark.trace.stock.service import make_stock


def person(login: str, *roles: str) -> Actor:
    """Somebody with the rights of these roles."""
    granted = rights().granted
    mine = (right for right, having in granted.items() if set(having) & set(roles))
    return Actor(login, login.capitalize(), frozenset(mine))


LI = person("li", "production_operator")
ZHAO = person("zhao", "line_leader")
SUN = person("sun", "qa_inspector")
QIAN = person("qian", "qa_manager")
WANG = person("wang", "warehouse_keeper")
LIN = person("lin", "production_head")


def build(session: Session) -> None:
    """The small plant, and who sells it beef."""
    small_plant.build(session)
    session.add(Partner(code="S01", kind="supplier", name="牧场", name_en="Pastures"))
    session.flush()


def make(session: Session, code: str, now: datetime, packs: int = 100) -> Lot:
    """A batch of braised beef on line 2 with all its labels on packs."""
    beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
    begun = now - timedelta(hours=3)
    lot = open_batch(session, beef, line, code, now.date(), packs, system(), begun)
    issue_codes(session, lot.id, packs, 1, system(), begun)
    record_applied(session, lot.id, ItemSet.range(0, packs), system(), now)
    return lot


def bring_to_test(session: Session, lot_id: int, now: datetime) -> None:
    finish_batch(session, lot_id, LI, now)
    start_testing(session, lot_id, QIAN, now)


def inspect(
    session: Session,
    lot_id: int,
    at: datetime,
    kind: str = "outgoing",
    result: str = "pass",
    certificate: str = "YL-J-1",
) -> None:
    record_inspection(
        session,
        lot_id,
        kind=kind,
        result=result,
        certificate=certificate,
        at=at,
        actor=SUN,
        now=at,
    )


def keep(session: Session, lot_id: int, now: datetime, quantity: int = 2) -> int:
    """Some packs from the line go to the samples; the sample's id."""
    return keep_sample(
        session,
        lot_id,
        place_id=find_place(session, "YL1/L2").id,
        quantity=quantity,
        shelf="留样室 B3",
        actor=SUN,
        now=now,
    ).id


def load(
    session: Session,
    lot_id: int,
    number: str,
    at: datetime,
    result: str = "pass",
    quantity: int = 100,
) -> EquipmentCycle:
    """A retort load that ended at a time, with some of a batch inside."""
    cycle = EquipmentCycle(
        site_id=session.get_one(Site, 1).id,
        number=number,
        equipment="R1",
        kind="retort",
        started_at=at - timedelta(hours=1),
        ended_at=at,
        result=result,
    )
    session.add(cycle)
    session.flush()
    session.add(CycleLoad(cycle_id=cycle.id, lot_id=lot_id, quantity=quantity))
    session.flush()
    return cycle


def receive(
    session: Session, code: str, now: datetime, quantity: int = 25_000_000
) -> Lot:
    """Beef from the pastures, 25 kg in the store."""
    lot = Lot(
        article_id=3,
        origin="S01",
        supplier_id=2,
        code=code,
        ai10=code,
        status="released",
        received_on=now.date(),
        expires_on=now.date() + timedelta(days=300),
    )
    session.add(lot)
    session.flush()
    make_stock(
        session,
        lot,
        find_place(session, "FG1").id,
        quantity=quantity,
        at=now,
        document="D1",
        actor=system(),
        now=now,
    )
    return lot
