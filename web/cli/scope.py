"""The command ``lotmark scope``: what is affected, why, and where it is."""

from collections.abc import Callable, Iterable
from typing import Any

import click
from sqlalchemy.orm import Session

from ...recall.scope.criteria import HAZARDS, ORIGINS, Criteria
from ...recall.scope.document import scope_document
from ...recall.scope.service import compute_scope
from ...trace import clock
from ...trace.errors import N_, InvalidInput
from ...trace.parties.lots import find_lot
from ..facts import SEVERAL, read_facts
from .context import Context, json_option, pass_context, print_json

OPTIONS = {
    "lot": "Batch number; may be repeated.",
    "items": "Items of the one --lot, e.g. 0-4999,7000.",
    "complaint": "Number of a complaint; may be repeated.",
    "input-lot": "Ingredient or packaging lot; may be repeated.",
    "supplier": "Supplier, with --received-from and --received-to.",
    "received-from": "First day of receipt, e.g. 2026-11-24.",
    "received-to": "Last day of receipt.",
    "line": "Line code, with --from and --to.",
    "from": "Suspect since, e.g. 2026-11-24T08:00.",
    "to": "Suspect until.",
    "cycle": "Retort load or tank filling, e.g. R1-0461; may be repeated.",
    "equipment": "Retort, kettle or chiller, with --used-from and --used-to.",
    "used-from": "Suspect since, e.g. 2026-11-24T08:00.",
    "used-to": "Suspect until.",
    "cleaning": "Number of a cleaning that failed.",
    "check": "Number of a process check that failed.",
    "produced-from": "First production day, e.g. 2026-11-24.",
    "produced-to": "Last production day.",
    "article": "Article of the production days or the artwork.",
    "on-line": "Line of the production days.",
    "artwork": "Version of the label's artwork, with --article.",
    "job": "Number of a print job whose labels are wrong; may be repeated.",
    "shipment": "Shipment number; may be repeated.",
    "place": "Storage place, with --there-from and --there-to.",
    "consignee": "Consignee, with --there-from and --there-to.",
    "unit": "Case or pallet by SSCC, with --there-from and --there-to.",
    "there-from": "At the place, consignee or in the unit since, 2026-11-24T08:00.",
    "there-to": "At the place, consignee or in the unit until.",
}

MOST_COMMON = 10
"""Shared lots that are printed, the likeliest causes."""
Command = Callable[..., None]


def fact_options(command: Command) -> Command:
    """An option for each way to name a fact."""
    for name, text in reversed(OPTIONS.items()):
        field = name.replace("-", "_")
        add = click.option(f"--{name}", field, multiple=field in SEVERAL, help=text)
        command = add(command)
    return command


@click.command()
@fact_options
@click.option(
    "--origin",
    type=click.Choice(ORIGINS),
    default="unknown",
    show_default=True,
    help="Where the hazard is thought to come from.",
)
@click.option(
    "--hazard",
    type=click.Choice(HAZARDS),
    default="any",
    show_default=True,
    help="An allergen is ended by an allergen cleaning alone; it and what is "
    "equipment-borne reach other loads of the same retort or kettle.",
)
@click.option("--narrow", default="", help="Why packs may be told from their batch.")
@click.option("--include", multiple=True, help="A possible batch that counts too.")
@click.option(
    "--leave-out", multiple=True, help="A probable batch that does not count."
)
@json_option
@pass_context
def scope(context: Context, /, as_json: bool, **asked: Any) -> None:
    """Compute what is affected, why, and where every unit of it is."""
    with context.house() as house, house.plant.reading() as session:
        criteria = _criteria(session, asked)
        decided = dict.fromkeys(_lots(session, asked["include"]), True)
        decided |= dict.fromkeys(_lots(session, asked["leave_out"]), False)
        found = compute_scope(session, criteria, clock.now(), decided)
        document = scope_document(found)
    if as_json:
        print_json(document)
    else:
        _show(document)


def _criteria(session: Session, asked: dict[str, Any]) -> Criteria:
    several = {name: asked[name] for name in SEVERAL}
    fields = (name.replace("-", "_") for name in OPTIONS)
    typed = {name: asked[name] or "" for name in fields if name not in SEVERAL}
    if typed["line"] and not (typed["from"] and typed["to"]):
        raise InvalidInput(
            "window_incomplete", N_("A line needs a time: give --from and --to.")
        )
    if (typed["from"] or typed["to"]) and not typed["line"]:
        raise InvalidInput("window_without_line", N_("A time needs a --line."))
    if typed["items"] and len(asked["lot"]) != 1:
        raise InvalidInput(
            "items_without_lot", N_("Items belong to exactly one lot: give one --lot.")
        )
    facts = read_facts(session, typed, several)
    if not facts:
        raise InvalidInput(
            "scope_empty",
            N_(
                "Say where to start: --lot, --line, --input-lot, --cycle or --shipment."
            ),
        )
    return Criteria(tuple(facts), asked["origin"], asked["hazard"], asked["narrow"])


def _lots(session: Session, codes: Iterable[str]) -> list[int]:
    return [find_lot(session, code).id for code in codes]


def _show(document: dict[str, Any]) -> None:
    for entry in document["lots"]:
        amount = f"{entry['affected']:>12,}"
        click.echo(f"T{entry['tier']}  {entry['lot']:24} {amount}")
        for why in entry["why"]:
            click.echo(f"      {why}")
        if entry["narrowed"]:
            click.echo(f"      Items {entry['items']} of {entry['packs']:,}")
        if entry["scan"]:
            click.echo(f"      {entry['scan']['hint']}")
    for one in document["common"][:MOST_COMMON]:
        click.echo(
            f"Shared: {one['article']}/{one['lot']} in {one['used']} of {one['of']} "
            f"suspect batches, {one['others']} other lots"
        )
    click.echo(f"\nMade: {document['made']:,}")
    for place in document["positions"]:
        action = place["action"] if place["max"] else ""
        click.echo(f"  {place['place']:24} {_range(place):>12}  {action}".rstrip())
    unknown = sum(one["quantity"] for one in document["unbatched"])
    if unknown:
        click.echo(f"  {'shipped, batch unknown':24} {f'up to {unknown:,}':>12}")
    _show_units(document["units"])
    for consignee in document["consignees"]:
        coming = f", coming up to {consignee['coming']:,}" * bool(consignee["coming"])
        click.echo(f"  {consignee['name']:24} {_range(consignee):>12}{coming}")
        click.echo(f"      {consignee['contact']} {consignee['phone']}")
    for one in document["unbatched"]:
        click.echo(f"  {one['name']:24} {'possible':>12}  {one['why']}")
    if document["narrowed"]:
        click.echo(f"Narrowed, because: {document['criteria']['narrow']}")
    for line in document["unbounded"]:
        click.echo(f"No clean break before on line {line}: somebody must approve it.")
    for equipment in document["unbounded_equipment"]:
        click.echo(f"No cleaning of {equipment} before: somebody must approve it.")
    for tank in document["open_tanks"]:
        click.echo(
            f"Tank filling {tank['cycle']} not emptied and cleaned since "
            f"{tank['since']}: {tank['lots']} lots, {tank['made']:,} packs. "
            "Somebody must decide."
        )
    click.echo(f"Hash: {document['hash']}")


def _show_units(units: dict[str, Any]) -> None:
    if units["total"]:
        mixed = f"{units['mixed']:,} with something else inside"
        click.echo(f"Cases and pallets: {units['total']:,}, {mixed}")
    for one in units["listed"]:
        where, lots = one["shipment"] or one["place"], ", ".join(one["lots"])
        more = f", also {', '.join(one['others'])}" * bool(one["others"])
        click.echo(f"  {one['sscc']} {one['level']:6} {where:12} {lots}{more}")


def _range(place: dict[str, Any]) -> str:
    least, most = place["min"], place["max"]
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
