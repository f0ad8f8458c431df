"""What a code or an address of ours stands for: a pack, a batch or a product."""

from dataclasses import dataclass

import sqlalchemy as sa

from ...trace.db import Session
from ...trace.identity.keys import KeyRing
from ...trace.identity.reading import Reading
from ...trace.parties.tables import Article, Lot
from ...trace.stock.item_status import ItemStatus
from ..repacked import Other
from ..verify import Answer, Verdict, judge_batch, lot_named, verify_text


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
    became: tuple[Other, ...] = ()
    """The packs it was repacked into, or is among."""
    was: tuple[Other, ...] = ()
    """The packs it was repacked from."""


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
        return _item_pack(reading, answer, answer.item)
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
    return Pack(path, lot.article, lot, verdict=judge_batch(session, lot))


def path_of(reading: Reading) -> str:
    """The address of the page a reading stands for."""
    parts = [("01", reading.gtin), ("10", reading.lot)] if reading.gtin else []
    path = "".join(f"/{key}/{value}" for key, value in parts if value)
    if reading.serial is None:
        return path
    return f"{path}/21/{reading.serial.text}" if path else f"/t/{reading.serial.text}"


def _item_pack(reading: Reading, answer: Answer, item: ItemStatus) -> Pack:
    return Pack(
        path_of(reading),
        item.lot.article if item.lot else None,
        item.lot,
        reading.serial.text if reading.serial else None,
        item,
        answer.verdict,
        bool(answer.contradiction),
        answer.became,
        answer.was,
    )


def _batch_or_product(session: Session, reading: Reading) -> Pack | None:
    if reading.lot is not None:
        lot = lot_named(session, reading)
        return batch_pack(session, lot) if lot else None
    article = session.scalar(
        sa.select(Article).where(
            Article.gtin == str(reading.gtin), Article.kind == "product"
        )
    )
    return Pack(path_of(reading), article) if article else None
