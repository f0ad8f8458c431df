"""Commands that keep running: serve and worker."""

import click

from .. import server
from .. import worker as work
from .context import Context, pass_context, warn


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--worker/--no-worker", default=True, help="Also run one worker.")
@pass_context
def serve(context: Context, host: str, port: int, worker: bool) -> None:
    """Serve the pages, and keep one worker running beside them."""
    with context.house() as house:  # refuses early, with a sentence
        settings = house.settings
    warn(settings)
    click.echo(f"Lotmark at http://{host}:{port} - end with Ctrl-C")
    server.serve(settings, host, port, with_worker=worker)


@click.command()
@pass_context
def worker(context: Context) -> None:
    """Do what the outbox asks: draw labels, send messages, watch the clocks."""
    with context.house() as house:
        work.run(house)
