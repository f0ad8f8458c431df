"""What a scan turned out to be, for the whole screen: colour first, sound second, word.

A page for everybody; a document for the screen's script, which beeps.
"""

from dataclasses import dataclass

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...labels.jobs.tables import PrintJob
from ...trace.errors import N_, LotmarkError
from ...trace.parties.tables import Lot
from ...trace.stock.item_status import ItemStatus
from ..current import house
from ..i18n import say
from ..problems import wants_json
from .room import chosen_line

WRONG = {
    "recalled": N_("Recalled"),
    "suspect": N_("Suspect code"),
    "voided": N_("Voided"),
}
"""What makes a label of the right batch a wrong one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Match or mismatch, and the next step."""

    good: bool
    word: str
    text: str
    """What was found."""
    step: str
    """What to do now."""
    go: str
    """The page on which one goes on."""


def answer_verdict(verdict: Verdict) -> ResponseReturnValue:
    """A verdict as the asker reads it; a mismatch is no fault of the request."""
    if not wants_json():
        with house().plant.reading() as session:
            line = chosen_line(session)
        return render_template("line/verdict.html", verdict=verdict, line=line)
    return jsonify(
        kind="ok" if verdict.good else "bad",
        word=verdict.word,
        text=verdict.text,
        step=verdict.step,
        go=verdict.go,
    )


def unread(error: LotmarkError, go: str) -> Verdict:
    """A scan that led nowhere, with the error's own sentence."""
    step = gettext(N_("Then scan again."))
    return Verdict(False, gettext(N_("Not done")), say(error), step, go)


def first_matches(lot: Lot, go: str) -> Verdict:
    """The first label is right."""
    return Verdict(
        True,
        gettext(N_("First label matches")),
        lot.code,
        gettext(N_("Go on printing.")),
        go,
    )


def first_mismatch(
    job: PrintJob, lot: Lot, status: ItemStatus | None, go: str
) -> Verdict:
    """What came out first is not the first label of the job."""
    if status is None:
        text = gettext(N_("This is not a code of ours."))
    elif status.lot is None or status.lot.id != lot.id:
        other = status.lot.code if status.lot else gettext(N_("no batch"))
        text = gettext(N_("The label is of %(lot)s."), lot=other)
    else:
        text = gettext(
            N_("It is label %(item)s of this batch, not the first of %(job)s."),
            item=f"{(status.lot_item or 0) + 1:,}",
            job=job.number,
        )
    step = N_(
        "Stop. Take these labels off the line, then scan the first label that came "
        "out of this job."
    )
    return Verdict(False, gettext(N_("First label is wrong")), text, gettext(step), go)


def label_verdict(lot: Lot, status: ItemStatus | None, copies: int, go: str) -> Verdict:
    """A label held against the batch that runs; ``copies`` is how often it was
    reprinted."""
    wrong = gettext(N_("Wrong label"))
    step = gettext(
        N_(
            "Stop the line. Take this label and its neighbours off, then call the line "
            "leader."
        )
    )
    if status is None:
        text = gettext(N_("This is not a code of ours."))
        return Verdict(False, wrong, text, step, go)
    if status.lot is None or status.lot.id != lot.id:
        other = status.lot.code if status.lot else gettext(N_("no batch"))
        text = gettext(N_("The label is of %(lot)s."), lot=other)
        return Verdict(False, wrong, text, step, go)
    item = f"{(status.lot_item or 0) + 1:,}"
    if status.word in WRONG:
        text = gettext(
            N_("Label %(item)s of this batch is on record as: %(state)s."),
            item=item,
            state=gettext(WRONG[status.word]),
        )
        return Verdict(False, wrong, text, step, go)
    text = gettext(N_("Label %(item)s of %(lot)s"), item=item, lot=lot.code)
    if copies:
        again = gettext(N_("reprinted %(n)s times: only R%(n)s is good"), n=copies)
        text = f"{text} · {again}"
    return Verdict(True, gettext(N_("It matches")), text, gettext(N_("Go on.")), go)
