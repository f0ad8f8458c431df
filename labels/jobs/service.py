"""From an order for labels to the finished file.

Ordering issues the codes and leaves the drawing to the worker; what a label says is
fixed by the batch, so a job drawn again after a crash gives the same file.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, numbers, outbox
from ...trace.errors import N_, InvalidInput, NotFound
from ...trace.identity.gs1 import Gtin, LotCode
from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.links import DigitalLink
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Lot
from ...trace.people import Actor
from ...trace.production.codes import issue_codes, serials_of
from ...trace.production.marks import mark_items
from ..engine.render import check_form, render
from ..engine.stock import load_stock
from ..engine.values import LabelRecord
from .tables import PrintJob

EFFECT = "labels.render"
"""Outbox effect that draws a job."""
JOB_FORMATS = ("pdf", "tspl")


def order_labels(
    session: Session,
    lot_id: int,
    count: int,
    stock: str,
    format: str,
    skip: int,
    request_key: str,
    key_version: int,
    actor: Actor,
    now: datetime,
) -> PrintJob:
    """Issue ``count`` codes for a batch and have their labels drawn.

    The same ``request_key`` again returns the first job. Raises what ``issue_codes``,
    ``load_stock`` and ``check_form`` raise; then no code is issued.
    """
    actor.require("labels.print")
    lock_lots(session, [lot_id])  # or two of the same request would both find no job
    same = sa.select(PrintJob).where(PrintJob.request_key == request_key)
    known = session.scalar(same)
    if known is not None:
        return known
    if format not in JOB_FORMATS:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(JOB_FORMATS),
            format=format,
        )
    check_form(format, load_stock(stock), skip)
    ranges = issue_codes(session, lot_id, count, key_version, actor, now)
    lo = ranges[0].lot_lo or 0
    job = PrintJob(
        number=numbers.next_number(session, "DY", now.year),
        request_key=request_key,
        lot_id=lot_id,
        lo=lo,
        hi=lo + count,
        stock=stock,
        format=format,
        skip=skip,
        created_by=actor.login,
        created_at=now,
    )
    session.add(job)
    session.flush()
    outbox.enqueue(session, EFFECT, {"job": job.id}, f"{EFFECT}:{job.id}", now)
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


def find_job(session: Session, number: str) -> PrintJob:
    """The print job with that number. Raises NotFound."""
    job = session.scalar(sa.select(PrintJob).where(PrintJob.number == number))
    if job is None:
        raise NotFound("job_unknown", N_("No print job %(job)s."), job=number)
    return job


def label_records(
    session: Session, ring: KeyRing, lot: Lot, items: ItemSet, base_url: str
) -> Iterator[LabelRecord]:
    """What stands on the labels of ``items`` of a lot, ascending."""
    article = lot.article
    gtin = Gtin.parse(article.gtin) if article.gtin else None
    for _, serial in serials_of(session, ring, lot.id, items):
        link = DigitalLink.build(base_url, serial, gtin, LotCode.parse(lot.ai10))
        yield LabelRecord(
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
    stock: str,
    out: IO[bytes],
    skip: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw the labels of ``items`` of a lot into ``out``; how many there are."""
    records = label_records(session, ring, lot, items, base_url)
    return render(format, records, load_stock(stock), out, progress, skip)


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
        job.stock,
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
    if job is None or job.state == "finished":
        return
    job.state, job.done, job.sha256 = "finished", job.hi - job.lo, sha256
    job.finished_at = now
    items = ItemSet.range(job.lo, job.hi)
    mark_items(session, job.lot_id, items, "printed", actor, now)
    audit.record(session, actor.login, "labels.done", f"print_job:{job.id}", now)


def fail_job(session: Session, job_id: int, error: str) -> None:
    """The labels cannot be drawn, e.g. a character is missing from the font."""
    session.execute(
        sa.update(PrintJob)
        .where(PrintJob.id == job_id)
        .values(state="failed", error=error)
    )
