"""The commands ``lotmark recall …``: the same steps as in the browser, by name.

A step is signed by the person named with ``--as``, with their password: who sits at the
machine is still one person, and no step of two persons is passed by one.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import click

from ...recall.recalls import queries
from ...recall.recalls.alone import countersign
from ...recall.recalls.attestations import attest
from ...recall.recalls.cases import (
    HERE,
    confirm_aware_time,
    find_recall,
    start_assessment,
)
from ...recall.recalls.guards import ATTESTATIONS
from ...recall.recalls.locking import lock_scope, propose_scope
from ...recall.recalls.machine import ASKED, RECALL
from ...recall.recalls.steps import Decision, ask_step, decide, take_step
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, Forbidden
from ...trace.people import Actor, actor_for, find_user, password_fits
from ..i18n import PLANT_ZONE
from .context import Context, json_option, pass_context, print_json

TAKEN = tuple(step for step in RECALL.steps if step not in ("decide", "lock", "expand"))
FROM_ENVIRONMENT = "LOTMARK_PASSWORD"
"""The environment may hold the signer's password."""
Deed = Callable[[Session, Actor, datetime], str]
"""Does something for somebody; the number of the recall to show."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and what they typed to prove it."""

    login: str
    password: str


def _read_login(
    _context: click.Context, _option: click.Parameter, login: str
) -> Signer:
    password = os.environ.get(FROM_ENVIRONMENT) or click.prompt(
        f"Password of {login}", hide_input=True, err=True
    )
    return Signer(login, password)


who_option = click.option(
    "--as",
    "signer",
    required=True,
    callback=_read_login,
    help=f"Who signs it; the password is asked for, or read from {FROM_ENVIRONMENT}.",
)


@click.group()
def recall() -> None:
    """Recalls: their state, deadlines and steps."""


@recall.command("list")
@json_option
@pass_context
def list_recalls(context: Context, as_json: bool) -> None:
    """Recalls that run, the most urgent first."""
    with context.house() as house, house.plant.reading() as session:
        lines = [_line(one) for one in queries.running(session, clock.now())]
    if as_json:
        print_json(lines)
    for line in () if as_json else lines:
        click.echo(f"{line['number']}  {line['state']:14} {line['title']}")
        click.echo(f"    next: {line['next']}")


@recall.command("show")
@click.argument("number")
@json_option
@pass_context
def show(context: Context, number: str, as_json: bool) -> None:
    """One recall with its deadlines, scope and history."""
    _show(context, number, as_json)


@recall.command("start-assessment")
@click.argument("signal")
@click.option("--title", required=True, help="Product and trouble in a few words.")
@click.option("--place", "places", multiple=True, default=[HERE], show_default=True)
@who_option
@json_option
@pass_context
def assess(
    context: Context,
    signal: str,
    title: str,
    places: tuple[str, ...],
    signer: Signer,
    as_json: bool,
) -> None:
    """Open a recall case on a signal such as YJ-26-0001."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        return start_assessment(
            session, signal, title, actor, now, jurisdictions=places
        ).number

    _do(context, signer, deed, as_json)


@recall.command("aware")
@click.argument("number")
@click.argument("time", type=click.DateTime(["%Y-%m-%dT%H:%M"]))
@who_option
@json_option
@pass_context
def aware(
    context: Context, number: str, time: datetime, signer: Signer, as_json: bool
) -> None:
    """Confirm when the firm became aware, at the plant's clock."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        at = time.replace(tzinfo=PLANT_ZONE)
        return confirm_aware_time(session, number, at, actor, now).number

    _do(context, signer, deed, as_json)


@recall.command("decide")
@click.argument("number")
@click.option(
    "--level",
    "levels",
    multiple=True,
    required=True,
    help="cn_food=I; for each place of the recall.",
)
@click.option("--reason", required=True)
@click.option("--hazard", required=True, help="What may happen to whom.")
@click.option("--ordered", is_flag=True, help="An authority ordered it.")
@who_option
@json_option
@pass_context
def decide_recall(
    context: Context,
    number: str,
    levels: tuple[str, ...],
    reason: str,
    hazard: str,
    ordered: bool,
    signer: Signer,
    as_json: bool,
) -> None:
    """Decide that goods are recalled."""
    said = dict(one.partition("=")[::2] for one in levels)
    whose = "ordered" if ordered else "voluntary"

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        decision = Decision(said, reason, hazard, initiation=whose)
        return decide(session, number, decision, actor, now).number

    _do(context, signer, deed, as_json)


@recall.command("propose-scope")
@click.argument("number")
@click.argument("scope")
@click.option("--reason", default="", help="The new evidence that widens it.")
@who_option
@json_option
@pass_context
def propose(
    context: Context,
    number: str,
    scope: str,
    reason: str,
    signer: Signer,
    as_json: bool,
) -> None:
    """Give a recall a kept scope such as FW-26-0001; its batches are held."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        propose_scope(session, number, scope, actor, now, reason=reason)
        return number

    _do(context, signer, deed, as_json)


@recall.command("lock-scope")
@click.argument("number")
@click.argument("seen")
@who_option
@json_option
@pass_context
def lock(
    context: Context, number: str, seen: str, signer: Signer, as_json: bool
) -> None:
    """Lock the proposed scope whose hash is SEEN, as the second person."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        lock_scope(session, number, seen, actor, now)
        return number

    _do(context, signer, deed, as_json)


@recall.command("attest")
@click.argument("number")
@click.argument("what", type=click.Choice(ATTESTATIONS))
@click.option("--text", required=True, help="What was done, where, when, by whom.")
@who_option
@json_option
@pass_context
def attest_command(
    context: Context, number: str, what: str, text: str, signer: Signer, as_json: bool
) -> None:
    """Sign that something a step waits for is done."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        attest(session, number, what, text, actor, now)
        return number

    _do(context, signer, deed, as_json)


@recall.command("ask")
@click.argument("number")
@click.argument("step", type=click.Choice(ASKED))
@click.option("--reason", required=True)
@who_option
@json_option
@pass_context
def ask(
    context: Context, number: str, step: str, reason: str, signer: Signer, as_json: bool
) -> None:
    """Ask, as the first of two persons, for a step."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        return ask_step(session, number, step, reason, actor, now).number

    _do(context, signer, deed, as_json)


@recall.command("take")
@click.argument("number")
@click.argument("step", type=click.Choice(TAKEN))
@click.option("--reason", default="", help="Needed for what one person does alone.")
@who_option
@json_option
@pass_context
def take(
    context: Context, number: str, step: str, reason: str, signer: Signer, as_json: bool
) -> None:
    """Take a step; of two persons' steps, as the second."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        return take_step(session, number, step, actor, now, reason).number

    _do(context, signer, deed, as_json)


@recall.command("countersign")
@click.argument("number")
@click.argument("event", type=int)
@who_option
@json_option
@pass_context
def countersign_command(
    context: Context, number: str, event: int, signer: Signer, as_json: bool
) -> None:
    """Sign what another person did alone; EVENT is its number in the history."""

    def deed(session: Session, actor: Actor, now: datetime) -> str:
        return countersign(session, number, event, actor, now).number

    _do(context, signer, deed, as_json)


def _do(context: Context, signer: Signer, deed: Deed, as_json: bool) -> None:
    with context.house() as house:
        with house.plant.reading() as session:
            user = find_user(session, signer.login)
        if not password_fits(user, signer.password) or user is None:
            raise Forbidden(
                "log_in_wrong",
                N_("%(login)s and this password do not belong together."),
                login=signer.login,
            )
        with house.plant.writing() as session:
            number = deed(session, actor_for(session, user), clock.now())
    _show(context, number, as_json)


def _show(context: Context, number: str, as_json: bool) -> None:
    with context.house() as house, house.plant.reading() as session:
        find_recall(session, number)
        document = _case(queries.case(session, number, clock.now()))
    if as_json:
        print_json(document)
        return
    click.echo(f"{document['number']}  {document['state']}  {document['title']}")
    for one in document["clocks"]:
        click.echo(f"  {one['kind']:12} {one['state']:9} due {one['due_at']}")
    if document["scope"]:
        scope = document["scope"]
        click.echo(f"  scope {scope['scope']} v{scope['version']} {scope['state']}")
        click.echo(f"  hash {scope['hash']}")
    for event in document["history"]:
        click.echo(f"  {event['event']:>5} {event['at']}  {event['what']}")
    click.echo(f"  next: {document['next']}")


def _line(line: queries.Line) -> dict[str, Any]:
    recall = line.recall
    return {
        "number": recall.number,
        "mode": recall.mode,
        "state": recall.state,
        "title": recall.title,
        "aware_at": recall.aware_at,
        "levels": {one.jurisdiction: one.level for one in line.places},
        "clocks": [asdict(one) for one in line.clocks],
        "next": f"{line.next.name} {line.next.step}".strip(),
        "missing": list(line.next.missing),
    }


def _case(case: queries.Case) -> dict[str, Any]:
    scope = case.scope
    return _line(case) | {
        "signal": case.signal.number,
        "scope": scope
        and {
            "scope": case.saved and case.saved.number,
            "version": scope.version,
            "state": scope.state,
            "hash": scope.hash,
            "made": scope.made,
            "consignees": len(case.consignees),
            "unresolved": list(case.unresolved),
        },
        "history": [
            {
                "event": one.id,
                "at": one.at,
                "what": one.what,
                "by": one.actor,
                "first_by": one.first_by,
                "countersigned_by": one.countersigned_by,
                "text": one.text,
            }
            for one in case.events
        ],
    }
