"""What the bench shows of a batch: how far it is."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...labels.jobs.first_labels import (
    FirstLabel,
    awaits_first,
    first_label_of,
    last_order,
)
from ...labels.jobs.ledger import (
    JobLedger,
    doubtful_job,
    job_ledger,
    labels_in_doubt,
    labels_inside,
)
from ...labels.jobs.machine import LIVE
from ...labels.jobs.printers import printers_at
from ...labels.jobs.service import spoiled_codes
from ...labels.jobs.tables import Printer, PrintJob
from ...labels.jobs.turns import Turn, turn_of
from ...trace.db import Session
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.tables import Line, Lot
from ...trace.production.batches import PACKED_IN
from ...trace.production.label_balance import LabelBalance, label_balance
from ...trace.production.tables import LineRun
from ...trace.stock.holds import held_items
from .printing import ON_PRINTER

UNDONE = ("created", "rendering")
"""States of a print job whose file is still to come."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A batch at its line."""

    lot: Lot
    run: LineRun | None
    """Its last run on a line."""
    balance: LabelBalance
    doubt: ItemSet
    """Labels that may have come out, and that nobody has scanned."""
    inside: ItemSet
    """Labels that the printer has and may not have put out yet."""
    spoiled: int
    """Codes of jobs that failed: they are on no label."""
    holds: tuple[str, ...]
    job: PrintJob | None
    """The print job that goes on, waits for somebody, or was the latest."""
    order: PrintJob | None
    """The latest job for new labels: a reprint has no first label."""
    doubtful_job: PrintJob | None
    """The job whose labels in doubt are to be settled."""
    turn: Turn | None
    """How that job stands with the worker, until its file is there."""
    first: FirstLabel | None
    """The last check of the first label of ``order``."""
    ledger: JobLedger | None
    """Where its labels are, when it is on a printer."""
    printer: Printer | None
    """The printer of that job, or the one that stands here."""

    @property
    def since(self) -> datetime | None:
        """When its last run on a line began."""
        return self.run.started_at if self.run else None

    @property
    def running(self) -> bool:
        return self.run is not None and self.run.ended_at is None

    @property
    def cleared(self) -> bool:
        """The line is clear for it, or it runs on none."""
        return not self.running or (
            self.run is not None and self.run.cleared_at is not None
        )

    @property
    def first_due(self) -> bool:
        """Labels came out, and nobody found the first one right yet."""
        order = self.order
        if order is None or (self.first and self.first.matches):
            return False
        return order.state == "finished" or awaits_first(order)

    @property
    def at_printer(self) -> bool:
        """The latest job is on a printer and not at its end."""
        job = self.job
        return job is not None and self.ledger is not None and job.state in ON_PRINTER

    @property
    def going(self) -> bool:
        """Labels may be ordered."""
        return self.lot.status == "in_production" and not self.off_line

    @property
    def off_line(self) -> bool:
        """It ran, and runs no more; nobody finished it."""
        unfinished = self.lot.status == "in_production"
        return unfinished and self.since is not None and not self.running

    @property
    def out(self) -> ItemSet:
        """Labels that came out, as far as is known: not those in doubt."""
        return self.balance.printed - self.doubt - self.inside

    @property
    def packing(self) -> bool:
        """There are labels that may be said to be on packs."""
        return self.lot.status in PACKED_IN and bool(self.loose)

    @property
    def unexplained(self) -> ItemSet:
        """Labels that are neither on packs nor explained; some may be in doubt."""
        return self.balance.open

    @property
    def loose(self) -> ItemSet:
        """Labels that came out and are neither on packs nor explained: in somebody's
        hands. What is in doubt or still in the printer is in nobody's."""
        return self.balance.open & self.out

    @property
    def loose_state(self) -> str:
        """Changes whenever labels are printed, put on packs or voided."""
        first = self.loose.intervals[0][0] if self.loose else 0
        return f"{first}-{self.loose.count}"

    @property
    def ordered(self) -> int:
        """Labels printed or being printed."""
        return self.lot.next_item - self.spoiled

    @property
    def left(self) -> int:
        """Labels of the plan not ordered yet."""
        return max((self.lot.planned or 0) - self.ordered, 0)

    @property
    def percent(self) -> float:
        return 100 * self.out.count / (self.lot.planned or 1)


def running_batch(session: Session, line: Line) -> Lot | None:
    """The batch running on a line now."""
    return session.scalars(
        sa.select(Lot)
        .join(LineRun, LineRun.lot_id == Lot.id)
        .where(
            LineRun.line_id == line.id,
            LineRun.ended_at.is_(None),
            Lot.status == "in_production",
        )
        .order_by(LineRun.started_at.desc())
        .limit(1)
    ).first()


def bench_of(session: Session, lot: Lot, now: datetime) -> Bench:
    """How far a batch is."""
    run = session.scalars(
        sa.select(LineRun)
        .where(LineRun.lot_id == lot.id)
        .order_by(LineRun.ended_at.is_not(None), LineRun.started_at.desc())
        .limit(1)
    ).first()
    job, order = job_shown(session, lot), last_order(session, lot.id)
    doubtful = doubtful_job(session, lot.id)
    return Bench(
        lot=lot,
        run=run,
        balance=label_balance(session, lot.id),
        doubt=labels_in_doubt(session, lot.id) if doubtful else EMPTY,
        inside=labels_inside(session, lot.id, now),
        spoiled=spoiled_codes(session, lot.id),
        holds=holds_of(session, lot.id),
        job=job,
        order=order,
        doubtful_job=doubtful,
        turn=waiting_turn(session, job, now) if job else None,
        first=first_label_of(session, order) if order else None,
        ledger=job_ledger(session, job, now) if job and job.printer_id else None,
        printer=_printer_of(session, lot, job),
    )


def _printer_of(session: Session, lot: Lot, job: PrintJob | None) -> Printer | None:
    if job is not None and job.printer is not None:
        return job.printer
    here = printers_at(session, lot.line) if lot.line else []
    return next(iter(here), None)


def job_shown(session: Session, lot: Lot) -> PrintJob | None:
    """The print job of a batch that somebody has to see: one that is at work, else one
    that waits, else the latest. A reprint does not hide the job it interrupted."""
    waits = sa.case(
        (PrintJob.state.in_((*LIVE, *UNDONE)), 0),
        (PrintJob.state == "paused", 1),
        else_=2,
    )
    jobs = sa.select(PrintJob).where(PrintJob.lot_id == lot.id)
    return session.scalars(jobs.order_by(waits, PrintJob.id.desc()).limit(1)).first()


def waiting_turn(session: Session, job: PrintJob, now: datetime) -> Turn | None:
    """How a job stands with the worker, until its file is there."""
    drawn = job.printer_id is None  # a printer's job has no turn with the worker
    return turn_of(session, job, now) if drawn and job.state in UNDONE else None


def holds_of(session: Session, lot_id: int) -> tuple[str, ...]:
    """Numbers of the holds in force on a batch."""
    held = held_items(session, [lot_id]).get(lot_id)
    return held.numbers if held else ()


def recent_jobs(session: Session, line: Line, most: int = 12) -> list[PrintJob]:
    """The latest print jobs of a line, newest first."""
    jobs = (
        sa.select(PrintJob)
        .join(Lot, Lot.id == PrintJob.lot_id)
        .where(Lot.line_id == line.id)
        .order_by(PrintJob.id.desc())
        .limit(most)
    )
    return list(session.scalars(jobs).unique())
