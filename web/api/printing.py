"""Printers, and the jobs that go straight to them: ordered, watched, steered."""

import secrets
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...labels.jobs.first_labels import awaits_first, check_first_label
from ...labels.jobs.gates import order_at_line
from ...labels.jobs.ledger import job_ledger
from ...labels.jobs.printers import list_printers
from ...labels.jobs.scanned import item_of
from ...labels.jobs.service import find_job
from ...labels.jobs.steering import cancel_rest, pause_job, resume_job
from ...labels.jobs.tables import Printer, PrintJob
from ...trace import clock
from ...trace.faults import read_fault
from ...trace.people import Actor
from ..current import house
from ..i18n import say
from .lots import find_lot
from .room import reads, writes
from .values import Code, Id, Line, Shown, Told

TAG = "Printing"


class PrinterOut(Shown):
    """A printer in use, and what it said of itself."""

    code: str
    name: str
    line: str | None
    """Code of the line it stands at; null for the whole plant."""
    kind: Literal["tcp", "ipp", "folder"]
    stock: str
    """The label stock that is loaded."""
    status: Literal["ok", "attention", "no_answer", "unknown"]
    """`unknown`: it never says."""
    trouble: list[str]
    """Why it needs somebody, such as `paper_out` or `head_open`."""
    answered_at: datetime | None
    """When it last answered."""
    labels_left: int | None
    """On the roll, if it says so."""


class PrintersOut(Shown):
    """All printers in use."""

    items: list[PrinterOut]


class JobIn(Told):
    """New labels for a batch in production."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"lot_id": 17, "count": 500, "printer": "L2-ZT1"}]
        }
    )

    lot_id: Id
    count: int = Field(strict=True, ge=1, lt=2**53)
    printer: Code
    """Code of the printer."""
    first_check: bool = False
    """Pause after the first label, until it was scanned and is right. A batch that
    runs on a line always does."""


class ResumeIn(Told):
    """Where a job goes on."""

    last: Line = ""
    """The code of the last label that came out; empty when nothing is in doubt. A job
    that waits for its first label goes on with the code of that one alone."""


class JobOut(Shown):
    """A job on a printer: each of its labels is in exactly one of the sets."""

    number: str
    lot_id: int
    printer: str
    state: str
    reason: str
    """Why it paused or failed, in words; empty otherwise."""
    labels: int
    left: str
    """Items never sent, as ranges from 0; they come next."""
    sending: str
    sent: str
    """In the printer, and not known to be out."""
    confirmed: str
    needs_scan: str
    """Perhaps out: to be scanned, and never sent again."""
    lost: str
    """Did not come out; their codes are void."""
    cancelled: str
    rate: float
    """Labels a minute, lately."""
    eta: datetime | None


@reads("/printers", "labels.print", PrintersOut, tag=TAG)
def list_all_printers(session: Session) -> Any:
    """List the printers in use."""
    return {"items": [_printer(one) for one in list_printers(session)]}


@reads("/print-jobs/<number>", "labels.print", JobOut, tag=TAG)
def get_print_job(session: Session, number: str) -> Any:
    """Say where each label of a job is."""
    return _job(session, find_job(session, number), clock.now())


@writes("/print-jobs", "labels.print", JobIn, JobOut, tag=TAG)
def post_print_jobs(session: Session, body: JobIn, actor: Actor, now: datetime) -> Any:
    """Order labels from a printer.

    Takes the right `codes.issue` too: each label has a new code, printed at most once.
    On a line the gates of `/line` hold: `line_not_cleared` until somebody there said
    that the line is clear, `first_label_due` until the first label of the order before
    was right; and the job pauses after its own first label.
    """
    lot = find_lot(session, body.lot_id)
    job = order_at_line(
        session,
        lot.id,
        body.count,
        body.printer,
        f"api-{secrets.token_hex(12)}",
        house().keys.current.version,
        house().settings.base_url,
        actor,
        now,
        first_check=body.first_check,
    )
    return _job(session, job, now)


@writes("/print-jobs/<number>/pause", "labels.print", None, JobOut, tag=TAG, status=200)
def pause_print_job(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Send nothing more until it is resumed."""
    job = find_job(session, number)
    pause_job(session, job, actor, now)
    return _job(session, job, now)


@writes(
    "/print-jobs/<number>/resume",
    "labels.print",
    ResumeIn,
    JobOut,
    tag=TAG,
    status=200,
)
def resume_print_job(
    session: Session, body: ResumeIn, number: str, actor: Actor, now: datetime
) -> Any:
    """Go on with the first label never sent.

    What came out after `last`, if anything did, stays in `needs_scan`.
    """
    job = find_job(session, number)
    last = item_of(session, house().keys, job, body.last) if body.last else None
    if last is not None and awaits_first(job):
        found = job.lot_id, last
        check_first_label(session, job, body.last, found, actor, now)
    resume_job(session, job, last, actor, now)
    return _job(session, job, now)


@writes(
    "/print-jobs/<number>/cancel", "labels.print", None, JobOut, tag=TAG, status=200
)
def cancel_print_job(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Never send what was not sent yet; those codes do not count against the plan."""
    job = find_job(session, number)
    cancel_rest(session, job, actor, now)
    return _job(session, job, now)


def _printer(printer: Printer) -> dict[str, Any]:
    told = {
        name: getattr(printer, name)
        for name in PrinterOut.model_fields
        if name not in ("line", "trouble")
    }
    line = printer.line.code if printer.line else None
    return {**told, "line": line, "trouble": printer.status_words.split()}


def _job(session: Session, job: PrintJob, now: datetime) -> dict[str, Any]:
    ledger = job_ledger(session, job, now)
    sets = ("left", "sending", "sent", "confirmed", "needs_scan", "lost", "cancelled")
    return {
        "number": job.number,
        "lot_id": job.lot_id,
        "printer": job.printer.code if job.printer else "",
        "state": job.state,
        "reason": say(read_fault(job.error)) if job.error else "",
        "labels": job.labels,
        **{name: str(getattr(ledger, name)) for name in sets},
        "rate": round(ledger.rate, 1),
        "eta": ledger.eta,
    }
