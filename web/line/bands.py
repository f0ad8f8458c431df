"""The coloured band across the line's screen: what matters most, and the next step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from ...labels.jobs.first_labels import awaits_first
from ...labels.jobs.tables import PrintJob
from ...labels.jobs.turns import Turn
from ...trace.errors import N_
from ..words import JOB
from .bench import Bench
from .printing import left_words, pause_words, tile_of

PATIENCE = timedelta(seconds=20)
"""A job that nobody has begun by now waits for a worker that does not answer."""


@dataclass(frozen=True, slots=True)
class Band:
    """The coloured band across the screen."""

    kind: str
    """``ok``, ``warn``, ``bad``, ``hold``, ``run`` or ``none``."""
    word: str
    text: str


def band_of(bench: Bench, now: datetime) -> Band:
    """What matters most about a batch, and the next step."""
    job = bench.job
    if bench.holds:
        return band_of_holds(bench.holds)
    if job is not None and bench.turn is not None:
        return band_of_job(job, bench.turn, now)
    if bench.lot.status != "in_production":
        text = gettext(N_("No more codes for this batch. Open the next one."))
        return Band("ok", gettext(N_("Batch finished")), text)
    if bench.off_line:
        text = gettext(N_("It no longer runs here: finish it. No more labels for it."))
        return Band("warn", gettext(N_("Off the line")), text)
    if job is not None and job.state == "failed":
        return band_of_job(job, None, now)
    if bench.at_printer:
        return _band_of_printing(bench, now)
    if bench.doubt:
        text = gettext(N_("%(n)s labels: are they here? F2."), n=bench.doubt.count)
        return Band("warn", gettext(N_("Labels in doubt")), text)
    if not bench.cleared:
        text = gettext(N_("Take away the labels and packs of the batch before: F7."))
        return Band("warn", gettext(N_("Clear the line")), text)
    if bench.first_due:
        text = gettext(N_("Scan the first label that came out."))
        return Band("warn", gettext(N_("First-label check")), text)
    return _band_of_progress(bench)


def _band_of_printing(bench: Bench, now: datetime) -> Band:
    """A job on a printer: what stops it, else how far it is."""
    job, ledger = bench.job, bench.ledger
    if job is None or ledger is None:
        raise TypeError("the batch has no job on a printer")
    if job.state == "paused":
        word = N_("First-label check") if awaits_first(job) else N_("Paused")
        return Band("warn", gettext(word), pause_words(job))
    if bench.printer is not None and bench.printer.status in ("attention", "no_answer"):
        tile = tile_of(bench.printer, now)
        return Band("bad", tile.word, tile.step or tile.heard)
    return Band("run", gettext(N_("Printing")), left_words(ledger, now))


def band_of_holds(holds: tuple[str, ...]) -> Band:
    """A hold comes before everything else."""
    text = gettext(
        N_("%(holds)s: packs stay here. Ask QA before you go on."),
        holds=", ".join(holds),
    )
    return Band("hold", gettext(N_("On hold")), text)


def band_of_job(job: PrintJob, turn: Turn | None, now: datetime) -> Band:
    """How a print job is doing."""
    kind, word = JOB[job.state]
    total = job.hi - job.lo
    if turn is not None:
        return _band_of_turn(job, turn, now)
    if job.state == "failed":
        text = gettext(N_("Read why on the job's page, then print again."))
    else:
        text = gettext(N_("%(n)s labels: open the file and print it."), n=f"{total:,}")
    return Band(kind, gettext(word), text)


def _band_of_turn(job: PrintJob, turn: Turn, now: datetime) -> Band:
    kind, word = JOB[job.state]
    text = N_("%(n)s labels left to draw")
    if not turn.taken and turn.behind:
        text = N_("Another job is drawn first. This one follows by itself.")
    elif not turn.taken and now - turn.since > PATIENCE:
        kind = "warn"
        text = N_("Nobody is drawing it. The job is kept: call your administrator.")
    elif not turn.taken and turn.fault:
        kind = "warn"
        text = N_("Drawing it failed. The server tries again by itself.")
    return Band(kind, gettext(word), gettext(text, n=f"{job.hi - job.lo - job.done:,}"))


def _band_of_progress(bench: Bench) -> Band:
    """How far a batch in production is when nothing is wrong."""
    if not bench.ordered:
        text = gettext(N_("Print the first labels."))
        return Band("none", gettext(N_("No labels yet")), text)
    if bench.left:
        text = gettext(N_("%(n)s labels still to order"), n=f"{bench.left:,}")
        return Band("run", gettext(N_("In production")), text)
    if bench.loose:
        text = gettext(N_("Say which labels are on packs."))
        return Band("run", gettext(N_("All labels printed")), text)
    text = gettext(N_("Finish the batch, or print a few more labels."))
    return Band("ok", gettext(N_("Plan reached")), text)
