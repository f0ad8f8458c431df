"""Ordering labels straight from a printer."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, numbers
from ...trace.errors import N_, Conflict
from ...trace.parties.lots import lock_lots
from ...trace.people import Actor
from ...trace.production.codes import issue_codes
from .drawing import stock_on
from .printers import find_printer
from .service import check_on, spoiled_codes
from .tables import PrintBlock, Printer, PrintJob


def order_print(
    session: Session,
    lot_id: int,
    count: int,
    printer_code: str,
    request_key: str,
    key_version: int,
    base_url: str,
    actor: Actor,
    now: datetime,
    *,
    skip: int = 0,
    first_check: bool = False,
) -> PrintJob:
    """Issue ``count`` codes for a batch and have a printer print them, each once.

    The press of the worker sends them; nothing has left when this returns. ``skip`` is
    how many labels of the first sheet are used already; with ``first_check`` the job
    pauses after its first row or sheet, until ``resume_job``. The same ``request_key``
    again returns the first job; for another order it raises Conflict ``order_changed``.
    Raises what ``issue_codes``, ``find_printer`` and the drawing of a label raise; then
    no code is issued.
    """
    actor.require("labels.print")
    lot = lock_lots(session, [lot_id])[lot_id]
    printer = find_printer(session, printer_code)
    known = job_of_request(session, request_key)
    if known is not None:
        check_same_order(known, (lot_id, count, printer.id, skip))
        return known
    check_on(lot, printer.format, stock_on(printer, printer.stock), skip, base_url)
    ranges = issue_codes(
        session,
        lot_id,
        count,
        key_version,
        actor,
        now,
        spoiled=spoiled_codes(session, lot_id),
    )
    lo = ranges[0].lot_lo or 0
    job = new_job(
        session, lot_id, printer, [(lo, lo + count, 0)], request_key, actor, now
    )
    job.skip, job.first_check = skip, first_check
    audit.record(
        session,
        actor.login,
        "labels.order",
        f"print_job:{job.id}",
        now,
        lot=lot_id,
        count=count,
        printer=printer.code,
        stock=printer.stock,
    )
    return job


def new_job(
    session: Session,
    lot_id: int,
    printer: Printer,
    blocks: list[tuple[int, int, int]],
    request_key: str,
    actor: Actor,
    now: datetime,
) -> PrintJob:
    """A job for a printer; ``blocks`` are ``(lo, hi, copy)``, none of them sent."""
    job = PrintJob(
        number=numbers.next_number(session, "DY", now.year),
        request_key=request_key,
        lot_id=lot_id,
        lo=min(lo for lo, _, _ in blocks),
        hi=max(hi for _, hi, _ in blocks),
        labels=sum(hi - lo for lo, hi, _ in blocks),
        printer_id=printer.id,
        reprint=blocks[0][2] > 0,
        stock=printer.stock,
        format=printer.format,
        created_by=actor.login,
        created_at=now,
    )
    session.add(job)
    session.flush()
    session.add_all(
        PrintBlock(job_id=job.id, lo=lo, hi=hi, copy=copy) for lo, hi, copy in blocks
    )
    session.flush()
    return job


def job_of_request(session: Session, request_key: str) -> PrintJob | None:
    """The job that a form with that key gave before."""
    return session.scalar(
        sa.select(PrintJob).where(PrintJob.request_key == request_key)
    )


def check_same_order(job: PrintJob, asked: tuple[object, ...]) -> None:
    """Raises Conflict ``order_changed`` unless the job is what is asked for again."""
    if asked != (job.lot_id, job.labels, job.printer_id, job.skip):
        raise Conflict(
            "order_changed",
            N_(
                "This form was sent before and gave print job %(job)s for %(count)s "
                "labels. Look at that job first; print again only for more labels."
            ),
            job=job.number,
            count=job.labels,
        )
