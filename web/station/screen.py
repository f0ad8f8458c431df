"""What the screen of a line PC shows: batch, labels, printer and network."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from ...trace.errors import N_
from ...trace.faults import read_fault
from ...trace.identity.items import ItemSet
from .. import clocks
from ..i18n import say
from .clearance import is_cleared
from .events import noted, server_now
from .held import blocks_of, codes_left
from .marks import loose_state
from .orders import live_job
from .spans import OUT, places_in, spans_of
from .steering import awaits_first
from .sync import contact_of, next_until
from .tables import Batch, Event, Job, fact
from .telling import FINAL, count_untold
from .times import Tick

AWAY = timedelta(seconds=20)
"""So long without an answer, the network counts as gone."""
STALE = timedelta(minutes=2)
"""A printer's status older than this is shown as unknown."""
WORDS = {
    "paper_out": N_("Labels used up"),
    "ribbon_out": N_("Ribbon used up"),
    "head_open": N_("Print head open"),
    "paused": N_("Paused at the printer"),
    "jam": N_("Jammed"),
    "hot": N_("Too hot"),
    "memory": N_("Its memory is full"),
    "stopped": N_("Stopped"),
    "nonsense": N_("Answers nonsense"),
}


@dataclass(frozen=True, slots=True)
class Network:
    """Whether the server is there."""

    away: timedelta | None
    """How long not; none when it is there."""
    never: bool
    """It was never reached."""
    untold: int
    """Labels to report."""
    until: datetime | None
    """How long the codes last."""
    trouble: str
    """Why the server will not."""
    refused: int
    """Reports it will not take."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The printer, as it last said itself."""

    kind: str
    word: str
    heard: str
    left: str


@dataclass(frozen=True, slots=True)
class Bench:
    """A batch at this PC."""

    batch: Batch
    printed: int
    applied: int
    voided: int
    doubtful: int
    left: int
    """Codes that can still be ordered."""
    job: Job | None
    job_left: int
    """Labels of that job still to be sent."""
    sent: int
    why: str
    """Why the job is paused."""
    cleared: bool
    """The line is clear for the batch."""
    checking: bool
    """It waits for its first label to be scanned."""
    loose_state: str
    """Changes whenever labels come out, are put on packs or voided."""

    @property
    def label(self) -> dict[str, Any]:
        return self.batch.label

    @property
    def loose(self) -> int:
        """Printed, and neither on packs nor void."""
        return max(self.printed - self.applied - self.voided, 0)

    @property
    def percent(self) -> float:
        return 100 * self.printed / (self.label["planned"] or self.printed or 1)


def current_batch(session: Session) -> Batch | None:
    """The batch this screen stands at."""
    lot_id = fact(session, "current")
    return session.get(Batch, lot_id) if lot_id else None


def bench_of(session: Session, batch: Batch, at: Tick) -> Bench:
    """How far a batch is at this PC."""
    blocks = [block.id for block in blocks_of(session, batch.lot_id)]
    job = live_job(session)
    job = job if job is not None and job.lot_id == batch.lot_id else None
    waiting = spans_of(session, "waiting", job_id=job.id) if job else []
    sent = spans_of(session, *OUT, job_id=job.id) if job else []
    fault = read_fault(job.why) if job and job.why else None
    voided = {one: noted(session, one, "voided") for one in blocks}
    return Bench(
        batch=batch,
        printed=sum(places_in(session, one, *OUT).count for one in blocks),
        applied=sum(noted(session, one, "applied").count for one in blocks),
        voided=sum(places.count for places in voided.values()),
        doubtful=sum(places_in(session, one, "needs_scan").count for one in blocks),
        left=codes_left(session, batch.lot_id, at),
        job=job,
        job_left=sum(span.hi - span.lo for span in waiting),
        sent=sum(span.hi - span.lo for span in sent),
        why=say(fault) if fault else "",
        cleared=is_cleared(session, batch),
        checking=job is not None and awaits_first(job),
        loose_state=loose_state(session, batch.lot_id),
    )


def network_of(session: Session, at: Tick) -> Network:
    """Whether the server is there, and what it does not know yet."""
    now, contact = server_now(session, at), contact_of(session)
    gone = now - contact if contact else None
    batch = current_batch(session)
    trouble = fact(session, "trouble", "")
    refused = sa.select(sa.func.count()).where(Event.refused.like(f"{FINAL}%"))
    return Network(
        away=gone if gone is not None and gone > AWAY else None,
        never=contact is None,
        untold=count_untold(session),
        until=next_until(session, batch.lot_id, at) if batch else None,
        trouble=say(read_fault(trouble)) if trouble else "",
        refused=session.scalar(refused) or 0,
    )


def tile_of(session: Session, now: datetime) -> Tile:
    """The printer with the age of its last answer; honest when it never gave one."""
    said = fact(session, "printer", {})
    answered = said.get("answered_at")
    heard = datetime.fromisoformat(answered) if answered else None
    if heard is None:
        age = gettext(N_("It has never said how it is."))
    else:
        age = gettext(
            N_("Answered %(time)s ago (%(when)s)"),
            time=clocks.span(now - heard),
            when=clocks.when(heard, now),
        )
    kind, word = _state(said, heard, now)
    left = said.get("labels_left")
    labels = gettext(N_("%(n)s labels on the roll"), n=left) if left else ""
    return Tile(kind, word, age, labels)


def _state(
    said: dict[str, Any], heard: datetime | None, now: datetime
) -> tuple[str, str]:
    state = said.get("state", "unknown")
    if state == "ok" and heard and now - heard < STALE:
        return "ok", gettext(N_("Ready"))
    if state == "attention":
        words = [gettext(WORDS[word]) for word in said["words"].split()]
        return "warn", gettext(N_(", ")).join(words) or gettext(N_("Look at it"))
    if state == "no_answer":
        return "bad", gettext(N_("No answer"))
    return "none", gettext(N_("Unknown"))


def figures_of(bench: Bench, network: Network, tile: Tile) -> dict[str, str]:
    """What the page writes anew without being drawn anew."""
    return {
        "printed": f"{bench.printed:,}",
        "percent": f"{bench.percent:.1f} %",
        "applied": f"{bench.applied:,}",
        "loose": f"{bench.loose:,}",
        "left": f"{bench.left:,}",
        "voided": f"{bench.voided:,}",
        "untold": f"{network.untold:,}",
        "heard": tile.heard,
    }


@dataclass(frozen=True, slots=True)
class Band:
    """The coloured band across the screen: what matters most, and the next step."""

    kind: str
    word: str
    text: str


def band_of(bench: Bench | None, network: Network, now: datetime) -> Band:
    """A paused job before everything, then the network, then the work."""
    if bench is None:
        text = gettext(
            N_("Start the batch on the server; its codes come by themselves.")
        )
        if network.never:
            text = gettext(N_("The server was never reached. Check address and key."))
        return Band("none", gettext(N_("No batch here")), text)
    if holds := bench.label["holds"]:
        text = gettext(
            N_("%(holds)s: packs stay here. Ask QA before you go on."),
            holds=", ".join(holds),
        )
        return Band("hold", gettext(N_("On hold")), text)
    if bench.job is not None and bench.job.state == "paused":
        word = N_("First-label check") if bench.checking else N_("Paused")
        return Band("warn", gettext(word), bench.why)
    if network.refused:
        text = gettext(N_("The server will not take some reports: call QA."))
        return Band("bad", gettext(N_("Reports refused")), text)
    if network.trouble:
        return Band("warn", gettext(N_("The server refuses")), network.trouble)
    if network.away is not None or network.never:
        return _band_away(network, now)
    if bench.job is not None:
        text = gettext(N_("%(n)s labels left to send"), n=f"{bench.job_left:,}")
        return Band("run", gettext(N_("Printing")), text)
    if not bench.cleared:
        text = gettext(N_("Take away the labels and packs of the batch before: F7."))
        return Band("warn", gettext(N_("Clear the line")), text)
    if not bench.left:
        text = gettext(N_("No codes left here for this batch."))
        return Band("ok", gettext(N_("All printed")), text)
    text = gettext(N_("%(n)s codes ready to print"), n=f"{bench.left:,}")
    return Band("ok", gettext(N_("Ready")), text)


def _band_away(network: Network, now: datetime) -> Band:
    told = gettext(N_("%(n)s labels to report"), n=f"{network.untold:,}")
    lasts = gettext(N_("no codes left to print"))
    if network.until is not None:
        when = clocks.when(network.until, now)
        lasts = gettext(N_("codes last until %(when)s"), when=when)
    word = gettext(N_("No network"))
    if network.away is not None:
        word = gettext(N_("No network for %(time)s"), time=clocks.span(network.away))
    return Band(
        "warn", word, gettext(N_("%(told)s; %(lasts)s"), told=told, lasts=lasts)
    )


def last_places(session: Session, lot_id: int) -> tuple[int, ItemSet] | None:
    """The label to show: the last that was sent, else the first to come."""
    for block in reversed(blocks_of(session, lot_id)):
        sent = places_in(session, block.id, *OUT, "sending", "needs_scan")
        if sent:
            last = sent.intervals[-1][1] - 1
            return block.id, ItemSet.range(last, last + 1)
    first = next(iter(blocks_of(session, lot_id)), None)
    return (first.id, ItemSet.range(0, 1)) if first else None
