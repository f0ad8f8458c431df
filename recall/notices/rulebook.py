"""What each law asks of a notice, from the rule file ``notice``."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ...trace import rules
from ...trace.errors import N_, InvalidInput


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """What one law asks of a notice."""

    id: str
    source: str
    evidence: str
    languages: tuple[str, ...]
    """The notice must be in each of these."""
    titles: dict[str, str]
    title_fixed: bool
    """The law gives the heading word for word."""
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]
    photo: bool
    banned: str
    """``error`` or ``warning``: what words of playing down are."""
    together: tuple[str, ...]
    """Kinds of channels that must be out within 15 minutes of each other."""
    channels: tuple[str, ...]
    authority: dict[str, str]

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields, in the order of the rule file's list."""
        here = {*self.mandatory, *self.optional}
        return tuple(name for name in field_kinds() if name in here)


def jurisdiction(name: str, on: date) -> Jurisdiction:
    """The law ``name`` as it is in force on a day. Raises InvalidInput."""
    entries = [
        entry
        for entry in rules.read("notice")["jurisdiction"]
        if entry["id"] == name and entry["from"] <= on
    ]
    if not entries:
        raise InvalidInput(
            "jurisdiction_unknown",
            N_("No rules for notices under %(name)s are in force on %(day)s."),
            name=name,
            day=on,
        )
    return _read(max(entries, key=lambda entry: entry["from"]))


def _read(entry: dict[str, Any]) -> Jurisdiction:
    return Jurisdiction(
        entry["id"],
        entry["source"],
        entry["evidence"],
        tuple(entry["languages"]),
        dict(entry["title"]),
        entry.get("title_fixed", False),
        tuple(entry["mandatory"]),
        tuple(entry["optional"]),
        entry["photo"],
        entry["banned"],
        tuple(entry["together"]),
        tuple(entry["channels"]),
        dict(entry["authority"]),
    )


@cache
def field_kinds() -> dict[str, str]:
    """Every field with its kind: ``line``, ``text``, ``phone`` or ``email``."""
    return {field["name"]: field["kind"] for field in rules.read("notice")["field"]}


@cache
def words(kind: str) -> tuple[str, ...]:
    """Words of a kind in all languages, in lower case: ``banned``, ``allowed``,
    ``euphemism`` or ``waiver``.
    """
    return tuple(
        word.casefold()
        for entry in rules.read("notice")["words"]
        if entry["kind"] == kind
        for word in entry["words"]
    )
