"""Voiding by count: wet labels do not scan, but people know it was the last twelve."""

from datetime import datetime

from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.people import Actor
from ...trace.production.items import void_items
from ...trace.production.marks import marked_items
from .blocks import OUT, items_in
from .machine import lock_job
from .tables import PrintJob


def void_last(
    session: Session,
    job: PrintJob,
    count: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    """The last ``count`` labels that came out of a printer are destroyed; which.

    Labels voided before are passed over. Raises InvalidInput ``void_count_invalid``,
    Conflict ``item_on_pack``, Forbidden: voiding is the line leader's.
    """
    actor.require("labels.void")
    lock_job(session, job)
    out = items_in(session, job, *OUT) - marked_items(session, job.lot_id, "voided")
    if not 1 <= count <= out.count:
        raise InvalidInput(
            "void_count_invalid",
            N_(
                "Expected 1 to %(most)s labels of job %(job)s, got %(count)s: so many "
                "came out and are not void."
            ),
            most=out.count,
            job=job.number,
            count=count,
        )
    last = out - (out.take(out.count - count) if count < out.count else EMPTY)
    return void_items(session, job.lot_id, last, reason, actor, now)
