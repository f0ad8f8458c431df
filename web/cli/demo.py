"""``lotmark demo``: a sample meat factory, real labels, and a story to walk through."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click
from rich.progress import Progress, TaskID

from ...labels.engine.proof import read_pdf
from ...labels.engine.stock import load_stock
from ...labels.jobs.printers import add_printer
from ...labels.jobs.service import draw_labels
from ...trace import clock, people
from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from .. import server
from ..creation import create_installation
from ..installation import Installation
from ..sample import PEOPLE
from ..sample.story import Told, tell
from ..settings import Settings
from .context import Context, pass_context, progress_bar

DOCUMENT = "demo.json"
SHEETS = "a4-24.pdf"
FILES = (
    (SHEETS, "pdf", "a4-24"),
    ("roll-60x40.pdf", "pdf", "roll-60x40"),
    ("roll-60x40.tspl", "tspl", "roll-60x40"),
    ("codes.csv", "csv", "roll-60x40"),
)
"""Label files of the demo: name, format, stock."""


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where to build it.",
)
@click.option(
    "--items",
    default=240,
    show_default=True,
    type=click.IntRange(1, 9_600),
    help="Labels to print.",
)
@click.option("--serve/--no-serve", default=True, help="Serve the pages afterwards.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where to serve; 8000, or where the demo was built for.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the sample plant is at; today if not given.",
)
@pass_context
def demo(
    context: Context,
    folder: Path,
    items: int,
    serve: bool,
    port: int | None,
    today: datetime | None,
) -> None:
    """Build a sample meat factory, print labels, tell its story and serve it."""
    port = port or port_of(folder)
    told = {
        "LOTMARK_HOME": str(folder),
        "LOTMARK_BASE_URL": f"http://127.0.0.1:{port}",
    }
    given = {
        name: value
        for name, value in context.environment.items()
        if name in ("LOTMARK_BASE_URL", "LOTMARK_CODE_KEYS") and value
    }
    settings = Settings.from_environment(told | given)
    if (folder / DOCUMENT).exists():
        click.echo(f"The demo in {folder} is there already: nothing was changed.")
    else:
        at_plant = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        build(settings, items, today.date() if today else at_plant)
    document = json.loads((folder / DOCUMENT).read_text("utf-8"))
    introduce(document, folder)
    if not serve:
        click.echo(f"\nServe it with: lotmark --home {folder} serve --port {port}")
        return
    click.echo(f"\nServing at http://127.0.0.1:{port} - end with Ctrl-C")
    server.serve(settings, "127.0.0.1", port, with_worker=True)


def port_of(folder: Path) -> int:
    """The port a demo was built for; 8000 where there is none."""
    path = folder / DOCUMENT
    if not path.is_file():
        return 8000
    return urlsplit(json.loads(path.read_text("utf-8"))["base_url"]).port or 8000


def build(settings: Settings, items: int, today: date) -> None:
    """Build the demo; ``demo.json`` comes last and says that it is complete."""
    folder = settings.home
    if (folder / "lotmark.db").exists():
        raise Conflict(
            "demo_incomplete",
            N_(
                "%(folder)s holds an installation that is not a complete demo. Remove "
                "the folder, or choose another one with --dir."
            ),
            folder=folder,
        )
    shutil.rmtree(folder / "labels", ignore_errors=True)
    house = create_installation(settings)
    try:
        with progress_bar() as bar:
            steps = bar.add_task("Building the sample plant", total=None)
            story = tell(house, items, today, clock.now())
            bar.remove_task(steps)
            print_labels(house, story, items, bar)
            set_up_printer(house, story)
    finally:
        house.close()
    labels = folder / "labels"
    (folder / "scope.json").write_text(
        json.dumps(story.scope, ensure_ascii=False, indent=2), "utf-8"
    )
    base_url = settings.base_url
    document = {
        "base_url": base_url,
        "open_lot": story.open_lot.code,
        "held_lot": story.held_lot.code,
        "gtin": story.open_lot.article.gtin,
        "urls": list(story.urls),
        "labels_pdf": str((labels / SHEETS).resolve()),
        "complaint": f"{base_url}/c/{story.complaint.token}",
        "complaint_no": story.complaint.number,
        "hold": story.hold_number,
        "logins": [
            {
                "role": person.roles[0],
                "user": person.login,
                "name": person.name,
                "password": person.password,
            }
            for person in PEOPLE
        ],
    }
    (folder / DOCUMENT).write_text(
        json.dumps(document, ensure_ascii=False, indent=2), "utf-8"
    )


def set_up_printer(house: Installation, story: Told) -> None:
    """A printer at the line that is a folder: what it prints are files in it."""
    folder = house.settings.home.resolve() / "printer"
    folder.mkdir(exist_ok=True)
    with house.plant.writing() as session:
        add_printer(
            session,
            "L2-DEMO",
            "演示打印机 Demo printer",
            "folder",
            str(folder),
            "pdf",
            "roll-60x40",
            people.system(),
            clock.now(),
            line_id=story.open_lot.line_id,
            in_flight=100,
        )


def print_labels(house: Installation, story: Told, items: int, bar: Progress) -> None:
    """Print every label in each form, and read every printed one back."""
    folder = house.settings.home / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = ItemSet.range(0, items)
    for name, format_, stock in FILES:
        task = bar.add_task(f"Printing {name}", total=items)

        def show(done: int, task: TaskID = task) -> None:
            bar.update(task, completed=done)

        with house.plant.reading() as session, (folder / name).open("wb") as out:
            draw_labels(
                session,
                house.keys,
                story.open_lot,
                wanted,
                house.settings.base_url,
                format_,
                load_stock(stock),
                out,
                progress=show,
            )
    for name in (file for file, format_, _ in FILES if format_ == "pdf"):
        task = bar.add_task(f"Reading {name} back", total=items)
        read: set[str] = set()
        for found in read_pdf((folder / name).read_bytes()):
            read |= set(found)
            bar.update(task, completed=len(read))
        if read != set(story.urls):
            raise Conflict(
                "labels_unreadable",
                N_("Of %(count)s labels in %(file)s only %(read)s could be read."),
                count=items,
                file=name,
                read=len(read & set(story.urls)),
            )


def introduce(document: dict[str, Any], folder: Path) -> None:
    """Say where to look and how to log in."""
    click.echo(f"Labels           {document['labels_pdf']}")
    click.echo(f"A pack's page    {document['urls'][0]}")
    click.echo(f"A complaint      {document['complaint']}")
    click.echo(f"Staff            {document['base_url']}/login")
    for person in document["logins"]:
        click.echo(
            f"  {person['user']:8} {person['password']:16} {person['role']:20} "
            f"{person['name']}"
        )
    click.echo(f"In production    {document['open_lot']}")
    click.echo(f"On hold          {document['held_lot']} ({document['hold']})")
    click.echo(f"Everything       {folder / DOCUMENT}")
