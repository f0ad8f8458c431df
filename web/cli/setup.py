"""Commands that set an installation up: init, db, user, key, config."""

import secrets

import click

from ...trace import clock, people
from ...trace.errors import N_, Conflict
from ...trace.identity.keys import rotate_key_file
from .. import migrations
from ..creation import create_installation
from ..installation import Installation
from ..settings import Settings
from . import api_keys
from .context import Context, json_option, pass_context, print_json, warn


@click.command()
@click.option("--login", default="admin", show_default=True, help="First log-in name.")
@click.option("--name", default="", help="Name on screens; the log-in by default.")
@click.option("--password", help="At least 8 characters; generated if not given.")
@click.option("--base-url", help="The address in the QR codes, e.g. https://q.plant.cn")
@pass_context
def init(
    context: Context, login: str, name: str, password: str | None, base_url: str | None
) -> None:
    """Create the database, the keys and the first user, who has every role."""
    chosen = password or secrets.token_urlsafe(9)
    told = {
        **context.environment,
        **({"LOTMARK_BASE_URL": base_url} if base_url else {}),
    }
    house = create_installation(Settings.from_environment(told, context.home))
    with house.plant.reading() as session:
        if session.query(people.User).first() is not None:
            raise Conflict("initialised", N_("This installation has users already."))
    add_person(house, login, name, chosen, [people.DIRECTOR])
    house.close()
    click.echo(f"Installed in {house.settings.home}")
    click.echo(f"Log-in: {login}")
    if password is None:
        click.echo(f"Password: {chosen}")
    warn(house.settings)


@click.group()
def db() -> None:
    """The database's shape."""


@db.command("upgrade")
@pass_context
def upgrade(context: Context) -> None:
    """Bring the database up to date with this version of Lotmark."""
    with context.house() as house:
        migrations.upgrade(house.plant, house.scans)
    click.echo("The database is up to date.")


@click.group()
def user() -> None:
    """People who can log in."""


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="Name on screens; the log-in by default.")
@click.option("--role", "roles", multiple=True, required=True, help="May be repeated.")
@click.option("--password", help="At least 8 characters; asked for if not given.")
@pass_context
def add(
    context: Context,
    login: str,
    name: str,
    roles: tuple[str, ...],
    password: str | None,
) -> None:
    """Add a user. A role that nobody has falls to the factory director."""
    chosen = password or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    with context.house() as house:
        add_person(house, login, name, chosen, list(roles))
    click.echo(f"Added {login}.")


@click.group()
def key() -> None:
    """The secret keys of the item codes, and the keys of machines (api)."""


key.add_command(api_keys.api)


@key.command("rotate")
@pass_context
def rotate(context: Context) -> None:
    """Add a key version for new codes; codes printed before stay good."""
    settings = context.settings()
    if settings.code_keys:
        raise Conflict(
            "keys_in_environment",
            N_(
                "The code keys come from LOTMARK_CODE_KEYS: add a version there "
                "instead."
            ),
        )
    with context.house():
        ring = rotate_key_file(settings.key_file)
    click.echo(f"Key version {ring.current.version} is used for new codes from now on.")
    click.echo("Restart lotmark serve, and back the key file up.")


@click.command()
@json_option
@pass_context
def config(context: Context, as_json: bool) -> None:
    """Print the configuration, and check it."""
    settings = context.settings()
    with context.house() as house:
        keys = [code_key.version for code_key in house.keys.keys]
        shown = {
            "home": str(settings.home.resolve()),
            "database": house.plant.url.render_as_string(hide_password=True),
            "scans": house.scans.url.render_as_string(hide_password=True),
            "base_url": settings.base_url,
            "code_keys": "environment"
            if settings.code_keys
            else str(settings.key_file),
            "code_key_versions": keys,
            "secret_key": "environment" if settings.secret_key else "generated",
            "trusted_proxies": settings.trusted_proxies,
            "gs1_prefix": settings.gs1_prefix,
            "unknown": sorted(set(context.ours()) - KNOWN),
        }
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name:18} {value}")
    warn(settings)


KNOWN = {
    f"LOTMARK_{name}"
    for name in (
        *("HOME", "DATABASE_URL", "BASE_URL", "CODE_KEYS", "SECRET_KEY"),
        "TRUSTED_PROXIES",
        "GS1_PREFIX",
    )
}
"""The settings there are; ``config`` names others, which are probably mistyped."""


def add_person(
    house: Installation, login: str, name: str, password: str, roles: list[str]
) -> None:
    """Add a user in a transaction of its own."""
    with house.plant.writing() as session:
        people.add_user(session, login, name, password, roles, clock.now())
