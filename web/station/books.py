"""What a line PC writes down of its printer and labels, before and after each step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...labels.devices.device import Device, Status
from ...labels.jobs.first_labels import FIRST
from ...trace.db import Database
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.identity.items import ItemSet
from .events import server_now
from .orders import block_over
from .printer import Place
from .spans import GONE, cut, spans_of
from .steering import came_out, cancel_rest, end_if_done, pause
from .tables import Block, Job, Span, fact, know
from .times import Tick, tick

IN_FLIGHT = 50
"""Most labels sent and not known to be out: so many are in doubt after a fault."""
ASK_EVERY = timedelta(seconds=30)
"""How often an idle printer is asked how it is."""


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Labels that go to the printer in one piece."""

    span_id: int
    block_id: int
    places: ItemSet
    copy: int
    name: str
    columns: int

    @property
    def count(self) -> int:
        return self.places.count

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)


class StationBooks:
    """What the PC's file keeps of its printer; nothing is sent before it is in it."""

    name = "station"
    in_flight = IN_FLIGHT

    def __init__(self, store: Database, place: Place) -> None:
        self.store, self.place = store, place
        with store.reading() as session:
            said = fact(session, "printer", {})
        self.answers = bool(said.get("answered_at"))
        self.asked = False

    def open(self) -> Device:
        return self.place.open()

    def next(self, most: int) -> Sheaf | None:
        with self.store.reading() as session:
            found = session.execute(_waiting()).first()
            if found is None:
                return None
            span, job = found
            begun = spans_of(session, *GONE, job_id=job.id)
            if job.first_check and not begun:
                most = 1
            most = max(most // self.place.stock.columns, 1) * self.place.stock.columns
            places = ItemSet.range(span.lo, min(span.lo + most, span.hi))
            name = f"B{span.block_id}-J{job.id}-{span.lo:08}"
            columns = self.place.stock.columns
            return Sheaf(span.id, span.block_id, places, job.copy, name, columns)

    def draw(self, sheaf: Sheaf) -> bytes:
        with self.store.reading() as session:
            return self.place.draw(session, sheaf.block_id, sheaf.places, sheaf.copy)

    def fail(self, sheaf: Sheaf, error: LotmarkError) -> None:
        with self.store.writing() as session:
            job = _job_of(session, sheaf.span_id)
            pause(session, job, error)
            cancel_rest(session, job)

    def begin(self, sheaf: Sheaf) -> int:
        """0 too when the shift of the block is over."""
        with self.store.writing() as session:
            span = session.get(Span, sheaf.span_id)
            if span is None or span.state != "waiting":
                return 0
            job = session.get_one(Job, span.job_id)
            block = session.get_one(Block, span.block_id)
            if job.state != "printing" or sheaf.places - ItemSet.range(
                span.lo, span.hi
            ):
                return 0
            if server_now(session, tick()) > block.until:
                pause(session, job, block_over(block))
                return 0
            (piece,) = cut(session, span, sheaf.places)
            piece.state = "sending"
            return piece.id

    def sent(self, block: int, remote: str, due_out: datetime | None) -> None:
        with self.store.writing() as session:
            span = session.get_one(Span, block)
            if span.state != "sending":
                return
            span.state = "sent"
            if due_out is not None:
                at = tick()
                span.due_out = server_now(session, at) + (due_out - at.wall)
            session.flush()
            _check_first(session, _job_of(session, block))

    def settle(self, out: list[int], odd: list[int]) -> None:
        at = tick()
        with self.store.writing() as session:
            for span in (session.get_one(Span, number) for number in out):
                job = session.get_one(Job, span.job_id)
                if span.state == "sent":
                    came_out(session, job, [span], job.by, at)
                end_if_done(session, job)
            _doubt(session, odd, _miscounted())

    def doubt(self, blocks: list[int]) -> None:
        with self.store.writing() as session:
            _doubt(session, blocks, _broken())

    def note(self, state: str, status: Status | None, words: str) -> None:
        self.asked = True
        self.answers = self.answers or status is not None
        with self.store.writing() as session:
            now = server_now(session, tick()).isoformat()
            said = fact(session, "printer", {})
            said = {**said, "state": state, "words": words, "asked_at": now}
            if status is not None:
                said |= {"answered_at": now, "labels_left": status.labels_left}
            know(session, "printer", said)

    def keep(self) -> None:
        """Nobody else serves this printer: the file is locked (``running``)."""

    def errand(self) -> bytes:
        """None: test labels and rulers are asked for at the plant's own printers."""
        return b""

    def end(self) -> None:
        """What a printer that never answers must have printed by now counts as out."""
        with self.store.writing() as session:
            for span in [s for s in spans_of(session, "sent") if s.due_out]:
                job = session.get_one(Job, span.job_id)
                came_out(session, job, [span], job.by, tick())
            for job in session.scalars(sa.select(Job).filter_by(state="printing")):
                if not spans_of(session, "waiting", "sending", job_id=job.id):
                    end_if_done(session, job)


def take_over(store: Database) -> None:
    """What an earlier run left on its way, or in the printer, is in doubt."""
    at = tick()
    with store.writing() as session:
        now = server_now(session, at)
        for span in spans_of(session, "sent"):
            if span.due_out is not None and span.due_out <= now:
                job = session.get_one(Job, span.job_id)
                came_out(session, job, [span], job.by, at)
                end_if_done(session, job)
        left = [span.id for span in spans_of(session, "sending", "sent")]
        _doubt(session, left, _interrupted())


def is_due(store: Database, at: Tick) -> bool:
    """Whether the printer has something to do, or was not asked for a while."""
    with store.reading() as session:
        if session.execute(_waiting()).first() or spans_of(session, "sent"):
            return True
        said = fact(session, "printer", {})
        asked = said.get("asked_at")
        now = server_now(session, at)
    return asked is None or now - datetime.fromisoformat(asked) > ASK_EVERY


def _waiting() -> sa.Select[Span, Job]:
    """The next labels of a job that prints."""
    return (
        sa.select(Span, Job)
        .join(Job, Job.id == Span.job_id)
        .where(Span.state == "waiting", Job.state == "printing")
        .order_by(Span.job_id, Span.block_id, Span.lo)
        .limit(1)
    )


def _job_of(session: Session, span_id: int) -> Job:
    span = session.get_one(Span, span_id)
    return session.get_one(Job, span.job_id)


def _check_first(session: Session, job: Job) -> None:
    """After the first row of a job that wants it, somebody looks at it."""
    first = len(spans_of(session, *GONE, job_id=job.id)) == 1
    if job.first_check and first and spans_of(session, "waiting", job_id=job.id):
        pause(
            session,
            job,
            Conflict(
                FIRST,
                N_(
                    "First-label check: scan the first label, then the rest is printed."
                ),
            ),
        )


def _doubt(session: Session, numbers: list[int], why: LotmarkError) -> None:
    for span in (session.get_one(Span, number) for number in numbers):
        if span.state in ("sending", "sent"):
            span.state = "needs_scan"
            pause(session, session.get_one(Job, span.job_id), why)
    session.flush()


def _broken() -> Conflict:
    return Conflict(
        "station_printer_broke_off",
        N_(
            "The connection to the printer broke while it was printing. Scan the last "
            "label that came out, then resume."
        ),
    )


def _miscounted() -> Conflict:
    return Conflict(
        "station_printer_miscounted",
        N_(
            "The printer counted another number of labels than it was sent: some came "
            "out twice, or not at all. Scan each of them, then resume."
        ),
    )


def _interrupted() -> Conflict:
    return Conflict(
        "station_interrupted",
        N_(
            "This PC stopped while it was printing. Scan the last label that came out, "
            "then resume."
        ),
    )
