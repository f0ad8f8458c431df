"""Lists in pages: from a cursor onwards, in the order of the ids.

New rows have higher ids and come last, so nothing is shown twice or skipped because
somebody added a row meanwhile.
"""

import base64
import binascii
import re
from types import GenericAlias
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from pydantic import BaseModel, Field, create_model
from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from .values import Asked

MOST = 1000
USUAL = 100
_NUMBER = re.compile("[0-9]{1,18}")

Row = TypeVar("Row", bound=BaseModel)


class PageQuery(Asked):
    """Which page of a list."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    """Rows of a page."""
    cursor: str | None = Field(None, max_length=80)
    """`next` of the page before; none for the first page."""


class Page(BaseModel):
    """A page of a list."""

    next: str | None = None
    """The cursor of the next page; null when this is the last."""


def page_of(row: type[BaseModel]) -> type[Page]:
    """The model of a page of such rows."""
    fields: dict[str, Any] = {"items": (GenericAlias(list, (row,)), ...)}
    return create_model(f"{row.__name__}Page", __base__=Page, **fields)


def page(
    session: Session,
    select: sa.Select[Any],
    query: PageQuery,
    *by: sa.ColumnElement[int] | Any,
) -> tuple[dict[str, Any], dict[str, str]]:
    """A page of ``select``, whose rows are mappings, ordered by the columns ``by``.

    Gives the document and the headers. The rows hold the columns under the labels
    ``id``, or ``key0``, ``key1`` where several columns are the key.
    """
    names = ["id"] if len(by) == 1 else [f"key{n}" for n in range(len(by))]
    if query.cursor is not None:
        after = read_cursor(query.cursor, len(by))
        select = select.where(sa.tuple_(*by) > sa.tuple_(*after))
    rows = session.execute(select.order_by(*by).limit(query.limit + 1)).mappings().all()
    items = [dict(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    cursor = write_cursor([items[-1][name] for name in names]) if more else None
    return {"items": items, "next": cursor}, next_link(cursor)


def next_link(cursor: str | None) -> dict[str, str]:
    """The header that says where the next page is (RFC 8288)."""
    return {"Link": f'<{_address(cursor)}>; rel="next"'} if cursor else {}


def write_cursor(values: list[int]) -> str:
    text = ".".join(map(str, values))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, length: int) -> list[int]:
    """The ids in a cursor. Raises InvalidInput ``cursor_invalid``."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        plain = ""
    values = [int(piece) for piece in plain.split(".") if re.fullmatch(_NUMBER, piece)]
    if len(values) != length or write_cursor(values) != text:
        raise InvalidInput(
            "cursor_invalid",
            N_("Expected the cursor that stands under next in the page before."),
        )
    return values


def _address(cursor: str) -> str:
    asked = {**request.args.to_dict(), "cursor": cursor}
    return f"{request.path}?{urlencode(asked)}"
