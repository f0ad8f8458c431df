"""A batch at a line and a printer beside it, and the press at work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from fake_printer import FakePrinter

from lotmark.labels.jobs import press
from lotmark.labels.jobs.first_labels import check_first_label
from lotmark.labels.jobs.ledger import JobLedger, job_ledger
from lotmark.labels.jobs.orders import order_print
from lotmark.labels.jobs.printers import add_printer
from lotmark.labels.jobs.service import find_job
from lotmark.labels.jobs.steering import resume_job
from lotmark.labels.jobs.tables import PrintJob
from lotmark.trace import clock
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.people import Actor, system
from lotmark.trace.production.batches import open_batch
from lotmark.trace.production.clearance import confirm_clearance
from lotmark.trace.production.codes import serials_of
from lotmark.trace.production.marks import marks_of
from lotmark.web.installation import Installation
from lotmark.web.press import press_until

T = TypeVar("T")


@dataclass
class PressRoom:
    """A house with one batch in production."""

    house: Installation
    lot_id: int

    def add(self, printer: FakePrinter, code: str = "P1", in_flight: int = 50) -> None:
        """Tell the house of a printer."""
        self.add_at(printer.address, printer.language, code, in_flight)

    def add_at(
        self,
        address: str,
        format: str = "zpl",
        code: str = "P1",
        in_flight: int = 50,
        kind: str = "tcp",
    ) -> None:
        with self.house.plant.writing() as session:
            add_printer(
                session,
                code,
                "",
                kind,
                address,
                format,
                "roll-60x40",
                system(),
                clock.now(),
                in_flight=in_flight,
            )

    def order(
        self,
        count: int,
        key: str = "k1",
        code: str = "P1",
        actor: Actor | None = None,
        first_check: bool = False,
    ) -> PrintJob:
        with self.house.plant.writing() as session:
            return order_print(
                session,
                self.lot_id,
                count,
                code,
                key,
                1,
                self.house.settings.base_url,
                actor or system(),
                clock.now(),
                first_check=first_check,
            )

    def send(self, number: str, *counts: int, out: bool = False) -> None:
        """What the press does when it sends blocks of so many labels; ``out``: and the
        printer says that they are out.
        """
        for count in counts:
            now = clock.now()
            with self.house.plant.writing() as session:
                job = find_job(session, number)
                assert job.printer is not None
                sheaf = press.next_sheaf(session, job.printer, count)
                assert sheaf is not None
                assert (sheaf.job_id, sheaf.count) == (job.id, count)
                block = press.begin_sending(session, sheaf, "by hand", now)
                press.note_sent(session, block, "by hand", "", None, now)
                if out:
                    press.note_out(session, [block], now)

    def deed(self, deed: Callable[..., T], number: str, *given: object) -> T:
        """Do something to a job: ``deed(session, job, *given, actor, now)``."""
        who = given[-1] if given and isinstance(given[-1], Actor) else system()
        rest = [one for one in given if one is not who]
        with self.house.plant.writing() as session:
            return deed(session, find_job(session, number), *rest, who, clock.now())

    def first_right(self, number: str) -> None:
        """Somebody scans the first label of a job that waits for it: it is right."""
        with self.house.plant.writing() as session:
            job, now = find_job(session, number), clock.now()
            found = job.lot_id, job.lo
            check_first_label(session, job, "scanned", found, system(), now)
            resume_job(session, job, job.lo, system(), now)

    def job(self, number: str) -> PrintJob:
        with self.house.plant.reading() as session:
            return find_job(session, number)

    def ledger(self, number: str) -> JobLedger:
        with self.house.plant.reading() as session:
            return job_ledger(session, find_job(session, number), clock.now())

    def marked(self, kind: str) -> str:
        with self.house.plant.reading() as session:
            return str(marks_of(session, self.lot_id).get(kind, ""))

    def items(self, printed: list[str]) -> list[int]:
        """Which items of the batch labels say, in their order; all must be its own."""
        with self.house.plant.reading() as session:
            issued = ItemSet.range(0, 1 << 24)
            known = sa.text("SELECT next_item FROM lot WHERE id = :id").columns(
                next_item=sa.Integer
            )
            many = session.execute(known, {"id": self.lot_id}).scalar_one()
            issued = ItemSet.range(0, many)
            of = {
                serial: item
                for item, serial in serials_of(
                    session, self.house.keys, self.lot_id, issued
                )
            }
        return [of[text[-16:]] for text in printed]


def room_in(
    house: Installation, planned: int = 100_000, *, cleared: bool = True
) -> PressRoom:
    """A batch on the first line, which is clear for it."""
    now = clock.now()
    with house.plant.writing() as session:
        line = session.scalars(sa.select(Line)).unique().first()
        product = sa.select(Article).where(Article.kind == "product")
        article = session.scalars(product).first()
        assert line is not None
        assert article is not None
        day = now.date()
        lot = open_batch(session, article, line, "P-1", day, planned, system(), now)
        if cleared:
            confirm_clearance(session, lot.id, system(), now)
        return PressRoom(house, lot.id)


@contextmanager
def pressing(house: Installation) -> Iterator[None]:
    """The press at work until the end of the block."""
    stop = threading.Event()
    thread = threading.Thread(target=press_until, args=(house, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Until it is so; fails when it does not happen in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
