"""Commands of the plant: batch, labels."""

import sys
from datetime import datetime
from typing import BinaryIO

import click
import sqlalchemy as sa

from ...labels.engine.render import FORMATS
from ...labels.engine.stock import stock_names
from ...labels.jobs.service import draw_labels
from ...trace import clock, people
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, NotFound
from ...trace.identity.gs1 import Gtin
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_line, find_lot
from ...trace.parties.tables import Article
from ...trace.production.batches import local_day, open_batch, propose_batch
from .context import Context, json_option, pass_context, print_json, progress_bar, warn
from .papers import dossier


@click.group()
def batch() -> None:
    """Batches on the lines."""


batch.add_command(dossier)


@batch.command("open")
@click.option("--line", "line_code", required=True, help="Line code, or SITE/LINE.")
@click.option("--product", required=True, help="Article code or GTIN.")
@click.option("--batch", "code", help="Batch number; the next one if not given.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Made on.")
@click.option("--planned", type=int, required=True, help="Packs planned.")
@json_option
@pass_context
def open_on_line(
    context: Context,
    line_code: str,
    product: str,
    code: str | None,
    day: datetime | None,
    planned: int,
    as_json: bool,
) -> None:
    """Open a batch on a line."""
    now = clock.now()
    with context.house() as house, house.plant.writing() as session:
        line = find_line(session, line_code)
        article = _find_product(session, product)
        made_on = day.date() if day else local_day(line, now)
        number = code or propose_batch(session, line, article, made_on)
        lot = open_batch(
            session, article, line, number, made_on, planned, people.system(), now
        )
        shown = {
            "lot": lot.code,
            "article": article.code,
            "gtin": article.gtin,
            "line": line.code,
            "produced_on": lot.produced_on,
            "expires_on": lot.expires_on,
            "planned": planned,
        }
    if as_json:
        print_json(shown)
    else:
        click.echo(f"Batch {shown['lot']} is open on line {shown['line']}.")


@click.command()
@click.option("--lot", "lot_code", required=True, help="Batch number.")
@click.option("--first", default=0, show_default=True, help="First item number.")
@click.option("--count", type=int, help="How many; all issued ones if not given.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="pdf", show_default=True
)
@click.option("--stock", default="a4-24", show_default=True, help="Label stock.")
@click.option("--skip", default=0, help="Labels already used on the first sheet.")
@click.option("-o", "--output", type=click.File("wb", lazy=True), required=True)
@pass_context
def labels(
    context: Context,
    lot_code: str,
    first: int,
    count: int | None,
    format_: str,
    stock: str,
    skip: int,
    output: BinaryIO,
) -> None:
    """Draw labels of codes that were issued."""
    if stock not in stock_names():
        raise InvalidInput(
            "stock_unknown",
            N_("No label stock %(stock)s. Expected one of: %(known)s."),
            stock=stock,
            known=", ".join(stock_names()),
        )
    with context.house() as house, house.plant.reading() as session:
        lot = find_lot(session, lot_code)
        number = lot.next_item - first if count is None else count
        if first < 0 or number < 1:
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
                stock,
                output,
                skip,
                lambda done: bar.update(task, completed=done),
            )
    warn(house.settings)
    click.echo(f"{drawn} labels: {output.name}", file=sys.stderr)


def _find_product(session: Session, text: str) -> Article:
    by = Article.code == text
    if text.isdigit() and len(text) in (8, 12, 13, 14):
        by = sa.or_(by, Article.gtin == Gtin.parse(text).digits)
    article = session.scalar(sa.select(Article).where(by))
    if article is None:
        raise NotFound(
            "article_unknown",
            N_("No article %(article)s is recorded."),
            article=text,
        )
    return article
