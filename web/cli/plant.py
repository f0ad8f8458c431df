"""Commands of the plant: batches."""

from datetime import datetime

import click
import sqlalchemy as sa

from ...trace import clock, people
from ...trace.db import Session
from ...trace.errors import N_, NotFound
from ...trace.identity.gs1 import Gtin
from ...trace.parties.lots import find_line
from ...trace.parties.tables import Article
from ...trace.production.batches import local_day, open_batch, propose_batch
from .context import Context, json_option, pass_context, print_json
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
