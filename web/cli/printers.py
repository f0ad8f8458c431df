"""Commands for printers: which there are, adding one, trying one, taking one away."""

import secrets
import time
from typing import Any

import click

from ...labels.devices.addresses import FORMATS
from ...labels.engine.stock import stock_names
from ...labels.jobs.errands import ask_errand
from ...labels.jobs.gates import order_at_line
from ...labels.jobs.printers import (
    RESOLUTIONS,
    add_printer,
    find_printer,
    list_printers,
    remove_printer,
)
from ...labels.jobs.tables import Printer
from ...trace import clock, people
from ...trace.errors import N_, Conflict
from ...trace.parties.lots import find_line, find_lot
from .context import Context, json_option, pass_context, print_json

TRIED_WITHIN = 10.0
"""Seconds in which the worker takes a test label."""


@click.group()
def printer() -> None:
    """Printers that labels go straight to."""


@printer.command("add")
@click.argument("code")
@click.argument("address")
@click.option("--name", default="", help="As people call it.")
@click.option("--line", "line_code", help="Line it stands at.")
@click.option("--kind", type=click.Choice(list(FORMATS)), default="tcp")
@click.option("--format", "format_", default="zpl", show_default=True)
@click.option("--stock", type=click.Choice(stock_names()), default="roll-60x40")
@click.option("--dpi", type=click.Choice([str(n) for n in RESOLUTIONS]), default="203")
@click.option("--in-flight", default=50, show_default=True, help="Sent ahead at most.")
@pass_context
def add(
    context: Context,
    code: str,
    address: str,
    name: str,
    line_code: str | None,
    kind: str,
    format_: str,
    stock: str,
    dpi: str,
    in_flight: int,
) -> None:
    """Add the printer CODE at ADDRESS: host:port, ipp://… or a folder."""
    with context.house() as house, house.plant.writing() as session:
        line = find_line(session, line_code) if line_code else None
        add_printer(
            session,
            code,
            name,
            kind,
            address,
            format_,
            stock,
            people.system(),
            clock.now(),
            line_id=line.id if line else None,
            dpi=int(dpi),
            in_flight=in_flight,
        )
    click.echo(f"Added {code}. Try it: lotmark printer test {code}")


@printer.command("list")
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """List the printers in use, each with its last status and the age of that."""
    with context.house() as house, house.plant.reading() as session:
        found = [shown(one) for one in list_printers(session)]
    if as_json:
        print_json(found)
        return
    for one in found:
        words = f" ({one['trouble']})" if one["trouble"] else ""
        age = one["answered_at"] or "never answered"
        click.echo(f"{one['code']:20} {one['status']}{words}  {age}  {one['address']}")


@printer.command("test")
@click.argument("code")
@click.option("--ruler", is_flag=True, help="The ruler label instead.")
@pass_context
def test(context: Context, code: str, ruler: bool) -> None:
    """Print a label without a code, and say what the printer says of itself."""
    with context.house() as house:
        asked = clock.now()
        with house.plant.writing() as session:
            found = find_printer(session, code)
            errand = "ruler" if ruler else "test"
            ask_errand(session, found, errand, people.system(), asked)
        end = time.monotonic() + TRIED_WITHIN
        while time.monotonic() < end:
            with house.plant.reading() as session:
                found = find_printer(session, code)
            if not found.errand:
                break
            time.sleep(0.1)
    one = shown(found)
    if found.errand:
        raise Conflict(
            "errand_waits",
            N_(
                "The label was not printed yet: %(code)s is %(status)s. Look at the "
                "printer, and whether lotmark worker or lotmark serve runs."
            ),
            code=code,
            status=f"{one['status']} {one['trouble']}".strip(),
        )
    click.echo(f"Sent to {code}; it is {one['status']} {one['trouble']}".strip() + ".")


@printer.command("remove")
@click.argument("code")
@pass_context
def remove(context: Context, code: str) -> None:
    """Take a printer out of use; what it printed stays on record."""
    with context.house() as house, house.plant.writing() as session:
        found = find_printer(session, code)
        remove_printer(session, found, people.system(), clock.now())
    click.echo(f"{code} is out of use.")


def shown(printer: Printer) -> dict[str, Any]:
    """What is told of a printer."""
    return {
        "code": printer.code,
        "name": printer.name,
        "line": printer.line.code if printer.line else None,
        "kind": printer.kind,
        "address": printer.address,
        "format": printer.format,
        "stock": printer.stock,
        "dpi": printer.dpi,
        "status": printer.status,
        "trouble": printer.status_words,
        "answered_at": printer.answered_at and printer.answered_at.isoformat(),
        "labels_left": printer.labels_left,
    }


@printer.command("print")
@click.argument("code")
@click.option("--lot", "lot_code", required=True, help="Batch number.")
@click.option("--count", required=True, type=int, help="New labels.")
@json_option
@pass_context
def print_labels(
    context: Context, code: str, lot_code: str, count: int, as_json: bool
) -> None:
    """Issue new codes for a batch and print them on the printer CODE, each once.

    On a line that line is cleared first, and the job waits there for its first label.
    """
    with context.house() as house, house.plant.writing() as session:
        job = order_at_line(
            session,
            find_lot(session, lot_code).id,
            count,
            code,
            f"command-{secrets.token_hex(8)}",
            house.keys.current.version,
            house.settings.base_url,
            people.system(),
            clock.now(),
        )
    if as_json:
        print_json({"job": job.number, "printer": code, "labels": job.labels})
        return
    click.echo(f"{job.number}: {job.labels} labels are on their way to {code}.")
    if job.first_check:
        click.echo("After the first one it waits: scan that label at the line.")
