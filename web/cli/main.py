"""The group of all commands, and how a refusal reads at a terminal."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from ...trace.errors import LotmarkError
from .context import Context

COMMANDS = {
    "demo": "demo:demo",
    "init": "setup:init",
    "db": "setup:db",
    "user": "setup:user",
    "key": "setup:key",
    "config": "setup:config",
    "import": "imports:import_files",
    "batch": "plant:batch",
    "codes": "codes:codes",
    "labels": "labels:labels",
    "printer": "printers:printer",
    "verify": "look:verify",
    "trace": "look:trace",
    "scope": "scope:scope",
    "recall": "recall:recall",
    "audit": "look:audit",
    "export": "export:export",
    "serve": "run:serve",
    "worker": "run:worker",
    "station": "station:station",
}
"""Each command and where it is; read only when called, so that each starts fast."""


class Commands(click.Group):
    """The commands, in the order of the work."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(f".{module}", __package__), name)
        assert isinstance(found, click.Command)  # noqa: S101 - for the type checker
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the installation; else LOTMARK_HOME, else ./instance.",
)
@click.version_option(package_name="lotmark")
@click.pass_context
def group(context: click.Context, home: Path | None) -> None:
    """Traceability, complaints and recalls with one QR code on every pack."""
    context.obj = Context(home, os.environ)


def main() -> None:
    """Run a command; refusals are one sentence on standard error and exit code 2."""
    try:
        group.main(standalone_mode=False)
    except LotmarkError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename or 'The system'}: {error.strerror or error}.")
    except DBAPIError as error:
        _refuse(f"The database could not be used: {error.orig}")
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _refuse(sentence: str) -> None:
    shown = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in sentence
    )
    click.secho(shown, err=True, fg="red")
    sys.exit(2)
