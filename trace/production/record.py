"""A lot's whole record: what went in, what happened, what was found, who signed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..audit import AuditRow
from ..identity.tables import CodeBinding
from ..parties.tables import Lot, Partner
from ..people import name_of
from ..stock.tables import Hold
from .balances import Balance, balance_document, balance_of_lot
from .batches import BATCH
from .cycles import loads_of
from .distribution import Sent, sent_document, sent_to
from .inspections import inspections_of
from .label_balance import LabelBalance, label_balance
from .label_counts import LabelCount, last_count
from .papers import papers_of
from .repacked import repacked_document
from .samples import samples_of
from .tables import (
    Cleaning,
    EquipmentCycle,
    Inspection,
    LineRun,
    LotDocument,
    LotInput,
    ProcessCheck,
    RetainedSample,
)
from .told import zone_of


@dataclass(frozen=True, slots=True)
class Input:
    """Something of another lot that went into this one."""

    edge: LotInput
    lot: Lot
    supplier: Partner | None
    papers: Sequence[LotDocument]
    approved: str
    """Display name of who allowed rework, or nothing."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who took a step, when, and why if that was written down."""

    by: str
    """The display name."""
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is on record of one lot."""

    lot: Lot
    supplier: Partner | None
    inputs: Sequence[Input]
    runs: Sequence[LineRun]
    cycles: Sequence[tuple[EquipmentCycle, int]]
    """Loads of retorts and kettles it was in, with how much of it."""
    checks: Sequence[ProcessCheck]
    cleanings: Sequence[Cleaning]
    """The last cleaning of each line before its runs, the first after, and between."""
    inspections: Sequence[Inspection]
    samples: Sequence[RetainedSample]
    papers: Sequence[LotDocument]
    labels: LabelBalance
    label_count: LabelCount | None
    """Who signed for the labels last."""
    code_ranges: int
    """Ranges of numbers its codes were given out in."""
    balance: Balance
    sent: Sequence[Sent]
    holds: Sequence[Hold]
    released: Signed | None
    """None where it is not released, or was released before it came to us."""


def record_of(session: Session, lot: Lot, on: date) -> Record:
    """The record of a lot; its balance with the tolerance of a day."""
    runs = session.scalars(
        sa.select(LineRun).where(LineRun.lot_id == lot.id).order_by(LineRun.started_at)
    ).all()
    checks = sa.select(ProcessCheck).where(ProcessCheck.lot_id == lot.id)
    ranges = sa.select(sa.func.count(CodeBinding.id)).filter_by(lot_id=lot.id)
    holds = sa.select(Hold).where(Hold.lot_id == lot.id)
    return Record(
        lot=lot,
        supplier=session.get(Partner, lot.supplier_id) if lot.supplier_id else None,
        inputs=_inputs(session, lot.id),
        runs=runs,
        cycles=loads_of(session, lot.id),
        checks=session.scalars(checks.order_by(ProcessCheck.at)).all(),
        cleanings=_cleanings(session, runs),
        inspections=inspections_of(session, lot.id),
        samples=samples_of(session, lot.id),
        papers=papers_of(session, [lot.id]).get(lot.id, []),
        labels=label_balance(session, lot.id),
        label_count=last_count(session, lot.id),
        code_ranges=session.scalars(ranges).one(),
        balance=balance_of_lot(session, lot, on),
        sent=sent_to(session, lot.id),
        holds=session.scalars(holds.order_by(Hold.id)).unique().all(),
        released=signature(session, lot, "release"),
    )


def account_document(session: Session, lot: Lot, now: datetime) -> dict[str, Any]:
    """Whether a lot adds up, who got some of it, and which of its packs were repacked,
    beside its genealogy."""
    on = now.astimezone(zone_of(lot)).date()
    return {
        "unit": lot.article.base_unit,
        "balance": balance_document(balance_of_lot(session, lot, on)),
        "consignees": sent_document(sent_to(session, lot.id)),
        "repacked": repacked_document(session, lot.id),
    }


def signature(session: Session, lot: Lot, step: str) -> Signed | None:
    """Who took a step of a batch last, from the audit."""
    row, reason = (_last(session, lot, name) for name in (step, f"{step}_reason"))
    if row is None:
        return None
    why = json.loads(reason.data)["reason"] if reason and reason.at >= row.at else ""
    return Signed(name_of(session, row.actor), row.at, why)


def _last(session: Session, lot: Lot, action: str) -> AuditRow | None:
    return session.scalars(
        sa.select(AuditRow)
        .where(
            AuditRow.subject == f"{BATCH.name}:{lot.id}",
            AuditRow.action == f"{BATCH.name}.{action}",
        )
        .order_by(AuditRow.id.desc())
        .limit(1)
    ).first()


def _inputs(session: Session, lot_id: int) -> list[Input]:
    rows = session.execute(
        sa.select(LotInput, Lot, Partner)
        .join(Lot, Lot.id == LotInput.input_id)
        .join(Partner, Partner.id == Lot.supplier_id, isouter=True)
        .where(LotInput.output_id == lot_id)
        .order_by(LotInput.at, LotInput.id)
    ).unique()
    found = [(edge, lot, supplier) for edge, lot, supplier in rows]
    papers = papers_of(session, [lot.id for _, lot, _ in found])
    return [
        Input(
            edge,
            lot,
            supplier,
            papers.get(lot.id, []),
            name_of(session, edge.approved_by) if edge.approved_by else "",
        )
        for edge, lot, supplier in found
    ]


def _cleanings(session: Session, runs: Sequence[LineRun]) -> list[Cleaning]:
    found: dict[int, Cleaning] = {}
    for run in runs:
        here = sa.select(Cleaning).where(
            Cleaning.line_id == run.line_id,
            Cleaning.equipment == "",
            Cleaning.withdrawn_at.is_(None),
        )
        before = here.where(Cleaning.ended_at <= run.started_at)
        last = session.scalar(before.order_by(Cleaning.ended_at.desc()).limit(1))
        later = here.where(Cleaning.started_at >= run.started_at)
        first = session.scalar(later.order_by(Cleaning.started_at).limit(1))
        found |= {one.id: one for one in (last, first) if one is not None}
    return sorted(found.values(), key=lambda one: one.ended_at)
