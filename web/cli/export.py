"""Commands that write files: everything for an import, and every list."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ...trace.exchange.exports import FORMATS, write_list, write_plant
from ...trace.exchange.lists.query import Asked
from ..registry import ALL, find_listing
from .context import Context, json_option, pass_context, print_json, progress_bar

Files = Iterable[tuple[str, Iterator[bytes]]]

folder_option = click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write to; files of the same name in it are replaced.",
)


@click.group()
def export() -> None:
    """Write records to files."""


@export.command("csv")
@folder_option
@json_option
@pass_context
def export_csv(context: Context, output: Path, as_json: bool) -> None:
    """Write the plant as CSV files that ``lotmark import`` takes.

    Imported into an empty installation they give the same traces and balances; what
    they cannot carry is listed in docs/export.md. A copy of everything is a backup.
    """
    with context.house() as house, house.plant.reading() as session:
        _write(output, write_plant(session, Asked()), as_json)


@export.command("lists")
@folder_option
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="csv",
    show_default=True,
)
@click.option("--only", multiple=True, help="Name of a list; may be repeated.")
@json_option
@pass_context
def export_lists(
    context: Context, output: Path, form: str, only: tuple[str, ...], as_json: bool
) -> None:
    """Write the lists of records as they stand on the screen, one file each."""
    wanted = [find_listing(name) for name in only] or ALL
    with context.house() as house, house.plant.reading() as session:
        files = (
            (f"{one.name}.{form}", write_list(session, one, Asked(), form))
            for one in wanted
        )
        _write(output, files, as_json)


def _write(folder: Path, files: Files, as_json: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    with progress_bar() as bar:
        task = bar.add_task("Exporting", total=None)
        for name, content in files:
            size = 0
            with (folder / name).open("wb") as out:
                for piece in content:
                    size += out.write(piece)
            told.append({"file": name, "bytes": size})
            bar.update(task, advance=1)
    if as_json:
        print_json({"folder": str(folder), "files": told})
        return
    for each in told:
        click.echo(f"{folder / str(each['file'])}: {each['bytes']:,} bytes")
