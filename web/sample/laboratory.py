"""QA's part of the sample plant's story: tests, samples, papers, a chart, a release."""

import math
from datetime import date, datetime, timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image, ImageDraw

from ...trace import files
from ...trace.db import Session
from ...trace.parties.lots import find_lot, find_place
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.batches import start_testing
from ...trace.production.cycles import file_chart, find_cycle
from ...trace.production.inspections import Finding, record_inspection
from ...trace.production.papers import add_paper
from ...trace.production.release import release_batch
from ...trace.production.samples import keep_sample
from ...trace.production.tables import LotInput
from ..installation import Installation

FINDINGS = (
    Finding("菌落总数", "≤ 50000 CFU/g", "1200 CFU/g"),
    Finding("大肠菌群", "≤ 100 CFU/g", "< 10 CFU/g"),
    Finding("亚硝酸盐", "≤ 30 mg/kg", "12 mg/kg"),
)
METHOD = "GB 4789.2、GB 4789.3、GB 5009.33"
SAMPLES = 12
"""Packs of most batches that were kept."""


def draw_chart() -> bytes:
    """The temperature of a retort load, as its recorder draws it."""
    width, height = 900, 300
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for step in range(0, width, 90):
        pen.line([(step, 0), (step, height)], fill="#dde1e7")
    for step in range(0, height, 50):
        pen.line([(0, step), (width, step)], fill="#dde1e7")
    curve = []
    for minute in range(86):
        heating, cooling = min(minute / 18, 1), max(minute - 55, 0) / 20
        hot = 25 + 96 * heating * math.exp(-cooling) + math.sin(minute) * 0.3
        curve.append((minute * width / 85, height - hot * height / 140))
    pen.line(curve, fill="#b0141b", width=3)
    out = BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def examine(
    session: Session,
    house: Installation,
    held_lot: Lot,
    today: date,
    qian: Actor,
    now: datetime,
) -> None:
    """Qian files what belongs to the batch that will be held, releases one batch, and
    has another in test."""
    made = now - timedelta(days=11)
    _inspect(session, held_lot, held_lot.certificate, made, qian, now)
    _store(session, held_lot, 36, "留样室 A2", qian, now)
    _file_chart(session, house, "YL1/R1-0460", qian, now)
    _file_papers(session, held_lot, qian, now)
    released = find_lot(session, f"L1-{today - timedelta(days=2):%y%m%d}-01")
    _inspect(session, released, "YL-J-1228", now - timedelta(hours=3), qian, now)
    _store(session, released, SAMPLES, "留样室 B3", qian, now)
    release_batch(session, released.id, "YL-J-1228", qian, now - timedelta(hours=1))
    waiting = find_lot(session, f"L3-{today - timedelta(days=1):%y%m%d}-01")
    start_testing(session, waiting.id, qian, now - timedelta(hours=2))


def _inspect(
    session: Session,
    lot: Lot,
    certificate: str,
    at: datetime,
    qian: Actor,
    now: datetime,
) -> None:
    record_inspection(
        session,
        lot.id,
        kind="outgoing",
        result="pass",
        at=at,
        method=METHOD,
        findings=FINDINGS,
        certificate=certificate,
        actor=qian,
        now=now,
    )


def _store(
    session: Session, lot: Lot, packs: int, shelf: str, qian: Actor, now: datetime
) -> None:
    """Samples that the records moved to their place get a shelf."""
    keep_sample(
        session,
        lot.id,
        place_id=find_place(session, "sample").id,
        quantity=packs,
        shelf=shelf,
        actor=qian,
        now=now - timedelta(hours=2),
    )


def _file_chart(
    session: Session, house: Installation, number: str, qian: Actor, now: datetime
) -> None:
    content = draw_chart()
    name = files.write(house.settings.files, content)
    files.keep(session, name, len(content), "image/jpeg", now)
    cycle = find_cycle(session, number)
    file_chart(session, cycle.id, name, "pass", qian, now)


def _file_papers(session: Session, lot: Lot, qian: Actor, now: datetime) -> None:
    """The raw meat of a batch came with two certificates."""
    meat = session.scalars(
        sa.select(LotInput.input_id)
        .join(Lot, Lot.id == LotInput.input_id)
        .where(LotInput.output_id == lot.id, Lot.certificate.startswith("动物检疫"))
    )
    for lot_id in meat.all():
        number = session.get_one(Lot, lot_id).certificate.split()[-1]
        for kind, written in (
            ("animal_quarantine", number),
            ("meat_inspection", f"P{number}"),
        ):
            add_paper(
                session,
                lot_id,
                kind=kind,
                number=written,
                file=None,
                actor=qian,
                now=now,
            )
