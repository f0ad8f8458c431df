"""Commands for print houses: hand codes out, fetch the sealed list, note the return."""

import shutil
import tempfile
from typing import BinaryIO

import click
import sqlalchemy as sa

from ...labels.jobs.handover import (
    Span,
    check_fetch,
    find_order,
    new_password,
    note_fetch,
    note_return,
    order_codes,
    write_codes,
)
from ...trace import clock, files, people
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, NotFound
from ...trace.identity.codes import ItemCode
from ...trace.identity.keys import KeyRing
from ...trace.parties.lots import find_lot
from ...trace.parties.tables import Article
from ..verify import verify_text
from .context import Context, json_option, pass_context, print_json, warn

ZIP = "application/zip"


@click.command("order")
@click.option("--house", required=True, help="The print house.")
@click.option("--lot", "lot_code", help="Batch in production that they are for.")
@click.option("--product", help="Article code: a roll that gets its batch later.")
@click.option("--count", required=True, type=int)
@json_option
@pass_context
def hand_out(
    context: Context,
    house: str,
    lot_code: str | None,
    product: str | None,
    count: int,
    as_json: bool,
) -> None:
    """Issue codes that a print house makes into labels."""
    if (lot_code is None) == (product is None):
        raise InvalidInput(
            "codes_of_what",
            N_("Say what the codes are for: --lot for a batch, or --product."),
        )
    with context.house() as home, home.plant.writing() as session:
        lot = find_lot(session, lot_code) if lot_code is not None else None
        article = lot.article if lot else _find_article(session, product or "")
        order = order_codes(
            session,
            house,
            article,
            lot.id if lot else None,
            count,
            home.keys.current.version,
            people.system(),
            clock.now(),
        )
        number = order.number
    if as_json:
        print_json({"order": number, "count": count})
    else:
        click.echo(f"Order {number}: {count} codes for {house}.")


@click.command("fetch")
@click.argument("number")
@click.option("-o", "--output", type=click.File("wb", lazy=True), required=True)
@pass_context
def fetch(context: Context, number: str, output: BinaryIO) -> None:
    """Write an order's codes as a sealed zip, once, and show its password."""
    password, now = new_password(), clock.now()
    with context.house() as house:
        warn(house.settings)
        folder, base_url = house.settings.files, house.settings.base_url
        with tempfile.TemporaryFile() as drawn:
            with house.plant.reading() as session:
                order = find_order(session, number)
                check_fetch(session, order, people.system())
                write_codes(session, house.keys, order, base_url, password, drawn)
            drawn.seek(0)
            name, size = files.write_stream(folder, drawn)
        with house.plant.writing() as session:
            kept = files.keep(session, name, size, ZIP, now)
            note_fetch(session, find_order(session, number), kept, people.system(), now)
        with files.path_of(folder, name).open("rb") as sealed:
            shutil.copyfileobj(sealed, output)
    click.echo(password)


@click.command("returned")
@click.argument("number")
@click.option("--first", required=True, help="Code on the first label.")
@click.option("--last", required=True, help="Code on the last label.")
@click.option("--faulty", multiple=True, help="A bad label, or FIRST~LAST of some.")
@click.option("--delivered", required=True, type=int, help="Good labels that came.")
@click.option("--paper", required=True, help="Number of the delivery note.")
@pass_context
def returned(
    context: Context,
    number: str,
    first: str,
    last: str,
    faulty: tuple[str, ...],
    delivered: int,
    paper: str,
) -> None:
    """Note that a print house delivered the labels of an order."""
    with context.house() as house, house.plant.writing() as session:
        keys = house.keys
        order = note_return(
            session,
            find_order(session, number),
            (_find_code(session, keys, first), _find_code(session, keys, last)),
            [_find_span(session, keys, one) for one in faulty],
            delivered,
            paper,
            people.system(),
            clock.now(),
        )
        void = order.count - delivered
    click.echo(f"Order {number}: {delivered} labels delivered, {void} codes void.")


def _find_span(session: Session, keys: KeyRing, text: str) -> Span:
    first, _, last = text.partition("~")
    one = _find_code(session, keys, first.strip())
    return one, _find_code(session, keys, last.strip()) if last else one


def _find_code(session: Session, keys: KeyRing, text: str) -> ItemCode:
    item = verify_text(session, keys, text).item
    if item is None:
        raise NotFound(
            "code_unknown", N_("No code %(found)s was issued."), found=text[:80]
        )
    return ItemCode(item.series, item.item)


def _find_article(session: Session, code: str) -> Article:
    article = session.scalar(sa.select(Article).filter_by(code=code, kind="product"))
    if article is None:
        raise NotFound(
            "article_unknown", N_("No article %(article)s is recorded."), article=code
        )
    return article
