"""The first-label check (首件确认): scan what came out first; it must be that label."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.first_labels import (
    awaits_first,
    check_first_label,
    first_label_of,
)
from ...labels.jobs.service import find_job
from ...labels.jobs.steering import resume_job
from ...labels.jobs.tables import PrintJob
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.identity.links import LINK_LIMIT
from ..current import actor, house
from ..forms import scan_field
from ..problems import status_of, wants_json
from .codes import read_label
from .room import own_batch, room
from .verdicts import Verdict, answer_verdict, first_matches, first_mismatch, unread


@room.get("/line/jobs/<number>/first")
def first_form(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    with house().plant.reading() as session:
        return _form(session, find_job(session, number))


@room.post("/line/jobs/<number>/first")
def first_now(number: str) -> ResponseReturnValue:
    actor().require("labels.print")
    try:
        scanned = scan_field("code", LINK_LIMIT)
        with house().plant.writing() as session:
            verdict = check_first(session, find_job(session, number), scanned)
    except LotmarkError as error:
        if wants_json():
            return answer_verdict(
                unread(error, url_for("line.first_form", number=number))
            )
        with house().plant.reading() as session:
            return _form(session, find_job(session, number), error), status_of(error)
    return answer_verdict(verdict)


def check_first(session: Session, job: PrintJob, scanned: str) -> Verdict:
    """Check a scan against a job's first label, and say what to do next."""
    lot = own_batch(session, job.lot_id)
    status = read_label(session, scanned)  # half a code is no wrong label
    found = None
    if status is not None and status.lot is not None and status.lot_item is not None:
        found = status.lot.id, status.lot_item
    now = clock.now()
    check = check_first_label(session, job, scanned, found, actor(), now)
    if check.matches and awaits_first(job):
        resume_job(session, job, check.item, actor(), now)
    back = url_for("line.batch", lot_id=lot.id)
    if check.matches:
        return first_matches(lot, back)
    return first_mismatch(
        job, lot, status, url_for("line.first_form", number=job.number)
    )


def _form(session: Session, job: PrintJob, error: LotmarkError | None = None) -> str:
    lot = own_batch(session, job.lot_id)
    return render_template(
        "line/first.html",
        job=job,
        lot=lot,
        line=lot.line,
        check=first_label_of(session, job),
        error=error,
    )
