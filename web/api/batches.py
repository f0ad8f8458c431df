"""Making batches: open, codes, finish."""

from datetime import date, datetime
from itertools import chain
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...labels.jobs.service import label_series, spoiled_codes
from ...trace.errors import N_, NotFound
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_line
from ...trace.parties.tables import Article
from ...trace.people import Actor
from ...trace.production.batches import (
    finish_batch,
    local_day,
    open_batch,
    propose_batch,
)
from ...trace.production.codes import MOST_AT_ONCE, issue_codes
from ..current import house
from .lots import LotDetail, find_lot, lot_document
from .room import reads, writes
from .values import Asked, Code, Day, Shown, Told

TAG = "Production"
MOST_SHOWN = 10_000
"""Codes one answer shows; the rest is asked for in parts."""


class BatchIn(Told):
    """A batch to be opened."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"article": "BJ200", "line": "L2", "planned": 12000}]
        }
    )

    article: Code
    """Code or GTIN-14 of the product."""
    line: Code
    """Code of the line, or `SITE/LINE`."""
    planned: Annotated[int, Field(strict=True, ge=1, le=100_000_000)]
    """Packs the work order asks for."""
    code: Code | None = None
    """Batch number; the next one of the line and day when left out."""
    produced_on: Day | None = None
    """Today at the site when left out."""
    grade: Literal["quantity", "case", "item"] = "item"
    """How closely it is followed."""


@writes("/lots", "batch.open", BatchIn, LotDetail, tag=TAG)
def post_lots(session: Session, body: BatchIn, actor: Actor, now: datetime) -> Any:
    """Open a batch on a line.

    What ran there before ends now.
    """
    line = find_line(session, body.line)
    article = find_article(session, body.article)
    day: date = body.produced_on or local_day(line, now)
    code = body.code or propose_batch(session, line, article, day)
    lot = open_batch(
        session, article, line, code, day, body.planned, actor, now, body.grade
    )
    return lot_document(session, lot.id)


@writes(
    "/lots/<int:lot_id>/finish", "batch.finish", None, LotDetail, tag=TAG, status=200
)
def finish_lot(session: Session, lot_id: int, actor: Actor, now: datetime) -> Any:
    """End a batch: no more codes for it."""
    finish_batch(session, lot_id, actor, now)
    session.flush()
    return lot_document(session, lot_id)


class CodesIn(Told):
    """How many codes are wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 2000}]})

    count: Annotated[int, Field(strict=True, ge=1, le=MOST_AT_ONCE)]


class CodeOut(Shown):
    """What stands on one label."""

    item: int
    """Number of the item in its lot, from 0."""
    serial: str
    url: str
    """What the QR code says."""


class CodesOut(Shown):
    """Codes of a lot."""

    lot_id: int
    first: int
    """Number of the first item."""
    count: int
    codes: list[CodeOut]
    """At most the first 10,000; ask for the rest by `first` and `count`."""


def _complete(session: Session, document: dict[str, Any]) -> dict[str, Any]:
    count = min(document["count"], MOST_SHOWN)
    codes = _codes(session, document["lot_id"], document["first"], count)
    return {**document, "codes": codes}


@writes(
    "/lots/<int:lot_id>/codes",
    "codes.issue",
    CodesIn,
    CodesOut,
    tag=TAG,
    finish=_complete,
)
def post_codes(
    session: Session, body: CodesIn, lot_id: int, actor: Actor, now: datetime
) -> Any:
    """Issue new codes for a batch in production.

    Send an `Idempotency-Key`: without it a repeated request issues codes again.
    """
    version = house().keys.current.version
    spoiled = spoiled_codes(session, lot_id)
    ranges = issue_codes(
        session, lot_id, body.count, version, actor, now, spoiled=spoiled
    )
    return {"lot_id": lot_id, "first": ranges[0].lot_lo or 0, "count": body.count}


class CodesQuery(Asked):
    first: int = Field(0, ge=0, lt=2**53)
    count: int = Field(1000, ge=1, le=MOST_SHOWN)


@reads("/lots/<int:lot_id>/codes", "labels.print", CodesOut, tag=TAG, query=CodesQuery)
def list_codes(session: Session, lot_id: int, query: CodesQuery) -> Any:
    """Codes of a lot that were issued, such as for a coder or a print house."""
    lot = find_lot(session, lot_id)
    count = max(0, min(query.count, lot.next_item - query.first))
    codes = _codes(session, lot_id, query.first, count) if count else []
    return {
        "lot_id": lot_id,
        "first": query.first,
        "count": count,
        "codes": codes,
    }


def _codes(
    session: Session, lot_id: int, first: int, count: int
) -> list[dict[str, Any]]:
    items = ItemSet.range(first, first + count)
    lot = find_lot(session, lot_id)
    base_url = house().settings.base_url
    series = label_series(session, house().keys, lot, items, base_url)
    records = chain.from_iterable(series)
    return [
        {"item": item, "serial": record.serial, "url": record.url}
        for item, record in enumerate(records, first)
    ]


def find_article(session: Session, text: str) -> Article:
    """The article of that code or GTIN. Raises NotFound ``article_unknown``."""
    by = sa.or_(Article.code == text, Article.gtin == text)
    article = session.scalars(sa.select(Article).where(by).order_by(Article.id)).first()
    if article is None:
        raise NotFound(
            "article_unknown", N_("No article %(article)s is recorded."), article=text
        )
    return article
