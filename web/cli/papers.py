"""``lotmark batch dossier``: the record of a batch as a PDF."""

import sys
from typing import BinaryIO

import click

from ...recall.complaints.counts import complaint_counts
from ...trace import clock
from ...trace.parties.lots import find_lot
from ..app import create_app
from ..i18n import LANGUAGES
from ..print.dossier import print_dossier
from ..print.imprint import imprint
from .context import Context, pass_context, warn


@click.command()
@click.argument("lot_code", metavar="LOT")
@click.option("-o", "--output", type=click.File("wb", lazy=True), required=True)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="zh", show_default=True
)
@pass_context
def dossier(context: Context, lot_code: str, output: BinaryIO, language: str) -> None:
    """Print the whole record of a batch, or of a received lot."""
    now = clock.now()
    with context.house() as house:
        app = create_app(house)
        with (
            app.test_request_context(f"/?lang={language}"),
            house.plant.reading() as session,
        ):
            lot = find_lot(session, lot_code)
            counts = complaint_counts(session, lot.id)
            by = imprint("Lotmark", now)
            content = print_dossier(session, house, lot, counts, by, now)
        output.write(content)
        warn(house.settings)
    click.echo(f"{lot.code}: {output.name}", file=sys.stderr)
