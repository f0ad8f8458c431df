"""From an order for labels to the finished file.

Ordering issues the codes and leaves the drawing to the worker; what a label says is
fixed by the batch, so a job drawn again after a crash gives the same file.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, numbers, outbox
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError, NotFound
from ...trace.faults import write_fault
from ...trace.identity.gs1 import Gtin, LotCode
from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.links import DigitalLink
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.code_returns import returned_items
from ...trace.production.codes import issue_codes, serial_blocks
from ...trace.production.marks import mark_items
from ..engine.render import render
from ..engine.stock import Stock, load_stock, stock_names
from ..engine.values import LabelRecord, LabelSeries
from .tables import PrintBlock, PrintJob
from .turns import EFFECT, effect_key

JOB_FORMATS = ("pdf", "tspl")
SETTLED = ("finished", "failed", "reconciled")
"""States that stay: codes of a failed job count as never given out."""
SPECIMEN = "Z" * 16
"""A serial that makes the largest symbol, for a label that nobody prints."""


def order_labels(
    session: Session,
    lot_id: int,
    count: int,
    stock: str,
    format: str,
    skip: int,
    request_key: str,
    key_version: int,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> PrintJob:
    """Issue ``count`` codes for a batch and have their labels drawn.

    The same ``request_key`` again returns the first job; for another order it raises
    Conflict ``order_changed``. Raises what ``issue_codes`` and ``check_label`` raise;
    then no code is issued.
    """
    actor.require("labels.print")
    # Locked, or two of the same request would both find no job.
    lot = lock_lots(session, [lot_id])[lot_id]
    same = sa.select(PrintJob).where(PrintJob.request_key == request_key)
    known = session.scalar(same)
    if known is not None:
        _check_same(known, (lot_id, count, stock, format, skip))
        return known
    if format not in JOB_FORMATS:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(JOB_FORMATS),
            format=format,
        )
    check_label(lot, format, stock, skip, base_url)
    spoiled = spoiled_codes(session, lot_id)
    ranges = issue_codes(
        session, lot_id, count, key_version, actor, now, spoiled=spoiled
    )
    lo = ranges[0].lot_lo or 0
    job = PrintJob(
        number=numbers.next_number(session, "DY", now.year),
        request_key=request_key,
        lot_id=lot_id,
        lo=lo,
        hi=lo + count,
        labels=count,
        stock=stock,
        format=format,
        skip=skip,
        created_by=actor.login,
        created_at=now,
    )
    session.add(job)
    session.flush()
    outbox.enqueue(session, EFFECT, {"job": job.id}, effect_key(job.id), now)
    audit.record(
        session,
        actor.login,
        "labels.order",
        f"print_job:{job.id}",
        now,
        lot=lot_id,
        count=count,
        stock=stock,
    )
    return job


def _check_same(job: PrintJob, asked: tuple[object, ...]) -> None:
    ordered = (job.lot_id, job.hi - job.lo, job.stock, job.format, job.skip)
    if asked != ordered:
        raise Conflict(
            "order_changed",
            N_(
                "This form was sent before and gave print job %(job)s for %(count)s "
                "labels. Look at that job first; print again only for more labels."
            ),
            job=job.number,
            count=job.hi - job.lo,
        )


def check_label(lot: Lot, format: str, stock: str, skip: int, base_url: str) -> None:
    """Draw one label of a lot and throw it away: all say the same but for the serial.

    Raises InvalidInput for an unknown stock, a format or skip that does not suit it,
    and for a text that does not fit or that the font cannot write.
    """
    check_on(lot, format, load_stock(stock), skip, base_url)


def check_on(
    lot: Lot, format: str, stock: Stock, skip: int, base_url: str, mark: str = ""
) -> None:
    """As ``check_label``, on a stock as a printer has it, with a reprint's mark."""
    draw_specimen(lot, format, stock, skip, base_url, mark)


def draw_specimen(
    lot: Lot, format: str, stock: Stock, skip: int, base_url: str, mark: str = ""
) -> bytes:
    """One label of a lot with a serial that is none, as a printer would get it."""
    specimen = [LabelSeries.of(replace(_record(lot, SPECIMEN, base_url), mark=mark))]
    out = BytesIO()
    render(format, specimen, stock, out, skip=skip)
    return out.getvalue()


def check_printable(lot: Lot, base_url: str) -> None:
    """Raises InvalidInput when no stock there is can carry a lot's label."""
    first: InvalidInput | None = None
    for stock in stock_names():
        try:
            return check_label(lot, "pdf", stock, 0, base_url)
        except InvalidInput as error:
            first = first or error
    if first is not None:
        raise first


def spoiled_codes(session: Session, lot_id: int) -> int:
    """How many codes of a lot are on no label: drawing failed, none was sent, or a
    line machine gave them back."""
    failed = sa.select(sa.func.sum(PrintJob.labels)).filter_by(
        lot_id=lot_id, state="failed", printer_id=None
    )
    cancelled = (
        sa.select(sa.func.sum(PrintBlock.hi - PrintBlock.lo))
        .join(PrintJob, PrintJob.id == PrintBlock.job_id)
        .where(PrintJob.lot_id == lot_id, ~PrintJob.reprint)
        .where(PrintBlock.state == "cancelled")
    )
    on_no_label = (session.scalar(failed) or 0) + (session.scalar(cancelled) or 0)
    return on_no_label + returned_items(session, lot_id).count


def find_job(session: Session, number: str) -> PrintJob:
    """The print job with that number. Raises NotFound."""
    job = session.scalar(sa.select(PrintJob).where(PrintJob.number == number))
    if job is None:
        raise NotFound("job_unknown", N_("No print job %(job)s."), job=number)
    return job


def label_series(
    session: Session,
    ring: KeyRing,
    lot: Lot,
    items: ItemSet,
    base_url: str,
    copy: int = 0,
) -> Iterator[LabelSeries]:
    """The labels of ``items`` of a lot, ascending; ``copy`` is the nth reprint."""
    model = replace(_record(lot, SPECIMEN, base_url), mark=copy_mark(copy))
    for _, serials in serial_blocks(session, ring, lot.id, items):
        yield LabelSeries(model, serials)


def specimen(lot: Lot, base_url: str) -> LabelRecord:
    """What the labels of a lot say, with a serial that nobody has."""
    return _record(lot, SPECIMEN, base_url)


def copy_mark(copy: int) -> str:
    """What stands beside the serial of the nth reprint, e.g. ``R1``."""
    return f"R{copy}" if copy else ""


def _record(lot: Lot, serial: str, base_url: str) -> LabelRecord:
    article = lot.article
    gtin = Gtin.parse(article.gtin) if article.gtin else None
    link = DigitalLink.build(base_url, serial, gtin, LotCode.parse(lot.ai10))
    return LabelRecord(
        url=str(link),
        serial=serial,
        product=article.name,
        product_en=article.name_en,
        net_content=article.net_content,
        batch_no=lot.code,
        production_date=lot.produced_on.isoformat() if lot.produced_on else "",
        expiry_date=lot.expires_on.isoformat() if lot.expires_on else "",
        line_code=lot.line.code if lot.line else "",
    )


def draw_labels(
    session: Session,
    ring: KeyRing,
    lot: Lot,
    items: ItemSet,
    base_url: str,
    format: str,
    stock: Stock,
    out: IO[bytes],
    skip: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw the labels of ``items`` of a lot into ``out``; how many there are."""
    labels = label_series(session, ring, lot, items, base_url)
    return render(format, labels, stock, out, progress, skip)


def draw_job(
    session: Session,
    ring: KeyRing,
    job: PrintJob,
    base_url: str,
    progress: Callable[[int], None],
) -> bytes:
    """The file of a job; changes nothing, so it may be drawn again."""
    out = BytesIO()
    draw_labels(
        session,
        ring,
        job.lot,
        ItemSet.range(job.lo, job.hi),
        base_url,
        job.format,
        load_stock(job.stock),
        out,
        job.skip,
        progress,
    )
    return out.getvalue()


def note_progress(session: Session, job_id: int, done: int) -> None:
    """Say how many labels are drawn, for the screen that watches."""
    session.execute(
        sa.update(PrintJob)
        .where(PrintJob.id == job_id)
        .values(done=done, state="rendering")
    )


def finish_job(
    session: Session, job_id: int, sha256: str, actor: Actor, now: datetime
) -> None:
    """The file is there: its codes count as printed. Again changes nothing."""
    job = session.get(PrintJob, job_id, with_for_update={"of": PrintJob})
    if job is None or job.state in SETTLED:
        return
    job.state, job.done, job.sha256 = "finished", job.labels, sha256
    job.finished_at = now
    items = ItemSet.range(job.lo, job.hi)
    mark_items(session, job.lot_id, items, "printed", actor, now)
    audit.record(session, actor.login, "labels.done", f"print_job:{job.id}", now)


def fail_job(
    session: Session, job_id: int, error: LotmarkError, actor: Actor, now: datetime
) -> None:
    """The labels cannot be drawn: its codes are on no label. Again changes nothing."""
    job = session.get(PrintJob, job_id, with_for_update={"of": PrintJob})
    if job is None or job.state in SETTLED:
        return
    job.state, job.error = "failed", write_fault(error)
    audit.record(
        session,
        actor.login,
        "labels.fail",
        f"print_job:{job.id}",
        now,
        lot=job.lot_id,
        items=[job.lo, job.hi],
        error=error.code,
    )
