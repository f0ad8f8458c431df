"""Commands for item codes: issue, roll, bind."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import click

from ...labels.jobs.service import label_series
from ...trace import clock, people
from ...trace.db import Session
from ...trace.errors import N_, NotFound
from ...trace.identity.bulk import encode_many
from ...trace.identity.codes import ItemCode
from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.links import DigitalLink
from ...trace.parties.lots import find_lot
from ...trace.production.codes import issue_codes
from ...trace.production.rolls import bind_roll, issue_roll
from ..verify import verify_text
from .context import Context, json_option, pass_context, print_json, warn
from .handover import fetch, hand_out, returned

SLICE = 100_000
"""Codes of a roll made at once."""

csv_option = click.option(
    "--csv",
    "csv_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the codes to a file, for a print house, a coder or BarTender.",
)


@click.group()
def codes() -> None:
    """Item codes."""


@codes.command("issue")
@click.option("--lot", "lot_code", required=True, help="Batch number.")
@click.option("--count", required=True, type=int)
@csv_option
@json_option
@pass_context
def issue(
    context: Context, lot_code: str, count: int, csv_path: Path | None, as_json: bool
) -> None:
    """Issue codes for a batch in production."""
    with context.house() as house, _opened(csv_path) as file:
        with house.plant.writing() as session:
            lot = find_lot(session, lot_code)
            version = house.keys.current.version
            ranges = issue_codes(
                session, lot.id, count, version, people.system(), clock.now()
            )
        first = ranges[0].lot_lo or 0
        items = ItemSet.range(first, first + count)
        with house.plant.reading() as session:
            series = label_series(
                session, house.keys, lot, items, house.settings.base_url
            )
            records = chain.from_iterable(series)
            rows = (
                {"item": item, "serial": record.serial, "url": record.url}
                for item, record in enumerate(records, first)
            )
            said = f"Issued {count} codes for {lot.code}: {csv_path}"
            head = {"lot": lot.code, "items": str(items)}
            _tell(rows, file, head if as_json else None, said)
        warn(house.settings)


@codes.command("roll")
@click.option("--count", required=True, type=int)
@csv_option
@json_option
@pass_context
def roll(context: Context, count: int, csv_path: Path | None, as_json: bool) -> None:
    """Issue codes for a roll printed before its batch exists."""
    with context.house() as house, _opened(csv_path) as file:
        key = house.keys.current
        with house.plant.writing() as session:
            issued = issue_roll(
                session, count, key.version, people.system(), clock.now()
            )
        base_url = house.settings.base_url
        rows = (
            {"serial": serial, "url": str(DigitalLink.build(base_url, serial))}
            for part in ItemSet.range(issued.lo, issued.hi).slices(SLICE)
            for serial in encode_many(key, issued.series, part).astype(str).tolist()
        )
        said = f"Issued {count} codes for a roll: {csv_path}"
        _tell(rows, file, {} if as_json else None, said)
        warn(house.settings)


@codes.command("bind")
@click.option("--lot", "lot_code", required=True, help="Batch number.")
@click.option("--first", required=True, help="First code of the roll that was used.")
@click.option("--last", required=True, help="Last code that was used.")
@pass_context
def bind(context: Context, lot_code: str, first: str, last: str) -> None:
    """Say which batch a roll printed earlier went onto."""
    with context.house() as house, house.plant.writing() as session:
        lot = find_lot(session, lot_code)
        bound = bind_roll(
            session,
            lot.id,
            _find_code(session, house.keys, first),
            _find_code(session, house.keys, last),
            people.system(),
            clock.now(),
        )
        count = bound.hi - bound.lo
    click.echo(f"Bound {count} codes of the roll to {lot.code}.")


def _find_code(session: Session, keys: KeyRing, text: str) -> ItemCode:
    answer = verify_text(session, keys, text)
    if answer.item is None:
        raise NotFound(
            "code_unknown", N_("No code %(found)s was issued."), found=text[:80]
        )
    return ItemCode(answer.item.series, answer.item.item)


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO | None]:
    """The file to write, opened before a code is issued: it may not be writable."""
    if path is None:
        yield None
        return
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        yield file


def _tell(
    rows: Iterator[dict[str, Any]],
    file: TextIO | None,
    head: dict[str, Any] | None,
    said: str,
) -> None:
    """Write the codes one by one: to the file, as JSON under ``head``, or as lines."""
    if file is not None:
        writer = csv.writer(file)
        for place, row in enumerate(rows):
            if place == 0:
                writer.writerow(row)
            writer.writerow(row.values())
        if head is None:
            click.echo(said)
        else:
            print_json({**head, "file": file.name})
    elif head is not None:
        print_json({**head, "codes": list(rows)})
    else:
        for row in rows:
            click.echo(row["url"])


codes.add_command(hand_out)
codes.add_command(fetch)
codes.add_command(returned)
