"""A job on a printer in somebody's hands: pause, go on, settle doubts, cancel."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.first_labels import first_label_missing
from ...labels.jobs.ledger import job_ledger
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
from .printing import awaits_first
from .room import own_batch, room


@room.post("/line/jobs/<number>/pause")
def pause_now(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.writing() as session:
        job = find_job(session, number)
        pause_job(session, job, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=job.lot_id))


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
    actor().require("labels.print")
    try:
        scanned = text_field("code", LINK_LIMIT)
        with house().plant.writing() as session:
            job = find_job(session, number)
            _require_first(session, job)
            last = item_of(session, house().keys, job, scanned) if scanned else None
            doubtful = resume_job(session, job, last, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            job = find_job(session, number)
            return _form(session, job, "line/resume.html", error), status_of(error)
    if doubtful:
        return redirect(url_for("line.settle_form", number=number))
    return redirect(url_for("line.batch", lot_id=job.lot_id))


def _require_first(session: Session, job: PrintJob) -> None:
    """Raises Conflict ``first_label_due``: nothing else lets such a job go on."""
    if awaits_first(job) and first_label_missing(session, job):
        raise Conflict(
            "first_label_due",
            N_(
                "The first label of %(job)s is not checked yet. Press F5 and scan it; "
                "when it matches, print on."
            ),
            job=job.number,
        )


@room.get("/line/jobs/<number>/settle")
def settle_form(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        return _form(session, find_job(session, number), "line/settle.html")


@room.post("/line/jobs/<number>/settle")
def settle_now(number: str) -> ResponseReturnValue:
    """A label in doubt was scanned: it is here. The form waits for the next one."""
    actor().require("labels.print")
    try:
        scanned = scan_field("code", LINK_LIMIT)
        with house().plant.writing() as session:
            job = find_job(session, number)
            item = item_of(session, house().keys, job, scanned)
            here = ItemSet.range(item, item + 1)
            if not settle_scan(session, job, here, actor(), clock.now()):
                raise Conflict(
                    "label_not_in_doubt",
                    N_("Label %(item)s is not in doubt. Scan the next one in hand."),
                    item=item + 1,
                )
    except LotmarkError as error:
        with house().plant.reading() as session:
            job = find_job(session, number)
            return _form(session, job, "line/settle.html", error), status_of(error)
    return redirect(url_for("line.settle_form", number=number))


@room.post("/line/jobs/<number>/lost")
def lost_now(number: str) -> ResponseReturnValue:
    """The labels still in doubt did not come out: their codes are void."""
    actor().require("labels.void")
    with house().plant.writing() as session:
        job = find_job(session, number)
        settle_lost(session, job, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=job.lot_id))


@room.get("/line/jobs/<number>/cancel")
def cancel_form(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        return _form(session, find_job(session, number), "line/cancel.html")


@room.post("/line/jobs/<number>/cancel")
def cancel_now(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.writing() as session:
        job = find_job(session, number)
        cancel_rest(session, job, actor(), clock.now())
    return redirect(url_for("line.batch", lot_id=job.lot_id))


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
