"""The steps of a recall, as forms send them."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from ...recall.recalls import cases, levels
from ...recall.recalls.alone import countersign
from ...recall.recalls.attestations import attest, file_report
from ...recall.recalls.guards import ATTESTATIONS
from ...recall.recalls.machine import ASKED, RECALL
from ...recall.recalls.rulesets import jurisdictions
from ...recall.recalls.steps import (
    DECIDES,
    Decision,
    ask_step,
    decide,
    take_step,
    withdraw_request,
)
from ...recall.recalls.tables import LEVELS
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ..current import actor
from ..forms import choice_field, moment_field, number_field, text_field
from ..problems import status_of
from ..uploads import read_upload
from .case import page, take
from .room import room

MOST_TEXT = 2000
TAKEN = tuple(step for step in RECALL.steps if step not in ("decide", "lock", "expand"))
"""Steps that need no more than their name and a reason."""


@room.post("/recall/<number>/aware")
def aware(number: str) -> ResponseReturnValue:
    """Confirm the aware time, propose another, or sign that as the second person."""
    actor().require("signal.aware")

    def step(session: Session, now: datetime) -> object:
        how = choice_field("how", ("confirm", "ask", "agree"))
        at = moment_field("aware_at")
        if how == "ask":
            reason = text_field("reason", MOST_TEXT, required=True)
            return cases.ask_other_aware_time(session, number, at, reason, actor(), now)
        agree = cases.agree_other_aware_time
        sign = agree if how == "agree" else cases.confirm_aware_time
        return sign(session, number, at, actor(), now)

    return take(number, step)


@room.post("/recall/<number>/decide")
def decide_now(number: str) -> ResponseReturnValue:
    actor().require("recall.decide")

    def step(session: Session, now: datetime) -> object:
        said = {
            name.removeprefix("level-"): choice_field(name, LEVELS)
            for name in request.form
            if name.startswith("level-")
        }
        chosen = {name: choice_field(name, known) for name, known in DECIDES.items()}
        decision = Decision(
            said,
            text_field("reason", MOST_TEXT, required=True),
            text_field("hazard", MOST_TEXT, required=True),
            **chosen,
        )
        return decide(session, number, decision, actor(), now)

    return take(number, step)


@room.post("/recall/<number>/ask")
def ask(number: str) -> ResponseReturnValue:
    """The first of two persons."""

    def step(session: Session, now: datetime) -> object:
        chosen = choice_field("step", ASKED)
        reason = text_field("reason", MOST_TEXT, required=True)
        return ask_step(session, number, chosen, reason, actor(), now)

    return take(number, step)


@room.post("/recall/<number>/take")
def take_now(number: str) -> ResponseReturnValue:
    """A step of one person, the second signature, or what one does alone at night."""

    def step(session: Session, now: datetime) -> object:
        chosen = choice_field("step", (*TAKEN, "lower"))
        if chosen == "lower":
            return levels.sign_lower_level(session, number, actor(), now)
        reason = text_field("reason", MOST_TEXT)
        return take_step(session, number, chosen, actor(), now, reason)

    return take(number, step)


@room.post("/recall/<number>/withdraw")
def withdraw(number: str) -> ResponseReturnValue:
    return take(
        number, lambda session, now: withdraw_request(session, number, actor(), now)
    )


@room.post("/recall/<number>/attest")
def attest_now(number: str) -> ResponseReturnValue:
    actor().require("recall.attest")
    try:
        paper = read_upload("paper")
    except LotmarkError as error:
        return page(number, error), status_of(error)
    sent = request.files.get("paper")
    called = (sent.filename or "")[:100] if sent else ""

    def step(session: Session, now: datetime) -> object:
        guard = choice_field("guard", ATTESTATIONS)
        text = text_field("text", MOST_TEXT, required=True)
        file = (paper.keep(session, now), called) if paper else None
        return attest(session, number, guard, text, actor(), now, file=file)

    return take(number, step)


@room.post("/recall/<number>/countersign")
def countersign_now(number: str) -> ResponseReturnValue:
    actor().require("recall.countersign")
    return take(
        number,
        lambda session, now: countersign(
            session, number, number_field("event", 1, 2**53), actor(), now
        ),
    )


@room.post("/recall/<number>/level")
def level(number: str) -> ResponseReturnValue:
    """Raise a level at once, or ask that it be lowered."""

    def step(session: Session, now: datetime) -> object:
        lower = choice_field("how", ("raise", "lower")) == "lower"
        change = levels.ask_lower_level if lower else levels.raise_level
        return change(
            session,
            number,
            choice_field("place", jurisdictions()),
            choice_field("level", LEVELS),
            text_field("reason", MOST_TEXT, required=True),
            actor(),
            now,
        )

    return take(number, step)


@room.post("/recall/<number>/report")
def report(number: str) -> ResponseReturnValue:
    """An interim report went out."""
    actor().require("recall.assess")
    return take(
        number,
        lambda session, now: file_report(
            session,
            number,
            choice_field("place", jurisdictions()),
            text_field("text", MOST_TEXT, required=True),
            actor(),
            now,
        ),
    )


@room.post("/recall/<number>/places")
def place(number: str) -> ResponseReturnValue:
    """The goods went to another place too."""
    actor().require("recall.assess")
    return take(
        number,
        lambda session, now: cases.add_jurisdiction(
            session, number, choice_field("place", jurisdictions()), actor(), now
        ),
    )
