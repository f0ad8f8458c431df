"""One row and more for every list of records, on top of the small plant."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace import people
from lotmark.trace.db import Session
from lotmark.trace.exchange.tables import ImportFile
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Line, Lot
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    Inspection,
    LineStop,
    LotDocument,
    LotInput,
    ProcessCheck,
    RetainedSample,
    TankFill,
)
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.service import make_stock, move_stock
from lotmark.trace.stock.tables import LogisticUnit, Shipment, UnitContent, UnitStay

NOW = datetime(2026, 11, 22, 2, 2, tzinfo=UTC)
"""10:02 at the plant."""
EVIL = (
    '=cmd|" /C calc"!A0',
    "+1",
    "-2",
    "@x",
    "'=y",
    "<script>alert(1)</script> 50%",
)
"""Reasons somebody may type; all but the last begin as formulas do."""


def record(session: Session) -> None:
    """Batch 1 of 100 packs, 40 of them on a truck; lot 2 of raw beef, held."""
    me = people.system()
    beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
    lot = open_batch(session, beef, line, "007-01", NOW.date(), 100, me, NOW)
    issue_codes(session, lot.id, 100, 1, me, NOW)
    raw = Lot(article_id=3, origin="S01", code="BY1", ai10="BY1", status="released")
    lot.status = "released"
    session.add(raw)
    session.flush()
    _move(session, lot, raw)
    place_hold(session, [raw.id], hazard="health", reason="=1", actor=me, now=NOW)
    _add_rest(session, lot.id, raw.id)


def _move(session: Session, lot: Lot, raw: Lot) -> None:
    store = find_place(session, "FG1").id
    told: dict[str, Any] = {"at": NOW, "actor": people.system(), "now": NOW}
    packs = ItemSet.range(0, 100)
    make_stock(session, lot, store, items=packs, document="007-01", **told)
    make_stock(session, raw, store, quantity=25_000_001, document="D1", **told)
    for number, reason in enumerate(EVIL):
        move_stock(
            *(session, raw.id, store, find_place(session, "HOLD1").id),
            quantity=1_500,
            document=f"DB-{number}",
            reason=reason,
            **told,
        )
    truck = Shipment(
        number="FH-1", site_id=1, consignee_id=1, carrier="=x", shipped_at=NOW
    )
    session.add(truck)
    session.flush()
    move_stock(
        *(session, lot.id, store, find_place(session, "K01/T").id),
        items=ItemSet.range(0, 40),
        document="FH-1",
        shipment_id=truck.id,
        **told,
    )


def _add_rest(session: Session, lot: int, raw: int) -> None:
    cycle = EquipmentCycle(
        site_id=1,
        number="R1-1",
        equipment="R1",
        kind="retort",
        started_at=NOW,
        result="pass",
    )
    pallet = LogisticUnit(sscc="095060000050000010", level="pallet")
    session.add_all((cycle, pallet))
    session.flush()
    case = LogisticUnit(sscc="095060000000000015", parent_id=pallet.id)
    session.add(case)
    session.flush()
    session.add_all(
        (
            CycleLoad(cycle_id=cycle.id, lot_id=lot, quantity=50),
            TankFill(cycle_id=cycle.id, lot_id=raw, quantity=1_000_000, at=NOW),
            LineStop(line_id=2, started_at=NOW, reason="=1"),
            UnitStay(unit_id=case.id, parent_id=pallet.id, since=NOW),
            UnitContent(unit_id=case.id, lot_id=lot, quantity=40, lo=0, hi=40),
            LotInput(input_id=raw, output_id=lot, kind="rework", quantity=7, at=NOW),
            ProcessCheck(lot_id=lot, line_id=2, at=NOW, kind="metal", result="pass"),
            *_papers(lot, raw),
        )
    )


def _papers(lot: int, raw: int) -> tuple[object, ...]:
    return (
        Cleaning(
            line_id=2,
            started_at=NOW - timedelta(hours=2),
            ended_at=NOW,
            kind="full",
            result="pass",
        ),
        Inspection(lot_id=lot, kind="outgoing", at=NOW, result="pass", actor="sun"),
        RetainedSample(
            lot_id=lot, quantity=3, shelf="留样室 B3", kept_at=NOW, kept_by="sun"
        ),
        LotDocument(
            lot_id=raw, kind="animal_quarantine", number="0013", at=NOW, actor="sun"
        ),
        ImportFile(
            sha256="5a" * 32,
            name="批次.csv",
            kinds="lots",
            rows=7,
            imported_at=NOW,
            imported_by="wang",
        ),
        PrintJob(
            number="DY-1",
            request_key="1",
            lot_id=lot,
            lo=0,
            hi=100,
            labels=100,
            stock="a4-24",
            format="pdf",
            created_by="li",
            created_at=NOW,
        ),
    )
