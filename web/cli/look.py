"""Commands that only look: verify, trace, scope, audit."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from ...recall.scope.criteria import (
    ORIGINS,
    Criteria,
    Criterion,
    Cycle,
    InputLot,
    LineWindow,
    LotCriterion,
    Shipped,
)
from ...recall.scope.document import scope_document
from ...recall.scope.service import compute_scope
from ...trace import audit as chain
from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_line, find_lot
from ...trace.production.cycles import find_cycle
from ...trace.production.genealogy import Direction, trace_document, trace_lots
from ...trace.stock.imbalances import find_imbalances
from ...trace.stock.queries import find_shipment
from ..verify import Answer, verify_input
from .context import Context, json_option, pass_context, print_json

BROKEN = {
    "missing": "row %d is missing.",
    "changed": "row %d was changed.",
    "added": "row %d was added from outside.",
    "rewritten": "row %d is not the one whose head you kept.",
    "no_head": "its head is missing; nothing from row %d on can be vouched for.",
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
    if as_json:
        print_json(document)
        return
    for node in document["nodes"]:
        click.echo(f"{node['depth']:+3}  {node['lot']:24} {node['name']}")
    for edge in document["edges"]:
        amount = f"{edge['quantity']:,} {edge['unit']}"
        click.echo(
            f"     {edge['input']} -> {edge['output']}  {amount} ({edge['kind']})"
        )


@click.command()
@click.option("--lot", "lots", multiple=True, help="Batch number; may be repeated.")
@click.option("--items", help="Items of the one --lot, e.g. 0-4999,7000.")
@click.option("--line", help="Line code, with --from and --to.")
@click.option("--from", "start", help="Suspect since, e.g. 2026-11-24T08:00.")
@click.option("--to", "end", help="Suspect until.")
@click.option("--input-lot", "input_lots", multiple=True, help="Ingredient lot.")
@click.option("--cycle", "cycles", multiple=True, help="Retort load, e.g. R1-0461.")
@click.option("--shipment", "shipments", multiple=True, help="Shipment number.")
@click.option(
    "--origin",
    type=click.Choice(ORIGINS),
    default="unknown",
    show_default=True,
    help="Where the hazard is thought to come from.",
)
@json_option
@pass_context
def scope(context: Context, /, as_json: bool, origin: str, **facts: Any) -> None:
    """Compute what is affected, why, and where every unit of it is."""
    with context.house() as house, house.plant.reading() as session:
        criteria = Criteria(tuple(_criteria(session, **facts)), origin)
        document = scope_document(compute_scope(session, criteria, clock.now()))
    if as_json:
        print_json(document)
        return
    for entry in document["lots"]:
        click.echo(f"T{entry['tier']}  {entry['lot']:24} {entry['quantity']:>12,}")
        for why in entry["why"]:
            click.echo(f"      {why}")
    click.echo(f"\nMade: {document['made']:,}")
    for place in document["positions"]:
        least, most = place["min"], place["max"]
        amount = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        click.echo(f"  {place['place']:24} {amount:>12}")
    for consignee in document["consignees"]:
        click.echo(f"  {consignee['name']}  {consignee['phone']}")
    click.echo(f"Hash: {document['hash']}")


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


def _criteria(
    session: Session,
    lots: tuple[str, ...],
    items: str | None,
    line: str | None,
    start: str | None,
    end: str | None,
    input_lots: tuple[str, ...],
    cycles: tuple[str, ...],
    shipments: tuple[str, ...],
) -> list[Criterion]:
    if items is not None and len(lots) != 1:
        raise InvalidInput(
            "items_without_lot", N_("Items belong to exactly one lot: give one --lot.")
        )
    narrowed = None if items is None else ItemSet.parse(items)
    facts: list[Criterion] = [
        LotCriterion(find_lot(session, code).id, narrowed) for code in lots
    ]
    facts += [InputLot(find_lot(session, code).id) for code in input_lots]
    facts += [Cycle(find_cycle(session, number).id) for number in cycles]
    facts += [Shipped(find_shipment(session, number).id) for number in shipments]
    if line is not None:
        facts.append(_window(session, line, start, end))
    elif start or end:
        raise InvalidInput("window_without_line", N_("A time needs a --line."))
    if not facts:
        raise InvalidInput(
            "scope_empty",
            N_(
                "Say where to start: --lot, --line, --input-lot, --cycle or --shipment."
            ),
        )
    return facts


def _window(
    session: Session, code: str, start: str | None, end: str | None
) -> LineWindow:
    line = find_line(session, code)
    if start is None or end is None:
        raise InvalidInput(
            "window_incomplete", N_("A line needs a time: give --from and --to.")
        )
    zone = ZoneInfo(line.site.time_zone)
    return LineWindow(line.id, _moment(start, zone), _moment(end, zone))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "time_invalid",
            N_("Expected a time such as 2026-11-24T08:00, got %(text)s."),
            text=text,
        ) from None
    if not 2000 <= value.year <= 2100:
        raise InvalidInput(
            "time_invalid",
            N_("Expected a time such as 2026-11-24T08:00, got %(text)s."),
            text=text,
        )
    return value if value.tzinfo else value.replace(tzinfo=zone)


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
