"""A batch's printer and its job there, as the line's screen shows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from ...labels.jobs.ledger import JobLedger
from ...labels.jobs.machine import LIVE
from ...labels.jobs.tables import Printer, PrintJob
from ...trace.errors import N_
from ...trace.faults import read_fault
from ..clocks import span, when
from ..i18n import say
from ..words import PRINTER, PRINTER_NEEDS

ON_PRINTER = (*LIVE, "paused")
"""States of a job on a printer that still wants somebody or something."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A printer as its tile says it."""

    name: str
    kind: str
    """``ok``, ``warn``, ``bad`` or ``none``: shape and colour."""
    word: str
    step: str
    """What to do about it, or nothing."""
    heard: str
    """How long ago it answered."""
    left: str
    """Labels on its roll, if it says so."""
    measured: bool
    """It was calibrated with the ruler: labels come out at 100 %."""


def tile_of(printer: Printer, now: datetime) -> Tile:
    """A printer's tile; what it does not say is said to be unknown."""
    kind, word = PRINTER[printer.status]
    needs = [PRINTER_NEEDS[name] for name in printer.status_words.split()]
    if printer.answered_at is None:
        heard = gettext(N_("It has never answered"))
    else:
        heard = gettext(
            N_("Answered %(time)s ago"), time=_ago(printer.answered_at, now)
        )
    left = printer.labels_left
    return Tile(
        name=printer.name,
        kind=kind,
        word=gettext(needs[0][0] if needs else word),
        step=gettext(needs[0][1]) if needs else "",
        heard=heard,
        left=gettext(N_("About %(n)s labels left"), n=f"{left:,}") if left else "",
        measured=printer.scale_ppm is not None,
    )


def _ago(then: datetime, now: datetime) -> str:
    passed = max(now - then, timedelta(0))
    if passed < timedelta(minutes=1):
        return str(gettext(N_("%(n)s s"), n=int(passed.total_seconds())))
    return span(passed)


def left_words(ledger: JobLedger, now: datetime) -> str:
    """How much is to come, and until when."""
    count = ledger.left.count
    left: str = ngettext("%(n)s label left", "%(n)s labels left", count, n=f"{count:,}")
    if ledger.eta is None:
        return left
    until: str = gettext(
        N_("%(left)s · about %(time)s (%(when)s)"),
        left=left,
        time=span(max(ledger.eta - now, timedelta(minutes=1))),
        when=when(ledger.eta, now),
    )
    return until


def pause_words(job: PrintJob) -> str:
    """Why a job stands still, and what to do."""
    fault = read_fault(job.error) if job.error else None
    return say(fault) if fault else str(gettext(N_("Press F1 to go on.")))
