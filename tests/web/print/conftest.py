"""A batch with everything on record, and who may print it."""

import io
from datetime import datetime, timedelta

import batch_work
import pytest
import small_plant
from flask.testing import FlaskClient
from PIL import Image

from lotmark.trace import clock, files
from lotmark.trace.db import Session
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Partner
from lotmark.trace.people import system
from lotmark.trace.production.consumption import use_lot
from lotmark.trace.production.cycles import file_chart
from lotmark.trace.production.inspections import Finding, record_inspection
from lotmark.trace.production.papers import add_paper
from lotmark.trace.production.release import release_batch
from lotmark.trace.production.tables import Cleaning, ProcessCheck
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Shipment
from lotmark.web.installation import Installation

HOUR = timedelta(hours=1)


@pytest.fixture
def told(house: Installation) -> Installation:
    """A batch with everything on record: made, sterilised, inspected, sold."""
    now = clock.now()
    stored = files.write(house.settings.files, _chart())
    with house.plant.writing() as session:
        session.add(
            Partner(
                code="S01",
                kind="supplier",
                name="牧场",
                name_en="Pastures",
                address="示例市北原镇",
                contact="马骏",
                phone="020-0000-0061",
            )
        )
        shop = session.get_one(Partner, 1)
        shop.address, shop.backup_contact = "示例市北桥路", "孙立"
        shop.backup_phone = "020-0000-0009"
        session.flush()
        _make(session, stored, now)
        _sell(session, now)
    return house


def _make(session: Session, stored: str, now: datetime) -> None:
    lot = batch_work.make(session, "L2-1", now - 2 * HOUR)
    raw = batch_work.receive(session, "BY261001", now - 3 * HOUR)
    raw.certificate = "合格证 0312"
    add_paper(
        session,
        raw.id,
        kind="animal_quarantine",
        number="AQ-00312",
        file=None,
        actor=system(),
        now=now,
    )
    use_lot(
        session,
        raw.id,
        lot.id,
        place_id=find_place(session, "FG1").id,
        quantity=20_500_000,
        at=now - 3 * HOUR,
        actor=system(),
        now=now,
    )
    cycle = batch_work.load(session, lot.id, "R1-0461", now - 2 * HOUR, "missing")
    files.keep(session, stored, len(_chart()), "image/jpeg", now)
    file_chart(session, cycle.id, stored, "pass", system(), now)
    session.add_all(
        [
            ProcessCheck(
                lot_id=lot.id,
                line_id=2,
                at=now - 2 * HOUR,
                kind="vacuum",
                value="−0.091 MPa",
                limits="≤ −0.085 MPa",
                result="pass",
            ),
            Cleaning(
                line_id=2,
                started_at=now - 9 * HOUR,
                ended_at=now - 8 * HOUR,
                kind="full",
                result="pass",
                verified_by="钱宁",
            ),
        ]
    )
    batch_work.bring_to_test(session, lot.id, now)
    batch_work.keep(session, lot.id, now)
    record_inspection(
        session,
        lot.id,
        kind="outgoing",
        result="pass",
        at=now - HOUR,
        lab="示例食品检验所",
        method="GB 4789.2",
        findings=[Finding("Nitrite", "≤ 30 mg/kg", "12 mg/kg")],
        certificate="YL-J-77",
        actor=system(),
        now=now,
    )
    qian = small_plant.actor(session, "qian")
    release_batch(session, lot.id, "YL-J-77", qian, now, reason="chart turned up")


def _sell(session: Session, now: datetime) -> None:
    truck = Shipment(number="FH-1", site_id=1, consignee_id=1, shipped_at=now)
    session.add(truck)
    session.flush()
    for route, quantity in (("YL1/L2 > K01/T", 40), ("K01/T > K01", 40)):
        source, target = (find_place(session, code).id for code in route.split(" > "))
        move_stock(
            session,
            1,
            source,
            target,
            quantity=quantity,
            at=now,
            document="FH-1",
            shipment_id=truck.id,
            actor=system(),
            now=now,
        )


def _chart() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 120), "#c0392b").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def qian(told: Installation, log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")
