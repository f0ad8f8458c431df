"""Commands for the keys by which machines act."""

from datetime import timedelta
from typing import Any

import click

from ...trace import clock, people
from ...trace.api_keys import (
    MACHINE_RIGHTS,
    ApiKey,
    issue_key,
    list_keys,
    revoke_key,
)
from .context import Context, json_option, pass_context, print_json


@click.group()
def api() -> None:
    """Keys of line machines, cameras and other programs."""


@api.command("add")
@click.argument("name")
@click.option(
    "--right",
    "rights",
    multiple=True,
    required=True,
    type=click.Choice(MACHINE_RIGHTS),
    help="May be repeated.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.")
@json_option
@pass_context
def add(
    context: Context,
    name: str,
    rights: tuple[str, ...],
    days: int | None,
    as_json: bool,
) -> None:
    """Make a key. It is printed once: keep it where only the machine can read it."""
    now = clock.now()
    expires_at = now + timedelta(days=days) if days else None
    with context.house() as house, house.plant.writing() as session:
        key, text = issue_key(session, name, rights, people.system(), now, expires_at)
        shown = _shown(key)
    if as_json:
        print_json({**shown, "key": text})
        return
    click.echo(text)
    click.echo("This is shown once. Send it as: Authorization: Bearer …", err=True)


@api.command("list")
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """List the keys, the newest first; their text is not kept."""
    with context.house() as house, house.plant.reading() as session:
        keys = [_shown(key) for key in list_keys(session)]
    if as_json:
        print_json(keys)
        return
    for key in keys:
        rights = " ".join(key["rights"])
        click.echo(f"{key['prefix']}…  {key['state']:8} {key['name']:24} {rights}")


@api.command("revoke")
@click.argument("name")
@pass_context
def revoke(context: Context, name: str) -> None:
    """Make a key useless at once: by its name, or its first twelve characters."""
    with context.house() as house, house.plant.writing() as session:
        key = revoke_key(session, name, people.system(), clock.now())
    click.echo(f"The key {key.name} is revoked.")


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "state": key.state(clock.now()),
        "rights": key.rights,
        "created_by": key.created_by,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
    }
