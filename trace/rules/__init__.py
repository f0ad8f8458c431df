"""Dated rules: deadlines, rights and calendars as files with a source and a date.

Each file in this folder is TOML, checked against its schema when it is first read.
"""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import jsonschema

from ..errors import N_, InvalidInput


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what."""

    roles: tuple[str, ...]
    """Every role, in the order of domain.md §8.1."""
    rights: tuple[str, ...]
    granted: dict[str, tuple[str, ...]]
    """Right to the roles that have it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit from a rule file."""

    minutes: int
    source: str
    """Where the figure comes from."""
    statutory: bool
    """Set by law, not by the plant."""


@cache
def rights() -> Rights:
    """The table of rights (domain.md §8.2)."""
    data = read("rights")
    granted = {right: tuple(roles) for right, roles in data["rights"].items()}
    return Rights(tuple(data["roles"]), tuple(granted), granted)


def limit(name: str, on: date) -> Limit:
    """The time limit ``name`` in force on a day (domain.md §5.4)."""
    in_force = [
        entry
        for entry in read("limits")["limit"]
        if entry["name"] == name and entry["from"] <= on
    ]
    if not in_force:
        raise InvalidInput(
            "limit_unknown",
            N_("No time limit %(name)s is in force on %(day)s."),
            name=name,
            day=on,
        )
    latest = max(in_force, key=lambda entry: entry["from"])
    return Limit(latest["minutes"], latest["source"], latest["statutory"])


def exists(name: str) -> bool:
    """Whether there is a rule file of that name."""
    return resources.files(__package__).joinpath(f"{name}.toml").is_file()


@cache
def read(name: str) -> dict[str, Any]:
    """A rule file, checked against its schema. Raises InvalidInput with the place."""
    folder = resources.files(__package__)
    data = tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))
    kind = name.split("-")[0]
    schema = json.loads(folder.joinpath(f"{kind}.schema.json").read_text("utf-8"))
    check(data, schema, f"{name}.toml")
    return data


def check(data: dict[str, Any], schema: dict[str, Any], where: str) -> None:
    """Check a rule file's content. Raises InvalidInput naming the first bad place."""
    checker = jsonschema.Draft202012Validator(schema, format_checker=None)
    for error in checker.iter_errors(_plain(data)):
        raise InvalidInput(
            "rule_file",
            N_("The rule file %(file)s is wrong at %(place)s: %(reason)s."),
            file=where,
            place="/".join(map(str, error.absolute_path)) or "the top",
            reason=error.message,
        )


def _plain(value: Any) -> Any:
    """TOML dates as the text that JSON schemas know."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
