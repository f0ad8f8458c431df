"""Every list of the records, as its screen and its files show it."""

from itertools import chain
from typing import Any, Literal

from flask import Response, g, request
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace import clock
from ...trace.errors import N_, InvalidInput
from ...trace.exchange.exports import FORMATS, value_of, write_list
from ...trace.exchange.lists.query import Asked as AskedRows
from ...trace.exchange.lists.query import count_rows, read_page
from ...trace.exchange.lists.shape import Listing
from ..asking import read_asked
from ..current import house
from ..i18n import PLANT_ZONE
from ..registry import ALL, find_listing
from .paging import MOST, USUAL, next_link
from .room import reads, sends
from .values import PLAIN, Asked, Shown

TAG = "Lists"


class ColumnOut(Shown):
    """A column of a list."""

    name: str
    """Its header in files, and its name in rows."""
    form: str
    """How it is read: `amount` is in the unit of its row, `moment` has its zone."""


class FilterOut(Shown):
    """One question a list may be narrowed by, as an argument of its address."""

    name: str
    choices: list[str]
    """The few values there are; empty where it takes a code."""
    among: str
    """Whose code it takes: `site`, `line`, `article` or `partner`."""


class ListOut(Shown):
    """A list of records."""

    name: str
    about: str
    right: str
    columns: list[ColumnOut]
    filters: list[FilterOut]
    period: bool
    """`since` and `until` narrow it."""
    sorts: list[str]
    rows: int | None
    """How many it has; null where the key may not read it."""


class ListsOut(Shown):
    """All lists."""

    lists: list[ListOut]


@reads("/lists", "trace.read", ListsOut, tag=TAG)
def list_lists(session: Session) -> Any:
    """Every list, with its columns and what it may be narrowed by."""
    return {"lists": [_told(session, one) for one in ALL]}


class RowsQuery(Asked):
    """What is asked of a list. A list's own filters are arguments besides."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    q: str = Field("", max_length=80, pattern=PLAIN)
    """Words that each must stand in a text of the row."""
    since: str = Field("", pattern=r"^$|^\d{4}-\d\d-\d\d$")
    """First day, where the list has a period."""
    until: str = Field("", pattern=r"^$|^\d{4}-\d\d-\d\d$")
    """Last day."""
    sort: str = Field("", max_length=64, pattern=PLAIN)
    """A column to sort by, with `-` before it for the other way round."""


class RowPageQuery(RowsQuery):
    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str = Field("", max_length=600)
    """`next` of the page before; none for the first page."""


class RowsOut(Shown):
    """A page of a list: each row by the names of the columns, as in the files."""

    items: list[dict[str, Any]]
    next: str | None
    """The cursor of the next page; null when this is the last."""


@reads("/lists/<name>", "trace.read", RowsOut, tag=TAG, query=RowPageQuery)
def read_list(session: Session, name: str, query: RowPageQuery) -> Any:
    """Rows of a list, narrowed and sorted as on its screen."""
    found, asked = _find(name)
    rows = read_page(session, found, asked, query.cursor, use="list", most=query.limit)
    items = [
        {
            column.name: _plain(value_of(column, cell, asked.zone))
            for column, cell in zip(rows.columns, row, strict=True)
        }
        for row in rows.rows
    ]
    return {"items": items, "next": rows.after or None}, next_link(rows.after)


@sends(
    "/lists/<name>/<any(csv, xlsx):form>",
    "trace.read",
    *FORMATS.values(),
    tag=TAG,
    query=RowsQuery,
)
def send_list(name: str, form: Literal["csv", "xlsx"], query: RowsQuery) -> Response:
    """All rows of a list as a CSV or XLSX file, narrowed and sorted as asked."""
    found, asked = _find(name)
    plant = house().plant

    def content() -> Any:
        with plant.reading() as session:
            yield from write_list(session, found, asked, form)

    pieces = content()
    started = chain([next(pieces)], pieces)  # a refusal is still a problem document
    day = clock.now().astimezone(PLANT_ZONE)
    said = f"attachment; filename={found.name}-{day:%Y%m%d-%H%M}.{form}"
    headers = {"Content-Disposition": said, "Cache-Control": "private, no-store"}
    return Response(started, content_type=FORMATS[form], headers=headers)


def _find(name: str) -> tuple[Listing, AskedRows]:
    """The list, and what the address asks of it.

    Raises NotFound ``list_unknown``, Forbidden, InvalidInput ``filter_unknown`` …
    """
    found = find_listing(name)
    g.actor.require(found.right)
    known = {"limit", "cursor", "sort", *(each.name for each in found.filters)}
    known |= {"since", "until"} if found.period else set()
    known |= {"q"} if found.search else set()
    if strange := sorted(set(request.args) - known):
        raise InvalidInput(
            "filter_unknown",
            N_("List %(list)s has no filter %(filter)s. It has: %(known)s."),
            list=found.name,
            filter=repr(strange[0][:40]),
            known=", ".join(each.name for each in found.filters) or "–",
        )
    return found, read_asked(found)


def _told(session: Session, one: Listing) -> dict[str, Any]:
    may = g.actor.may(one.right)
    return {
        "name": one.name,
        "about": one.about,
        "right": one.right,
        "columns": [
            {"name": column.name, "form": column.form}
            for column in one.columns_for("list")
        ],
        "filters": [
            {"name": each.name, "choices": list(each.choices), "among": each.among}
            for each in one.filters
        ],
        "period": one.period is not None,
        "sorts": sorted(one.sorts),
        "rows": count_rows(session, one, AskedRows()) if may else None,
    }


def _plain(value: Any) -> Any:
    """Numbers and texts as JSON has them; a fraction as text, to lose nothing."""
    return value if value is None or isinstance(value, int | str) else str(value)
