"""What a list is: its columns, how it is searched and in which order it stands.

Each list is described once. The screen, its CSV and XLSX files, the files that an
import takes and machines all read the same columns, in one SELECT of plain rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Form = Literal[
    "text",
    "code",
    "lot",
    "name",
    "place",
    "word",
    "count",
    "amount",
    "unit",
    "moment",
    "day",
    "nutrition",
    "findings",
    "items",
]
"""How a value is read: ``amount`` counts base units, ``word`` is one of a few codes."""

Use = Literal["screen", "list", "import"]
"""On the screen; in the list's own files; in the files that an import takes."""

EVERYWHERE: frozenset[Use] = frozenset({"screen", "list", "import"})
READ = "trace.read"
"""The right to see what is on record."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; ``value`` and the others are SQL expressions."""

    name: str
    """Header in files and name for machines; an import knows it by this name."""
    title: str
    value: Any
    form: Form = "text"
    by: Any = None
    """The base unit of an amount, the zone of a moment, the name in English."""
    link: tuple[str, Any] | None = None
    """What it leads to: a ``lot`` and its id, a ``partner`` and its kind."""
    leads: tuple[str, str] | None = None
    """List and filter (``q`` for a search) that show what belongs to the value."""
    words: str = ""
    """For a ``word``: which words there are, by the name a screen knows them by."""
    uses: frozenset[Use] = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Filter:
    """One question a list may be narrowed by."""

    name: str
    title: str
    value: Any
    choices: tuple[str, ...] = ()
    """The few values there are, or none when they are codes of ``among``."""
    words: str = ""
    among: str = ""
    """``site``, ``line``, ``article`` or ``partner``."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time a list may be narrowed to."""

    title: str
    value: Any
    days: bool = False
    """The value is a date, not a moment."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of records."""

    name: str
    title: str
    group: str
    about: str
    """One sentence: what stands in it."""
    source: Any
    """The tables it is read from, joined."""
    columns: tuple[Column, ...]
    key: tuple[Any, ...]
    """Never null, unique together: the order of recording."""
    newest_first: bool = True
    where: tuple[Any, ...] = ()
    search: tuple[Any, ...] = ()
    """Texts that a search looks through."""
    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    sorts: Mapping[str, Any] = field(default_factory=dict)
    """Columns it can be sorted by, with what never is null in place of their value."""
    import_source: Any = None
    """Instead of ``source`` for an import."""
    import_key: tuple[Any, ...] = ()
    """Instead of ``key`` for an import; empty when it is the same."""
    import_where: tuple[Any, ...] = ()
    """Which rows an import needs; what other files say already stays out."""
    right: str = READ

    def columns_for(self, use: Use) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if use in column.uses)


SCREEN: frozenset[Use] = frozenset({"screen"})
SEEN: frozenset[Use] = frozenset({"screen", "list"})
"""A column that no import knows."""
FILES: frozenset[Use] = frozenset({"list", "import"})
"""A column that would make a screen too wide."""
LISTED: frozenset[Use] = frozenset({"list"})
IMPORTED: frozenset[Use] = frozenset({"import"})
