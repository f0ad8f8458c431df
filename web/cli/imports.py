"""``lotmark import``: files of other systems come in, or a template of one goes out."""

from contextlib import ExitStack
from pathlib import Path

import click
from rich.progress import TaskID

from ...trace import clock, people
from ...trace.exchange.imports import ImportRefused, Report, bring_files
from ...trace.exchange.kinds import KINDS
from ...trace.exchange.templates import FORMATS, LANGUAGES, write_templates
from .context import Context, json_option, pass_context, print_json, progress_bar

STEPS = {"read": "Reading", "check": "Checking", "write": "Writing"}
SHOWN = 200
"""Bad rows shown at a terminal; more would scroll the first away."""


@click.command("import")
@click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--template",
    type=click.Choice([kind.name for kind in KINDS] + ["all"]),
    help="Write an empty file of this kind instead.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="xlsx",
    show_default=True,
    help="Of the template.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="zh",
    show_default=True,
    help="Of the template's header.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where the template goes: a file, or with all a folder.",
)
@json_option
@pass_context
def import_files(
    context: Context,
    files: tuple[Path, ...],
    template: str | None,
    format_: str,
    language: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Take in CSV or XLSX files: all of them, or nothing.

    What a file holds is recognised by its header; see docs/import.md. A file that was
    imported before changes nothing.
    """
    if template:
        if files or output is None:
            raise click.UsageError("--template takes -o and no files.")
        _write_templates(template, format_, language, output)
        return
    if not files:
        raise click.UsageError("Name the files to import, or a --template.")
    report = _bring(context, files)
    if as_json:
        print_json(_document(report))
        return
    for known in report.known:
        when = f"{known.imported_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{known.name}: already imported on {when} by {known.imported_by}")
    for entry in report.files:
        click.echo(f"{entry.name}: {entry.rows} {entry.kind}")


def _bring(context: Context, files: tuple[Path, ...]) -> Report:
    with ExitStack() as opened, context.house() as house, progress_bar() as bar:
        named = [(path.name, opened.enter_context(path.open("rb"))) for path in files]
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(STEPS[step], total=total)
            bar.update(tasks[step], completed=done, total=total)

        try:
            return bring_files(
                house.plant,
                named,
                people.system(),
                clock.now(),
                key_version=house.keys.current.version,
                progress=show,
            )
        except ImportRefused as refused:
            for bad in refused.rows[:SHOWN]:
                bar.console.print(str(bad), highlight=False, soft_wrap=True)
            if refused.count > SHOWN:
                bar.console.print(f"… and {refused.count - SHOWN} more.")
            raise


def _document(report: Report) -> dict[str, object]:
    return {
        "files": [
            {"file": entry.name, "kind": entry.kind, "rows": entry.rows}
            for entry in report.files
        ],
        "known": [
            {
                "file": known.name,
                "imported_at": known.imported_at.isoformat(),
                "imported_by": known.imported_by,
            }
            for known in report.known
        ],
    }


def _write_templates(template: str, format_: str, language: str, output: Path) -> None:
    kinds = tuple(kind for kind in KINDS if template in (kind.name, "all"))
    if template == "all":
        output.mkdir(parents=True, exist_ok=True)
    for name, content in write_templates(kinds, format_, language):
        path = output / name if template == "all" else output
        path.write_bytes(content)
        click.echo(str(path))
