"""The worker: does what the outbox asks, and what is due by the clock.

The one map from effects and sweeps to their handlers. A handler may run twice; it must
leave the same result.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import structlog

from ..labels.jobs import service as jobs
from ..labels.jobs.tables import PrintJob
from ..trace import clock, files, outbox, people
from ..trace.errors import LotmarkError
from .installation import Installation

log = structlog.get_logger()

IDLE = 0.3
"""Seconds between looks at an empty outbox."""
NOTE_EVERY = 0.3
"""Seconds between notes of a job's progress."""
SWEEP_EVERY = timedelta(hours=1)

Handler = Callable[[Installation, dict[str, Any]], None]


def draw_job(house: Installation, payload: dict[str, Any]) -> None:
    """Draw a print job and keep its file."""
    noted = time.monotonic()

    def note(done: int) -> None:
        nonlocal noted
        if time.monotonic() - noted > NOTE_EVERY:
            noted = time.monotonic()
            with house.plant.writing() as session:
                jobs.note_progress(session, job.id, done)

    try:
        with house.plant.reading() as session:
            job = session.get_one(PrintJob, payload["job"])
            if job.state == "finished":
                return
            base_url = house.settings.base_url
            content = jobs.draw_job(session, house.keys, job, base_url, note)
    except LotmarkError as error:  # the labels themselves are wrong: trying again is
        with house.plant.writing() as session:  # no help, the operator must see why
            jobs.fail_job(session, payload["job"], str(error))
        return
    media_type = "application/pdf" if job.format == "pdf" else "text/plain"
    now = clock.now()
    with house.plant.writing() as session:
        file = files.store(session, house.settings.files, content, media_type, now)
        jobs.finish_job(session, job.id, file.sha256, people.system(), now)


HANDLERS: dict[str, Handler] = {jobs.EFFECT: draw_job}


def work_once(house: Installation) -> int:
    """Do what is due now; how many effects were tried."""
    with house.plant.reading() as session:
        if not outbox.is_due(session, clock.now()):
            return 0
    with house.plant.writing() as session:
        claims = outbox.claim(session, clock.now(), limit=1)
    for claimed in claims:
        _do(house, claimed)
    return len(claims)


def work_until(house: Installation, stop: threading.Event) -> None:
    """Work until ``stop`` is set, finishing what is in hand."""
    swept = datetime.min.replace(tzinfo=clock.now().tzinfo)
    while not stop.is_set():
        now = clock.now()
        if now - swept > SWEEP_EVERY:
            swept = now
            with house.plant.reading() as session:
                files.sweep(session, house.settings.files, now)
        if not work_once(house):
            stop.wait(IDLE)


def run(house: Installation) -> None:
    """Work until told to stop by SIGTERM or SIGINT."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("worker.start", database=house.plant.url.render_as_string())
    work_until(house, stop)
    log.info("worker.stop")


def _do(house: Installation, claimed: outbox.Claim) -> None:
    handler = HANDLERS[claimed.kind]
    try:
        handler(house, claimed.payload)
    except Exception as error:
        log.exception("effect.failed", kind=claimed.kind, effect=claimed.id)
        with house.plant.writing() as session:
            outbox.fail(session, claimed, repr(error)[:500], clock.now())
        return
    with house.plant.writing() as session:
        outbox.finish(session, claimed)
