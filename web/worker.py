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
from sqlalchemy.exc import OperationalError

from ..labels.jobs import service as jobs
from ..labels.jobs.tables import PrintJob
from ..labels.jobs.turns import EFFECT
from ..recall.complaints.retention import erase_expired
from ..recall.notices.publishing import retire_due
from ..recall.scope.saved import changed_scopes, check_scopes
from ..trace import clock, files, outbox, people, rules
from ..trace.db import Session
from ..trace.errors import N_, Conflict, LotmarkError
from ..trace.exchange import orders
from ..trace.scans import add_partitions, forget_scans
from ..trace.stock.counted import open_due_counts
from .api.retention import forget_answers
from .imports.work import do_order, give_up_order
from .installation import Installation
from .press import press_until
from .sending import courier
from .sent_forms import forget_forms

log = structlog.get_logger()

IDLE = 0.3
"""Seconds between looks at an empty outbox."""
NOTE_EVERY = 0.3
"""Seconds between notes of a job's progress."""
SWEEP_EVERY = timedelta(hours=1)
GRACE = 8.0
"""Seconds for labels that are on their way when we are told to stop."""

Handler = Callable[[Installation, outbox.Claim], None]


def draw_job(house: Installation, claimed: outbox.Claim) -> None:
    """Draw a print job and keep its file.

    Each note of its progress renews the claim, or a second worker would draw it too.
    """
    noted = time.monotonic()

    def note(done: int) -> None:
        nonlocal noted
        if time.monotonic() - noted > NOTE_EVERY:
            noted = time.monotonic()
            with house.plant.writing() as session:
                outbox.renew(session, claimed, clock.now())
                jobs.note_progress(session, job.id, done)

    try:
        with house.plant.reading() as session:
            job = session.get_one(PrintJob, claimed.payload["job"])
            if job.state in jobs.SETTLED:
                return
            base_url = house.settings.base_url
            content = jobs.draw_job(session, house.keys, job, base_url, note)
    except LotmarkError as error:  # the labels themselves are wrong: trying again is
        with house.plant.writing() as session:  # no help, the operator must see why
            jobs.fail_job(
                session, claimed.payload["job"], error, people.system(), clock.now()
            )
        return
    media_type = "application/pdf" if job.format == "pdf" else "text/plain"
    name = files.write(house.settings.files, content)
    now = clock.now()
    with house.plant.writing() as session:
        files.keep(session, name, len(content), media_type, now)
        jobs.finish_job(session, job.id, name, people.system(), now)


def give_up_job(session: Session, payload: dict[str, Any], fault: str) -> None:
    """Nobody will draw the job any more: whoever watches it must not wait."""
    error = Conflict(
        "labels_given_up",
        N_(
            "The server tried for hours and could not draw these labels (%(fault)s). "
            "Call your administrator, then print again."
        ),
        fault=fault,
    )
    jobs.fail_job(session, payload["job"], error, people.system(), clock.now())


HANDLERS: dict[str, Handler] = {
    EFFECT: draw_job,
    orders.EFFECT: do_order,
    **courier.EFFECTS,
}
LAST_WORDS: dict[str, Callable[[Session, dict[str, Any], str], None]] = {
    EFFECT: give_up_job,
    orders.EFFECT: give_up_order,
}
"""What is done when an effect failed for the last time."""
LONG = outbox.Lane(frozenset({orders.EFFECT}))
SHORT = outbox.Lane(LONG.kinds | courier.LANE.kinds, others=True)
"""Labels must not wait behind the import of a million rows, or a slow mail server."""


def work_once(house: Installation, lane: outbox.Lane = outbox.ANY) -> int:
    """Do what is due now; how many effects were tried."""
    with house.plant.reading() as session:
        if not outbox.is_due(session, clock.now(), lane):
            return 0
    with house.plant.writing() as session:
        claims = outbox.claim(session, clock.now(), limit=1, lane=lane)
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
            sweep(house, now)
        if not _work_or_wait(house, SHORT):
            stop.wait(IDLE)


def work_long_until(house: Installation, stop: threading.Event) -> None:
    """Do the long work beside the rest, until ``stop`` is set."""
    while not stop.is_set():
        if not _work_or_wait(house, LONG):
            stop.wait(IDLE)


def _work_or_wait(house: Installation, lane: outbox.Lane) -> int:
    """As ``work_once``; on SQLite a large import may keep us from writing for long."""
    try:
        return work_once(house, lane)
    except OperationalError:
        log.warning("worker.kept_waiting", exc_info=True)
        return 0


def sweep(house: Installation, now: datetime) -> None:
    """What is due by the clock. What fails is logged and due again at the next sweep:
    it must keep neither the rest nor the labels waiting.
    """
    for task in SWEEPS:
        try:
            task(house, now)
        except Exception:
            log.exception("sweep.failed", task=task.__name__)


def erase_personal_data(house: Installation, now: datetime) -> None:
    """Personal data past its time."""
    with house.plant.writing() as session:
        erase_expired(session, now)


def forget_log_ins(house: Installation, now: datetime) -> None:
    """Log-ins whose time is over."""
    with house.plant.writing() as session:
        people.forget_log_ins(session, now)


def keep_scans(house: Installation, now: datetime) -> None:
    """Room for the scans to come; scans past their time."""
    kept = timedelta(days=rules.read("retention")["days"]["scan"])
    with house.scans.writing() as session:
        add_partitions(session, now)
        forget_scans(session, now - kept)


def check_kept_scopes(house: Installation, now: datetime) -> None:
    """Scopes that later records make another of; looking first keeps nobody waiting."""
    with house.plant.reading() as session:
        changed = changed_scopes(session)
    if changed:
        with house.plant.writing() as session:
            for number in check_scopes(session, changed, now):
                log.warning("scope.stale", number=number)


def sweep_files(house: Installation, now: datetime) -> None:
    """Files nobody names."""
    with house.plant.reading() as session:
        files.sweep(session, house.settings.files, now)


def ask_for_counts(house: Installation, now: datetime) -> None:
    """The monthly count of every warehouse (domain.md §3.5)."""
    with house.plant.writing() as session:
        open_due_counts(session, now)


def forget_old_answers(house: Installation, now: datetime) -> None:
    """What is kept to know requests of machines and forms of people sent again."""
    with house.plant.writing() as session:
        forget_answers(session, now)
        forget_forms(session, now)


def retire_notices(house: Installation, now: datetime) -> None:
    """Notices of recalls that were closed a year ago."""
    with house.plant.writing() as session:
        retire_due(session, now)


SWEEPS: tuple[Callable[[Installation, datetime], None], ...] = (
    erase_personal_data,
    forget_log_ins,
    forget_old_answers,
    keep_scans,
    check_kept_scopes,
    sweep_files,
    ask_for_counts,
    retire_notices,
)


def run(house: Installation) -> None:
    """Work until told to stop by SIGTERM or SIGINT."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("worker.start", database=house.plant.url.render_as_string())
    # Daemons: what they have in hand when we are told to stop is undone and done again;
    # only labels on their way to a printer would be in doubt.
    _start_lane(work_long_until, house, stop)
    _start_lane(courier.deliver_until, house, stop)
    press = _start_lane(press_until, house, stop)
    work_until(house, stop)
    press.join(GRACE)
    log.info("worker.stop")


def _start_lane(
    work: Callable[[Installation, threading.Event], None],
    house: Installation,
    stop: threading.Event,
) -> threading.Thread:
    lane = threading.Thread(target=_lane, args=(work, house, stop), daemon=True)
    lane.start()
    return lane


def _lane(
    work: Callable[[Installation, threading.Event], None],
    house: Installation,
    stop: threading.Event,
) -> None:
    try:
        work(house, stop)
    finally:
        stop.set()  # whatever ended it: the server starts a worker again that ends


def _do(house: Installation, claimed: outbox.Claim) -> None:
    handler = HANDLERS.get(claimed.kind)
    if handler is None:  # e.g. written by a newer version, which is not running
        log.error("effect.unknown", kind=claimed.kind, effect=claimed.id)
        with house.plant.writing() as session:
            known = ", ".join(HANDLERS)
            error = f"No handler for {claimed.kind}; this version has {known}."
            outbox.give_up(session, claimed, error)
        return
    try:
        handler(house, claimed)
    except outbox.ClaimLost:
        log.warning("effect.lost", kind=claimed.kind, effect=claimed.id)
        return
    except Exception as error:
        log.exception("effect.failed", kind=claimed.kind, effect=claimed.id)
        with house.plant.writing() as session:
            kept = outbox.fail(session, claimed, repr(error)[:500], clock.now())
            if kept and outbox.is_last(claimed) and claimed.kind in LAST_WORDS:
                LAST_WORDS[claimed.kind](session, claimed.payload, repr(error)[:200])
        return
    with house.plant.writing() as session:
        outbox.finish(session, claimed)
