"""Rolls of labels printed before their batch: product and code, no batch, no dates."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ...trace import audit, numbers
from ...trace.db import Base
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.identity.bulk import encode_many
from ...trace.identity.codes import ItemCode
from ...trace.identity.gs1 import Gtin
from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.links import DigitalLink
from ...trace.identity.tables import CodeBlock
from ...trace.parties.tables import Article
from ...trace.people import Actor
from ...trace.production.marks import mark_items
from ...trace.production.rolls import bind_roll, issue_roll
from ..engine.render import render
from ..engine.stock import load_stock
from ..engine.values import LabelRecord, LabelSeries
from .service import JOB_FORMATS, SPECIMEN

AT_ONCE = 100_000
"""Codes enciphered at once."""
MOST_ON_ROLLS = 20_000
"""Labels of one order: a file of a few seconds."""


class RollPrint(Base):
    """Labels ordered ahead: items ``lo … hi-1`` of a series that has no batch yet."""

    __tablename__ = "roll_print"
    __table_args__ = (sa.CheckConstraint("lo >= 0 AND lo < hi", name="range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    """The form's key: sent twice, it is one order."""
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("code_series.id"))
    lo: Mapped[int]
    hi: Mapped[int]
    stock: Mapped[str]
    format: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]

    article: Mapped[Article] = relationship(lazy="joined")


def order_roll(
    session: Session,
    article_id: int,
    count: int,
    stock: str,
    format: str,
    request_key: str,
    key_version: int,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> RollPrint:
    """Issue codes for labels of a product whose batch does not exist yet.

    The same ``request_key`` again returns the first order. Raises Forbidden,
    InvalidInput ``count_invalid`` and what drawing such a label raises; then no code is
    issued.
    """
    actor.require("labels.print")
    known = session.scalar(sa.select(RollPrint).filter_by(request_key=request_key))
    if known is not None:
        return _same(known, (article_id, count, stock, format))
    article = session.get_one(Article, article_id)
    _check(article, count, stock, format, base_url)
    issued = issue_roll(session, count, key_version, actor, now)
    roll = RollPrint(
        number=numbers.next_number(session, "JB", now.year),
        request_key=request_key,
        article_id=article.id,
        series_id=issued.series,
        lo=issued.lo,
        hi=issued.hi,
        stock=stock,
        format=format,
        created_by=actor.login,
        created_at=now,
    )
    session.add(roll)
    session.flush()
    about, told = f"roll:{roll.number}", {"count": count, "article": article.code}
    audit.record(session, actor.login, "labels.roll", about, now, **told)
    return roll


def _same(roll: RollPrint, asked: tuple[object, ...]) -> RollPrint:
    if asked != (roll.article_id, roll.hi - roll.lo, roll.stock, roll.format):
        raise Conflict(
            "order_changed",
            N_(
                "This form was sent before and gave print job %(job)s for %(count)s "
                "labels. Look at that job first; print again only for more labels."
            ),
            job=roll.number,
            count=roll.hi - roll.lo,
        )
    return roll


def _check(
    article: Article, count: int, stock: str, format: str, base_url: str
) -> None:
    """Raises InvalidInput unless such labels can be drawn."""
    if not 1 <= count <= MOST_ON_ROLLS:
        raise InvalidInput(
            "count_invalid",
            N_("Expected 1 to %(most)s codes in one order, got %(found)s."),
            most=MOST_ON_ROLLS,
            found=count,
        )
    if format not in JOB_FORMATS:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(JOB_FORMATS),
            format=format,
        )
    one = [LabelSeries.of(_record(article, base_url))]
    render(format, one, load_stock(stock), BytesIO())


def find_roll(session: Session, number: str) -> RollPrint:
    """The roll with that number. Raises NotFound ``roll_unknown``."""
    roll = session.scalar(sa.select(RollPrint).where(RollPrint.number == number))
    if roll is None:
        raise NotFound("roll_unknown", N_("No roll %(roll)s."), roll=number[:40])
    return roll


def recent_rolls(session: Session, most: int = 8) -> list[RollPrint]:
    """The rolls ordered last, newest first."""
    rolls = sa.select(RollPrint).order_by(RollPrint.id.desc()).limit(most)
    return list(session.scalars(rolls).unique())


def draw_roll(
    session: Session, ring: KeyRing, roll: RollPrint, base_url: str, out: IO[bytes]
) -> None:
    """The file of a roll; changes nothing, so it may be drawn again."""
    items = ItemSet.range(roll.lo, roll.hi)
    labels = roll_series(session, ring, roll.article, roll.series_id, items, base_url)
    render(roll.format, labels, load_stock(roll.stock), out)


def roll_series(
    session: Session,
    ring: KeyRing,
    article: Article,
    series_id: int,
    items: ItemSet,
    base_url: str,
) -> Iterator[LabelSeries]:
    """The labels of items of a series issued in one block, with no batch on them."""
    first = items.intervals[0][0]
    block = session.scalars(
        sa.select(CodeBlock).filter_by(series_id=series_id, first=first)
    ).one()
    for part in items.slices(AT_ONCE):
        serials = encode_many(ring[block.key_version], series_id, part)
        yield LabelSeries(_record(article, base_url), serials)


def _record(article: Article, base_url: str) -> LabelRecord:
    gtin = Gtin.parse(article.gtin) if article.gtin else None
    return LabelRecord(
        url=str(DigitalLink.build(base_url, SPECIMEN, gtin)),
        serial=SPECIMEN,
        product=article.name,
        product_en=article.name_en,
        net_content=article.net_content,
    )


def bind_printed(
    session: Session,
    lot_id: int,
    first: ItemCode,
    last: ItemCode,
    actor: Actor,
    now: datetime,
) -> ItemSet:
    """The labels from one code to the other belong to a batch from now on, printed.

    The items of the batch that they are. Raises as ``bind_roll``.
    """
    bound = bind_roll(session, lot_id, first, last, actor, now)
    items = ItemSet.range(bound.lot_lo, bound.lot_lo + bound.hi - bound.lo)
    mark_items(session, lot_id, items, "printed", actor, now, reason="roll")
    return items
