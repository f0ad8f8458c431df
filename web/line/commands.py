"""Command codes: laminated beside the screen, scanned with gloves on.

Every button of the line has one. A scan presses the button where the page has it; else
it leads to the page that does.
"""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from ...labels.jobs.tables import PrintJob
from ...trace.errors import N_
from ...trace.parties.tables import Lot
from ..codes_drawn import code_picture
from .bench import Bench
from .room import room

MARK = "LM:"
"""Before every command. Frozen: sheets hang beside lines for years."""


@dataclass(frozen=True, slots=True)
class Command:
    """One code of the sheet."""

    code: str
    """After ``LM:``; cannot be renamed once sheets are printed."""
    key: str
    """The function key beside it, or nothing."""
    word: str
    page: str = ""
    """Endpoint of the page that does it, where the page shown has no such button."""


COMMANDS = (
    Command("GO", "F1", N_("Print, pause or go on"), "line.start"),
    Command("PAUSE", "", N_("Pause"), "line.start"),
    Command("RESUME", "F2", N_("Scan the last label, go on"), "line.resume_form"),
    Command("VOID", "F3", N_("Void labels"), "line.void_form"),
    Command("REPRINT", "F4", N_("Reprint"), "line.reprint_form"),
    Command("FIRST", "F5", N_("First-label check"), "line.first_form"),
    Command("COUNT", "F6", N_("Count the labels"), "line.count_form"),
    Command("CLEAR", "F7", N_("Changeover, line clearance"), "line.clearance_form"),
    Command("CANCEL", "F8", N_("Cancel the rest"), "line.cancel_form"),
    Command("WHO", "F9", N_("Change operator"), "line.operator"),
    Command("MORE", "F10", N_("More"), "line.more"),
    Command("PACKS", "", N_("Labels are on packs"), "line.packs_form"),
    Command("NEXT", "", N_("Next batch"), "line.products"),
    Command("FINISH", "", N_("Finish batch"), "line.finish_form"),
    Command("PLAN", "", N_("Raise the plan"), "line.plan_form"),
    Command("ROLL", "", N_("Use a roll"), "line.bind_form"),
    Command("ROLLS", "", N_("Rolls ahead"), "line.rolls"),
    Command("JOBS", "", N_("Print jobs"), "line.jobs"),
    Command("COUNTS", "", N_("Counts to sign"), "line.counts"),
    Command("LINE", "", N_("Choose the line"), "line.lines"),
    Command("OK", "", N_("Yes, do it (the blue button)")),
    Command("BACK", "", N_("Back")),
)
DIGITS = tuple("1234567890")
"""Codes that type a digit, so that no number needs a keyboard."""
_OF_BATCH = (
    *("void_form", "reprint_form", "count_form", "clearance_form"),
    *("more", "packs_form", "finish_form", "plan_form", "bind_form"),
)
_OF_JOB = ("first_form", "resume_form", "cancel_form")


@room.get("/line/commands")
def commands() -> ResponseReturnValue:
    """The sheet to print and laminate."""
    return render_template(
        "line/commands.html",
        commands=COMMANDS,
        digits=DIGITS,
        mark=MARK,
        code_picture=code_picture,
    )


def find_command(scanned: str) -> Command | None:
    """The command that a code says; None for a code that is no command."""
    name = scanned.removeprefix(MARK)
    return next((one for one in COMMANDS if one.code == name), None)


def page_of(command: Command, lot: Lot | None, bench: Bench | None) -> str:
    """Where a command leads to, for the batch that runs; the line itself where none."""
    name = command.page.removeprefix("line.")
    if lot is not None and name in _OF_BATCH:
        return url_for(command.page, lot_id=lot.id)
    if name in _OF_JOB:
        job = _job_of(command, bench) if bench else None
        return (
            url_for(command.page, number=job.number) if job else url_for("line.start")
        )
    if name in _OF_BATCH or not name:
        return url_for("line.start")
    return url_for(command.page)


def _job_of(command: Command, bench: Bench) -> PrintJob | None:
    """A reprint has no first label: that of the order is meant."""
    return bench.order if command.code == "FIRST" else bench.job
