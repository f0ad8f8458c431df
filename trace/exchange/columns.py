"""A kind of file, its columns, and how a file is recognised by its header alone.

A file is of a kind when all required columns are there and no unknown one: a column
that nobody reads would be data silently lost.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import N_
from .reading import Table, Unreadable
from .values import Parse


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind of file."""

    name: str
    aliases: tuple[str, ...]
    """Other headers that mean it, e.g. 生产批号."""
    parse: Parse
    needed: str = ""
    """``header``: the column must be there; ``cell``: and be filled in every row."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file."""

    name: str
    columns: tuple[Column, ...]

    def column_of(self, title: str) -> Column | None:
        """The column that a header title means."""
        plain = unicodedata.normalize("NFKC", title).strip().lower().replace(" ", "_")
        for column in self.columns:
            if plain == column.name or plain in column.aliases:
                return column
        return None

    @property
    def required(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns if column.needed)


def recognise(table: Table, kinds: Iterable[Kind]) -> tuple[Kind, list[Column]]:
    """What kind of file a table is, and its columns from left to right.

    Raises Unreadable, naming the columns that are missing and unknown.
    """
    best = max(kinds, key=lambda kind: _likeness(kind, table.header))
    found = [best.column_of(title) for title in table.header]
    columns = [column for column in found if column is not None]
    names = [column.name for column in columns]
    missing = sorted(best.required - set(names))
    unknown = [
        title for title, column in zip(table.header, found, strict=True) if not column
    ]
    if missing or unknown:
        raise Unreadable(
            "header_unknown",
            N_(
                "The header fits no known file. It is nearest to %(kind)s; missing: "
                "%(missing)s; unknown: %(unknown)s."
            ),
            kind=best.name,
            missing=", ".join(missing) or "–",
            unknown=", ".join(map(repr, unknown))[:200] or "–",
            line=table.header_line,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unreadable(
            "column_twice",
            N_("The column %(column)s is there twice."),
            column=twice[0],
            line=table.header_line,
        )
    return best, columns


def _likeness(kind: Kind, header: tuple[str, ...]) -> tuple[bool, int, int]:
    found = [kind.column_of(title) for title in header]
    names = {column.name for column in found if column}
    missing = len(kind.required - names)
    unknown = found.count(None)
    return missing + unknown == 0, len(names) - missing - unknown, -missing
