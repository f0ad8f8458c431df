"""Reading a list: one SELECT for its rows, one for their number.

Pages are found by the key of the last row seen, not by counting rows off: the
thousandth page costs as much as the first, and a row recorded meanwhile shifts none.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...errors import N_, InvalidInput
from ...parties.tables import Article, Line, Partner, Site
from .shape import Column, Listing, Use

PLANT_ZONE = ZoneInfo("Asia/Shanghai")
PAGE = 50
"""Rows a screen shows at once."""
CHUNK = 1000
"""Rows fetched at once for a file: memory stays flat whatever the list's length."""
MOST_COUNTED = 100_000
"""Rows that are counted exactly: nobody waits for a figure that nobody reads."""
MOST_OPTIONS = 500

Cell = tuple[Any, Any, Any]
"""Value; its unit, zone or other name; what it links to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of a list."""

    words: str = ""
    """Each must stand in one of the texts searched."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Filter name to value."""
    since: date | None = None
    until: date | None = None
    """Days, both included."""
    sort: str = ""
    """A column's name, with ``-`` before it for the other way round."""
    zone: ZoneInfo = PLANT_ZONE
    """The zone the days are of."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how to find those before and after."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    before: str
    """Cursor of the rows before these; empty when there are none."""
    after: str


def count_rows(session: Session, listing: Listing, asked: Asked) -> int:
    """How many rows the list has of what is asked, up to one over ``MOST_COUNTED``."""
    rows = sa.select(sa.literal(1)).select_from(listing.source)
    some = rows.where(*_conditions(listing, asked)).limit(MOST_COUNTED + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def read_page(
    session: Session,
    listing: Listing,
    asked: Asked,
    after: str = "",
    before: str = "",
    *,
    use: Use = "screen",
    most: int = PAGE,
) -> Page:
    """At most ``most`` rows, after or before a cursor, with the columns of a use.

    Raises InvalidInput ``cursor_invalid``, ``sort_unknown``.
    """
    keys, descending = _order(listing, asked)
    columns = listing.columns_for(use)
    select = _select(listing, columns).add_columns(*keys)
    select = select.where(*_conditions(listing, asked))
    backward = bool(before)
    if after or before:
        select = select.where(_beyond(keys, before or after, descending != backward))
    turned = descending != backward
    select = select.order_by(*(key.desc() if turned else key for key in keys))
    found: Sequence[Any] = session.execute(select.limit(most + 1)).all()
    more = len(found) > most
    found = found[:most][::-1] if backward else found[:most]
    if not found:
        return Page(columns, (), "", "")
    first, last = (_cursor(row[-len(keys) :]) for row in (found[0], found[-1]))
    return Page(
        columns,
        tuple(_cells(columns, row) for row in found),
        first if (more if backward else bool(after)) else "",
        last if (more or backward) else "",
    )


def read_rows(
    session: Session, listing: Listing, asked: Asked, use: Use
) -> Iterator[tuple[Cell, ...]]:
    """All rows asked for, a thousand in memory at a time.

    For an import they come as they were recorded.
    """
    columns = listing.columns_for(use)
    if use == "import":
        source = listing.source
        if listing.import_source is not None:
            source = listing.import_source
        select = _select(listing, columns, source)
        select = select.where(*listing.where, *listing.import_where)
        keys, descending = list(listing.import_key or listing.key), False
    else:
        keys, descending = _order(listing, asked)
        select = _select(listing, columns).where(*_conditions(listing, asked))
    select = select.order_by(*(key.desc() if descending else key for key in keys))
    streamed = session.execute(select, execution_options={"yield_per": CHUNK})
    for row in streamed:
        yield _cells(columns, row)


def options_of(session: Session, among: str) -> list[tuple[str, str, str]]:
    """Code, name and English name of what a filter offers."""
    tables: dict[str, tuple[Any, Any, Any]] = {
        "site": (Site, Site.code, Site),
        "line": (Line, Site.code + "/" + Line.code, sa.join(Line, Site)),
        "article": (Article, Article.code, Article),
        "partner": (Partner, Partner.code, Partner),
    }
    table, code, source = tables[among]
    rows = session.execute(
        sa.select(code, table.name, table.name_en)
        .select_from(source)
        .order_by(code)
        .limit(MOST_OPTIONS)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _select(
    listing: Listing, columns: Sequence[Column], source: Any = None
) -> sa.Select[Any]:
    """Three expressions a column: its value, what it is read by, what it links to."""
    wanted: list[Any] = []
    for column in columns:
        wanted.append(column.value)
        if column.by is not None:
            wanted.append(column.by)
        if column.link is not None:
            wanted.append(column.link[1])
    named = [value.label(f"c{number}") for number, value in enumerate(wanted)]
    return sa.select(*named).select_from(listing.source if source is None else source)


def _cells(columns: Sequence[Column], row: Sequence[Any]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    values = iter(row)
    for column in columns:
        value = next(values)
        by = next(values) if column.by is not None else None
        cells.append((value, by, next(values) if column.link is not None else None))
    return tuple(cells)


def _conditions(listing: Listing, asked: Asked) -> list[Any]:
    found = list(listing.where)
    for word in asked.words.split() if listing.search else ():
        plain = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
        found.append(
            sa.or_(*(text.ilike(f"%{plain}%", escape="/") for text in listing.search))
        )
    for filter_ in listing.filters:
        if value := asked.chosen.get(filter_.name):
            found.append(filter_.value == value)
    if listing.period is not None:
        found += _within(listing.period.value, listing.period.days, asked)
    return found


def _within(value: Any, days: bool, asked: Asked) -> list[Any]:
    found = []
    if asked.since is not None:
        found.append(value >= (asked.since if days else _start(asked.since, asked)))
    if asked.until is not None:
        end = asked.until + timedelta(days=1)
        found.append(value < (end if days else _start(end, asked)))
    return found


def _start(day: date, asked: Asked) -> datetime:
    return datetime.combine(day, time(), asked.zone).astimezone(UTC)


def _order(listing: Listing, asked: Asked) -> tuple[list[Any], bool]:
    """What the rows are ordered by, and whether the greatest comes first."""
    if not asked.sort:
        return list(listing.key), listing.newest_first
    name = asked.sort.removeprefix("-")
    if name not in listing.sorts:
        raise InvalidInput(
            "sort_unknown",
            N_("This list cannot be sorted by %(column)s."),
            column=repr(name[:40]),
        )
    return [listing.sorts[name], *listing.key], asked.sort.startswith("-")


def _beyond(keys: Sequence[Any], cursor: str, smaller: bool) -> Any:
    values = [
        sa.literal(value, key.type)
        for key, value in zip(keys, _read_cursor(keys, cursor), strict=True)
    ]
    here, there = sa.tuple_(*keys), sa.tuple_(*values)
    return here < there if smaller else here > there


def _cursor(values: Sequence[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    text = json.dumps(plain, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(keys: Sequence[Any], cursor: str) -> list[Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.urlsafe_b64decode(padded))
        if not isinstance(found, list) or len(found) != len(keys):
            raise ValueError
        return [
            _typed(key.type.python_type, value)
            for key, value in zip(keys, found, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidInput(
            "cursor_invalid",
            N_("This address of a page is broken. Start again at the first page."),
        ) from None


def _typed(wanted: type, value: object) -> Any:
    """A value of a cursor as the key has it. Raises ValueError, TypeError."""
    if wanted is date:
        return date.fromisoformat(str(value))
    if wanted is datetime:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if type(value) is not wanted:
        raise TypeError
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    return value
