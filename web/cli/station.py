"""The line PC that prints with the network gone."""

import re
import signal
import socket
import threading
from pathlib import Path

import click

from ...labels.devices.addresses import ROLL_FORMATS
from ...labels.engine.stock import stock_names
from ..station.link import Server
from ..station.printer import Place
from ..station.running import run
from ..station.sync import Post


def _own_name() -> str:
    return re.sub("[^!-~]", "-", socket.gethostname())[:40] or "station"


@click.command()
@click.option("--server", required=True, help="Address of the server, https://…")
@click.option(
    "--key",
    envvar="LOTMARK_STATION_KEY",
    required=True,
    help="Key of this device, lm_…; better in LOTMARK_STATION_KEY.",
)
@click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of its own; what was printed is kept there until it is reported.",
)
@click.option("--line", required=True, help="Code of the line it stands at, e.g. L2.")
@click.option(
    "--printer",
    required=True,
    help="tcp://host:9100, folder:PATH, usb:/dev/usb/lp0 or windows:NAME.",
)
@click.option(
    "--format",
    default="zpl",
    show_default=True,
    type=click.Choice(ROLL_FORMATS),
    help="What the printer understands.",
)
@click.option(
    "--stock",
    default="roll-60x40",
    show_default=True,
    help=f"The labels in it: {', '.join(n for n in stock_names() if 'roll' in n)}.",
)
@click.option(
    "--dpi", default="203", show_default=True, type=click.Choice(["203", "300", "600"])
)
@click.option("--name", default=_own_name, help="Name of this device [its own].")
@click.option(
    "--most",
    default=20_000,
    show_default=True,
    type=click.IntRange(1, 500_000),
    help="Codes it holds of a batch at most: enough for a shift.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--first-check/--no-first-check",
    default=True,
    show_default=True,
    help="Each job waits until its first label was scanned.",
)
def station(
    server: str,
    key: str,
    folder: Path,
    line: str,
    printer: str,
    format: str,
    stock: str,
    dpi: str,
    name: str,
    most: int,
    host: str,
    port: int,
    first_check: bool,
) -> None:
    """Print labels at a line, also while the network is gone.

    Holds a signed block of codes for one shift, serves the line's screen on this PC,
    prints each label at most once, and reports when the server is there again.
    """
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    run(
        folder,
        Post(Server(server, key), name, line, most),
        Place.read(printer, format, stock, int(dpi)),
        host,
        port,
        first_check=first_check,
        stop=stop,
        ready=lambda url: click.echo(f"Lotmark station at {url} - end with Ctrl-C"),
    )
