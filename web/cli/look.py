"""Commands that only look: verify, trace, audit."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ...recall.scope.unbatched import possible_consignees, possible_document
from ...trace import audit as chain
from ...trace import clock
from ...trace.parties.lots import find_lot
from ...trace.production.genealogy import Direction, trace_document, trace_lots
from ...trace.production.record import account_document
from ...trace.stock.imbalances import find_imbalances
from ..amounts import amount
from ..verify import Answer, verify_input
from .context import Context, json_option, pass_context, print_json

BROKEN = {
    "missing": "row %d is missing.",
    "changed": "row %d was changed.",
    "added": "row %d was added from outside.",
    "rewritten": "row %d is not the one whose head you kept.",
    "no_head": "its head is missing; nothing from row %d on can be vouched for.",
}
WRONG = {
    "short": "ERROR: %s cannot be explained, more than the tolerance allows.",
    "over": "ERROR: %s more than there should be, and more than the tolerance allows.",
}
BALANCE = {
    "movements": "its movements come to another figure",
    "items": "more items are known to be there",
}


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@json_option
@pass_context
def verify(context: Context, inputs: tuple[str, ...], as_json: bool) -> None:
    """Say what codes, web addresses or photos are.

    Exit code 0 when all are good codes of ours, 1 otherwise.
    """
    with context.house() as house, house.plant.reading() as session:
        answers = [
            answer
            for text in inputs
            for answer in verify_input(session, house.keys, text)
        ]
    if as_json:
        print_json([answer.document() for answer in answers])
    else:
        for answer in answers:
            _show(answer)
    sys.exit(0 if all(answer.ok for answer in answers) else 1)


@click.command()
@click.argument("lot_code", metavar="LOT")
@click.option("--back", "direction", flag_value="back", help="What went into it.")
@click.option("--forward", "direction", flag_value="forward", help="What it went into.")
@json_option
@pass_context
def trace(
    context: Context, lot_code: str, direction: Direction | None, as_json: bool
) -> None:
    """Follow a lot back to its ingredients and forward to what it became."""
    with context.house() as house, house.plant.reading() as session:
        lot = find_lot(session, lot_code)
        document = trace_document(trace_lots(session, lot.id, direction or "both"))
        document |= account_document(session, lot, clock.now())
        possible = possible_consignees(session, [lot.id])
        document["may_include"] = possible_document(possible)
    if as_json:
        print_json(document)
        return
    for node in document["nodes"]:
        click.echo(f"{node['depth']:+3}  {node['lot']:24} {node['name']}")
    codes = {node["id"]: node["lot"] for node in document["nodes"]}
    for edge in document["edges"]:
        ends = edge["input"], edge["output"]
        way = " -> ".join(codes.get(one, f"lot {one}") for one in ends)
        much = _much(edge["quantity"], edge["unit"])
        click.echo(f"     {way}  {much} ({edge['kind']})")
    for one in document["repacked"]:
        click.echo(
            f"     Repacked: {one['old_lot']} items {one['old_items']} -> "
            f"{one['new_lot']} items {one['new_items']}"
        )
    _show_account(document)
    for maybe in possible:
        much = _much(maybe.quantity, document["unit"])
        click.echo(
            f"  {maybe.consignee:12} {maybe.name}  may include up to {much}: "
            f"shipment {maybe.shipment} left without a batch"
        )


def _much(quantity: int, unit: str) -> str:
    return amount(quantity, unit) + " piece" * (unit == "piece")


def _show_account(document: dict[str, Any]) -> None:
    """Whether the lot adds up, and whom to ring about it."""
    unit, balance = document["unit"], document["balance"]
    share = "" if balance["percent"] is None else f" ({balance['percent']:.2f} %)"
    found = balance["base"] - balance["unexplained"]
    of = f"{amount(found, unit)} of {_much(balance['base'], unit)}"
    click.echo(f"\nBalance: {of}{share}")
    if balance["verdict"] in WRONG:
        click.echo(WRONG[balance["verdict"]] % _much(abs(balance["unexplained"]), unit))
    for one in document["consignees"]:
        figures = ", ".join(
            f"{name} {_much(one[name], unit)}"
            for name in ("shipped", "returned", "coming", "there")
            if one[name] or name == "shipped"
        )
        click.echo(f"  {one['code']:12} {one['name']}  {figures}")
        for who, phone in (("contact", "phone"), ("backup_contact", "backup_phone")):
            if one[who] or one[phone]:
                click.echo(f"               {one[who]} {one[phone]}".rstrip())


@click.group()
def audit() -> None:
    """The record of who did what."""


@audit.command("verify")
@click.option(
    "--head",
    metavar="COUNT:HASH",
    help="A head this command printed earlier, kept where nobody could change it.",
)
@json_option
@pass_context
def verify_records(context: Context, head: str | None, as_json: bool) -> None:
    """Check the audit chain, and the stock against its movements.

    Exit code 1 when a row was changed, added or is missing, or figures contradict each
    other. Keep the head it prints elsewhere: only against such a head does it show when
    somebody rewrote the whole chain.
    """
    noted = chain.Head.parse(head) if head else None
    with context.house() as house, house.plant.reading() as session:
        count, broken, reached = chain.verify(session, noted)
        imbalances = find_imbalances(session)
    ok = broken is None and not imbalances
    if as_json:
        print_json(
            {
                "ok": ok,
                "rows": count,
                "head": str(reached),
                "row": broken.row if broken else None,
                "reason": broken.reason if broken else None,
                "imbalances": [asdict(found) for found in imbalances],
            }
        )
    else:
        _show_chain(count, broken, reached)
        for found in imbalances:
            click.echo(
                f"Lot {found.lot} at {found.place}: {BALANCE[found.kind]}, "
                f"{found.counted:,}; the balance says {found.balance:,}."
            )
        if not imbalances:
            click.echo("The stock agrees with its movements.")
    sys.exit(0 if ok else 1)


def _show_chain(count: int, broken: chain.Break | None, reached: chain.Head) -> None:
    if broken is None:
        click.echo(f"The audit chain holds: {count} rows. Its head, to keep elsewhere:")
        click.echo(str(reached))
    else:
        click.echo(f"The audit chain is broken: {BROKEN[broken.reason] % broken.row}")


def _show(answer: Answer) -> None:
    shown = answer.document()
    colour = "green" if answer.ok else "red"
    click.secho(f"{answer.status:9} {answer.reason:17}", fg=colour, nl=False)
    where = f"{shown['lot']} item {shown['item']}" if shown["lot"] else ""
    click.echo(f" {Path(answer.input).name:24} {where}")
    for word, others in (("into", answer.became), ("from", answer.was)):
        for other in others:
            codes = ", ".join(other.serials) or "no codes"
            click.echo(
                f"    repacked {word} {other.lot.code} items {other.items}: {codes}"
            )
