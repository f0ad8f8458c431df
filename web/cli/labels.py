"""The command that draws labels: of packs, cases and pallets."""

import sys
from dataclasses import replace
from typing import BinaryIO

import click

from ...labels.engine.render import FORMATS
from ...labels.engine.stock import Stock, load_stock, load_unit_stock
from ...labels.jobs.service import draw_labels
from ...labels.jobs.units import draw_unit_labels
from ...trace.errors import N_, InvalidInput
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_lot
from .context import Context, pass_context, progress_bar, warn

PACK_STOCK, UNIT_STOCK = "a4-24", "unit-100x150"


@click.command()
@click.option("--lot", "lot_code", help="Batch number: labels of its packs.")
@click.option("--first", default=0, show_default=True, help="First item number.")
@click.option("--count", type=int, help="How many; all issued ones if not given.")
@click.option("--sscc", "ssccs", multiple=True, help="A case or pallet, with its bars.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="pdf", show_default=True
)
@click.option(
    "--stock",
    help=f"Label stock; {PACK_STOCK} for packs, {UNIT_STOCK} for cases if not given.",
)
@click.option(
    "--dpi",
    type=click.IntRange(100, 2400),
    help="Dots an inch of the printer; the stock's own if not given.",
)
@click.option("--skip", default=0, help="Labels already used on the first sheet.")
@click.option("-o", "--output", type=click.File("wb", lazy=True), required=True)
@pass_context
def labels(
    context: Context,
    lot_code: str | None,
    first: int,
    count: int | None,
    ssccs: tuple[str, ...],
    format_: str,
    stock: str | None,
    dpi: int | None,
    skip: int,
    output: BinaryIO,
) -> None:
    """Draw labels of codes that were issued, or of cases and pallets."""
    if (lot_code is None) == (not ssccs):
        raise InvalidInput(
            "labels_of_what",
            N_("Say what the labels are for: --lot for packs, or --sscc for cases."),
        )
    if lot_code is None:
        paper = stock or UNIT_STOCK
        drawn = _of_units(context, ssccs, format_, paper, dpi, output, skip)
    else:
        paper = stock or PACK_STOCK
        drawn = _of_packs(
            context, lot_code, first, count, format_, paper, dpi, output, skip
        )
    click.echo(f"{drawn} labels: {output.name}", file=sys.stderr)


def _of_packs(
    context: Context,
    lot_code: str,
    first: int,
    count: int | None,
    format_: str,
    stock: str,
    dpi: int | None,
    output: BinaryIO,
    skip: int,
) -> int:
    with context.house() as house, house.plant.reading() as session:
        # Only now are the plant's own stocks known.
        paper = _at(load_stock(stock), dpi)
        lot = find_lot(session, lot_code)
        number = lot.next_item - first if count is None else count
        if first < 0:
            raise InvalidInput(
                "first_invalid",
                N_("The first item of a batch is 0, got %(first)s."),
                first=first,
            )
        if number < 1:
            raise InvalidInput(
                "count_invalid",
                N_("Expected a number of labels from 1, got %(count)s."),
                count=number,
            )
        with progress_bar() as bar:
            task = bar.add_task("Drawing", total=number)
            drawn = draw_labels(
                session,
                house.keys,
                lot,
                ItemSet.range(first, first + number),
                house.settings.base_url,
                format_,
                paper,
                output,
                skip,
                lambda done: bar.update(task, completed=done),
            )
    warn(house.settings)
    return drawn


def _of_units(
    context: Context,
    ssccs: tuple[str, ...],
    format_: str,
    stock: str,
    dpi: int | None,
    output: BinaryIO,
    skip: int,
) -> int:
    with context.house() as house, house.plant.reading() as session:
        base_url = house.settings.base_url
        paper = _at(load_unit_stock(stock), dpi)
        drawn = draw_unit_labels(session, ssccs, base_url, format_, paper, output, skip)
    warn(house.settings)
    return drawn


def _at(stock: Stock, dpi: int | None) -> Stock:
    """The stock for a printer of so many dots an inch."""
    return replace(stock, dpi=dpi) if dpi else stock
