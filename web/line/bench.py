"""What the bench shows of a batch: how far it is, and what to do next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext

from ...labels.jobs.tables import PrintJob
from ...trace.db import Session
from ...trace.errors import N_
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Line, Lot
from ...trace.production.marks import marked_items
from ...trace.production.tables import LineRun
from ...trace.stock.holds import held_items
from ..words import JOB

UNDONE = ("created", "rendering")
"""States of a print job whose file is still to come."""
PATIENCE = timedelta(seconds=20)
"""A job that nobody has begun by now waits for a worker that does not answer."""


@dataclass(frozen=True, slots=True)
class Band:
    """The coloured band across the screen."""

    kind: str
    """``ok``, ``warn``, ``bad``, ``hold``, ``run`` or ``none``."""
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Bench:
    """A batch at its line."""

    lot: Lot
    since: datetime | None
    """When its last run on the line began."""
    running: bool
    printed: ItemSet
    applied: ItemSet
    voided: ItemSet
    holds: tuple[str, ...]
    job: PrintJob | None
    """The latest print job."""

    @property
    def loose(self) -> ItemSet:
        """Printed labels that are neither on packs nor voided."""
        return self.printed - self.applied - self.voided

    @property
    def left(self) -> int:
        """Labels of the plan not ordered yet."""
        return max((self.lot.planned or 0) - self.lot.next_item, 0)

    @property
    def percent(self) -> float:
        return 100 * self.printed.count / (self.lot.planned or 1)


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


def bench_of(session: Session, lot: Lot) -> Bench:
    """How far a batch is."""
    run = session.scalars(
        sa.select(LineRun)
        .where(LineRun.lot_id == lot.id, LineRun.line_id == lot.line_id)
        .order_by(LineRun.started_at.desc())
        .limit(1)
    ).first()
    held = held_items(session, [lot.id]).get(lot.id)
    return Bench(
        lot=lot,
        since=run.started_at if run else None,
        running=run is not None and run.ended_at is None,
        printed=marked_items(session, lot.id, "printed"),
        applied=marked_items(session, lot.id, "applied"),
        voided=marked_items(session, lot.id, "voided"),
        holds=held.numbers if held else (),
        job=session.scalars(
            sa.select(PrintJob)
            .where(PrintJob.lot_id == lot.id)
            .order_by(PrintJob.id.desc())
            .limit(1)
        ).first(),
    )


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


def band_of(bench: Bench, now: datetime) -> Band:
    """What matters most about a batch, and the next step."""
    job, lot = bench.job, bench.lot
    if bench.holds:
        text = gettext(
            N_("%(holds)s: packs stay here. Ask QA before you go on."),
            holds=", ".join(bench.holds),
        )
        return Band("hold", gettext(N_("On hold")), text)
    if job is not None and job.state != "finished":
        return band_of_job(job, now)
    if lot.status != "in_production":
        text = gettext(N_("No more codes for this batch. Open the next one."))
        return Band("ok", gettext(N_("Batch finished")), text)
    if not lot.next_item:
        text = gettext(N_("Print the first labels."))
        return Band("none", gettext(N_("No labels yet")), text)
    if bench.left:
        text = gettext(N_("%(n)s labels still to print"), n=f"{bench.left:,}")
        return Band("run", gettext(N_("In production")), text)
    if bench.loose:
        text = gettext(N_("Say which labels are on packs."))
        return Band("run", gettext(N_("All labels printed")), text)
    text = gettext(N_("Finish the batch, or print a few more labels."))
    return Band("ok", gettext(N_("Plan reached")), text)


def band_of_job(job: PrintJob, now: datetime) -> Band:
    """How a print job is doing."""
    kind, word = JOB[job.state]
    total = job.hi - job.lo
    if job.state == "created" and now - job.created_at > PATIENCE:
        text = gettext(
            N_("Nobody has begun to draw it. The job is kept: call your administrator.")
        )
        return Band("warn", gettext(word), text)
    if job.state == "failed":
        text = gettext(N_("Mend what is written below, then print again."))
    elif job.state == "finished":
        text = gettext(N_("%(n)s labels: open the file and print it."), n=f"{total:,}")
    else:
        left = f"{total - job.done:,}"
        text = gettext(N_("%(n)s labels left to draw"), n=left)
    return Band(kind, gettext(word), text)
