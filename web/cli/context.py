"""What every command shares: the settings, and the installation when it needs one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ..installation import Installation, open_installation
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """How this command was called."""

    home: Path | None
    environment: Mapping[str, str]

    def ours(self) -> list[str]:
        """Names of the settings in the environment."""
        return [name for name in self.environment if name.startswith("LOTMARK_")]

    def settings(self) -> Settings:
        return Settings.from_environment(self.environment, self.home)

    @contextmanager
    def house(self) -> Iterator[Installation]:
        """The installation, open for the length of the command."""
        house = open_installation(self.settings())
        try:
            yield house
        finally:
            house.close()


pass_context = click.make_pass_decorator(Context)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def warn(settings: Settings) -> None:
    """Say on standard error what would be wrong on every pack."""
    if settings.warning:
        click.secho(settings.warning, err=True, fg="yellow")


def print_json(value: Any) -> None:
    """Print a document for machines: stable names, readable Chinese."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def progress_bar() -> Progress:
    """A bar on standard error, shown to people only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )
