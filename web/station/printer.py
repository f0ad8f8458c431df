"""The printer of a line PC: where it is, and what is written down of its labels."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...labels.devices.addresses import Address, open_device
from ...labels.devices.device import Device, Status
from ...labels.devices.spooler import SpoolerDevice
from ...labels.devices.usb import UsbDevice
from ...labels.engine.render import check_form, render
from ...labels.engine.stock import Stock, load_stock
from ...trace.db import Database
from ...trace.errors import N_, Conflict, InvalidInput, LotmarkError
from ...trace.identity.items import ItemSet
from .events import server_now
from .held import labels_of
from .orders import block_over
from .spans import GONE, cut, spans_of
from .steering import came_out, cancel_rest, end_if_done, pause
from .tables import Block, Job, Span, fact, know
from .times import Tick, tick

IN_FLIGHT = 50
"""Most labels sent and not known to be out: so many are in doubt after a fault."""
ASK_EVERY = timedelta(seconds=30)
"""How often an idle printer is asked how it is."""
_PLACE = re.compile(r"(tcp://|folder:|usb:|windows:)(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A printer as the command names it. Raises InvalidInput for what is none.

    >>> Place.read("tcp://10.0.0.7:9100", "zpl", "roll-60x40", 203).address
    '10.0.0.7:9100'
    """

    kind: str
    """``tcp``, ``folder``, ``usb`` or ``windows``."""
    address: str
    format: str
    stock: Stock

    @classmethod
    def read(cls, text: str, format: str, stock: str, dpi: int) -> "Place":
        found = _PLACE.fullmatch(text)
        if found is None:
            raise InvalidInput(
                "printer_place_invalid",
                N_(
                    "Expected a printer as tcp://host:9100, folder:PATH, "
                    "usb:/dev/usb/lp0 or windows:NAME; got %(found)s."
                ),
                found=ascii(text[:80]),
            )
        kind, address = found[1].rstrip(":/"), found[2]
        if kind == "tcp":
            Address(kind, address)
        if kind == "folder":
            address = str(Path(address).resolve())
        paper = replace(load_stock(stock), dpi=dpi)
        check_form(format, paper, 0)
        return cls(kind, address, format, paper)

    def open(self) -> Device:
        """Reach it. Raises NotReached."""
        if self.kind == "usb":
            return UsbDevice(Path(self.address), self.format)
        if self.kind == "windows":
            return SpoolerDevice(self.address)
        return open_device(Address(self.kind, self.address), self.format)

    def draw(
        self, session: Session, block_id: int, places: ItemSet, copy: int
    ) -> bytes:
        """Exactly what is sent for places of a block."""
        out = BytesIO()
        labels = labels_of(session, block_id, places, copy)
        render(self.format, [labels], self.stock, out)
        return out.getvalue()


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
                "first_label_check",
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
