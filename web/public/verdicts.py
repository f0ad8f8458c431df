"""What a consumer is told of a pack, a batch or a product: the gravest thing first."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...trace.db import Session, UtcDateTime
from ...trace.identity.items import ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.reading import Reading
from ...trace.identity.tables import ItemMark
from ...trace.parties.tables import Article, Lot
from ...trace.stock.holds import IN_FORCE
from ...trace.stock.item_status import ItemStatus, Mark
from ...trace.stock.tables import Hold
from ..verify import verify_text

WORDS = ("recalled", "caution", "partly", "suspect", "voided", "unbound", "clear")
"""From the gravest down. ``partly``: some packs of the batch are recalled."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the top of the page says."""

    word: str
    since: datetime | None = None
    """Since when a caution has been in force."""
    mark: Mark | None = None
    """The recall."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a code or an address of ours stands for."""

    path: str
    """Address of its page, which is also how a complaint names it."""
    article: Article | None
    """None while a code has not been packed."""
    lot: Lot | None = None
    serial: str | None = None
    item: ItemStatus | None = None
    verdict: Verdict | None = None
    """None for a product, of which nothing can be said as a whole."""
    contradicts: bool = False
    """The address names another product or batch than the code was issued for."""


def look_up(session: Session, keys: KeyRing, text: str) -> Pack | None:
    """What ``text``, a typed code or an address, stands for; None when it is not ours.

    A code that was tampered with, one never issued and one that cannot be read are all
    None: whoever guesses learns nothing.
    """
    answer = verify_text(session, keys, text)
    reading = answer.reading
    if reading is None:
        return None
    if answer.item is not None:
        contradicts = answer.reason in ("gtin_contradicts", "lot_contradicts")
        return _item_pack(session, reading, answer.item, contradicts)
    if reading.serial is None:
        return _batch_or_product(session, reading)
    return None


def find_batches(session: Session, text: str) -> list[Pack]:
    """Our own batches with that batch number, as the plant or the label writes it."""
    number = text.strip()
    lots = session.scalars(
        sa.select(Lot)
        .where(sa.or_(Lot.code == number, Lot.ai10 == number.upper()), Lot.origin == "")
        .order_by(Lot.id)
        .limit(20)
    ).unique()
    return [batch_pack(session, lot) for lot in lots]


def batch_pack(session: Session, lot: Lot) -> Pack:
    """A batch as a whole. Without a GTIN it has no address of its own."""
    gtin = lot.article.gtin
    path = f"/01/{gtin}/10/{lot.ai10}" if gtin else ""
    return Pack(path, lot.article, lot, verdict=_batch_verdict(session, lot))


def path_of(reading: Reading) -> str:
    """The address of the page a reading stands for."""
    parts = [("01", reading.gtin), ("10", reading.lot)] if reading.gtin else []
    path = "".join(f"/{key}/{value}" for key, value in parts if value)
    if reading.serial is None:
        return path
    return f"{path}/21/{reading.serial.text}" if path else f"/t/{reading.serial.text}"


def _item_pack(
    session: Session, reading: Reading, item: ItemStatus, contradicts: bool
) -> Pack:
    verdicts = [_item_verdict(session, item)]
    if contradicts:
        verdicts.append(Verdict("suspect"))
        named = _lot_named(session, reading)
        if named is not None:  # the pack in hand may be of the batch on its label
            verdicts.append(_batch_verdict(session, named))
    return Pack(
        path_of(reading),
        item.lot.article if item.lot else None,
        item.lot,
        reading.serial.text if reading.serial else None,
        item,
        min(verdicts, key=lambda verdict: WORDS.index(verdict.word)),
        contradicts,
    )


def _item_verdict(session: Session, item: ItemStatus) -> Verdict:
    if item.word == "recalled":
        marks = [mark for mark in item.marks if mark.kind == "recalled"]
        return Verdict("recalled", mark=marks[-1])
    if item.lot is None:
        return Verdict("unbound")
    if item.lot.status == "recalled":
        return Verdict("recalled")
    since = _caution_since(session, item.lot, item.lot_item)
    if since or item.lot.status == "rejected":
        return Verdict("caution", since=since)
    return Verdict(item.word if item.word in ("suspect", "voided") else "clear")


def _batch_or_product(session: Session, reading: Reading) -> Pack | None:
    if reading.lot is not None:
        lot = _lot_named(session, reading)
        return batch_pack(session, lot) if lot else None
    article = session.scalar(
        sa.select(Article).where(
            Article.gtin == str(reading.gtin), Article.kind == "product"
        )
    )
    return Pack(path_of(reading), article) if article else None


def _lot_named(session: Session, reading: Reading) -> Lot | None:
    """Our own batch that an address names by GTIN and lot."""
    if reading.gtin is None or reading.lot is None:
        return None
    return session.scalar(
        sa.select(Lot)
        .join(Article)
        .where(
            Article.gtin == reading.gtin.digits,
            Lot.ai10 == reading.lot.text,
            Lot.origin == "",
        )
    )


def _batch_verdict(session: Session, lot: Lot) -> Verdict:
    rows = session.execute(
        sa.select(ItemMark)
        .where(ItemMark.lot_id == lot.id, ItemMark.kind == "recalled")
        .order_by(ItemMark.at, ItemMark.id)
    ).scalars()
    marks = list(rows)
    marked = ItemSet.from_intervals((mark.lo, mark.hi) for mark in marks)
    last = marks[-1] if marks else None
    mark = Mark(last.kind, last.public_no, last.url, last.at) if last else None
    if lot.status == "recalled":
        return Verdict("recalled", mark=mark)
    if mark and not ItemSet.range(0, max(lot.next_item, 1)) - marked:
        return Verdict("recalled", mark=mark)
    since = _caution_since(session, lot, None)
    if since or lot.status == "rejected":
        return Verdict("caution", since=since)
    return Verdict("partly", mark=mark) if mark else Verdict("clear")


def _caution_since(session: Session, lot: Lot, item: int | None) -> datetime | None:
    """Since when the pack is not to be eaten: the caution, or a hold for health.

    From such a hold on the page may no longer say that nothing is known (DESIGN §5).
    """
    holds = sa.select(sa.func.min(Hold.placed_at, type_=UtcDateTime)).where(
        Hold.lot_id == lot.id, Hold.state.in_(IN_FORCE), Hold.hazard == "health"
    )
    if item is not None:
        covers = sa.and_(Hold.lo <= item, Hold.hi > item)
        holds = holds.where(sa.or_(Hold.lo.is_(None), covers))
    starts = [at for at in (lot.caution_at, session.scalar(holds)) if at]
    return min(starts, default=None)
