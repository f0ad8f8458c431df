"""A job on a printer in somebody's hands: pause, go on, settle doubts, cancel."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.first_labels import awaits_first
from ...labels.jobs.ledger import job_ledger
from ...labels.jobs.machine import ENDED
from ...labels.jobs.scanned import item_of
from ...labels.jobs.service import find_job
from ...labels.jobs.steering import (
    cancel_rest,
    pause_job,
    resume_job,
    settle_lost,
    settle_scan,
)
from ...labels.jobs.tables import PrintJob
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ..current import actor, house
from ..forms import scan_field, text_field
from ..problems import status_of
from .room import own_batch, room


@room.post("/line/jobs/<number>/pause")
def pause_now(number: str) -> ResponseReturnValue:
    def pause(session: Session, job: PrintJob) -> str:
        if job.state not in ENDED:  # it came to its end while somebody reached for F1
            pause_job(session, job, actor(), clock.now())
        return _bench(job)

    return _do(number, "line/cancel.html", pause)


@room.get("/line/jobs/<number>/resume")
def resume_form(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        job = find_job(session, number)
        if awaits_first(job):
            return redirect(url_for("line.first_form", number=number))
        return _form(session, job, "line/resume.html")


@room.post("/line/jobs/<number>/resume")
def resume_now(number: str) -> ResponseReturnValue:
    """Go on after the label in hand; or, when nothing is in doubt, simply go on."""

    def resume(session: Session, job: PrintJob) -> str:
        scanned = text_field("code", LINK_LIMIT)
        last = item_of(session, house().keys, job, scanned) if scanned else None
        if resume_job(session, job, last, actor(), clock.now()):
            return url_for("line.settle_form", number=number)
        return _bench(job)

    return _do(number, "line/resume.html", resume)


@room.get("/line/jobs/<number>/settle")
def settle_form(number: str) -> ResponseReturnValue:
    return _show(number, "line/settle.html")


@room.post("/line/jobs/<number>/settle")
def settle_now(number: str) -> ResponseReturnValue:
    """A label in doubt was scanned: it is here. The form waits for the next one."""

    def settle(session: Session, job: PrintJob) -> str:
        item = item_of(session, house().keys, job, scan_field("code", LINK_LIMIT))
        here = ItemSet.range(item, item + 1)
        if not settle_scan(session, job, here, actor(), clock.now()):
            raise Conflict(
                "label_not_in_doubt",
                N_("Label %(item)s is not in doubt. Scan the next one in hand."),
                item=item + 1,
            )
        return url_for("line.settle_form", number=number)

    return _do(number, "line/settle.html", settle)


@room.post("/line/jobs/<number>/lost")
def lost_now(number: str) -> ResponseReturnValue:
    """The labels still in doubt did not come out: their codes are void."""

    def lose(session: Session, job: PrintJob) -> str:
        settle_lost(session, job, actor(), clock.now())
        return _bench(job)

    return _do(number, "line/settle.html", lose, "labels.void")


@room.get("/line/jobs/<number>/cancel")
def cancel_form(number: str) -> ResponseReturnValue:
    return _show(number, "line/cancel.html")


@room.post("/line/jobs/<number>/cancel")
def cancel_now(number: str) -> ResponseReturnValue:
    def cancel(session: Session, job: PrintJob) -> str:
        cancel_rest(session, job, actor(), clock.now())
        return _bench(job)

    return _do(number, "line/cancel.html", cancel)


def _do(
    number: str,
    template: str,
    deed: Callable[[Session, PrintJob], str],
    right: str = "labels.print",
) -> ResponseReturnValue:
    """Do something to a job and go where ``deed`` says; what cannot be done is said
    above the form, drawn anew."""
    actor().require(right)
    try:
        with house().plant.writing() as session:
            address = deed(session, find_job(session, number))
    except LotmarkError as error:
        with house().plant.reading() as session:
            job = find_job(session, number)
            return _form(session, job, template, error), status_of(error)
    return redirect(address)


def _show(number: str, template: str) -> str:
    actor().require("labels.print")
    with house().plant.reading() as session:
        return _form(session, find_job(session, number), template)


def _bench(job: PrintJob) -> str:
    return url_for("line.batch", lot_id=job.lot_id)


def _form(
    session: Session, job: PrintJob, template: str, error: LotmarkError | None = None
) -> str:
    lot = own_batch(session, job.lot_id)
    return render_template(
        template,
        job=job,
        lot=lot,
        line=lot.line,
        ledger=job_ledger(session, job, clock.now()),
        code=request.form.get("code", ""),
        error=error,
    )
