"""What a code is: the one answer behind the consumer page and ``lotmark verify``.

A code that was tampered with and one that never existed get the same answer: whoever
guesses learns nothing (DESIGN §5).
"""

import os.path
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..labels.engine.reader import read_codes
from ..trace.db import UtcDateTime
from ..trace.errors import N_, InvalidInput, NotFound
from ..trace.identity.items import ItemSet
from ..trace.identity.keys import KeyRing
from ..trace.identity.reading import Reading, read_code
from ..trace.identity.tables import ItemMark
from ..trace.parties.tables import Article, Lot
from ..trace.stock.holds import IN_FORCE
from ..trace.stock.item_status import ItemStatus, Mark, item_status
from ..trace.stock.tables import Hold
from .repacked import Other, others_of

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
WORDS = (
    *("recalled", "caution", "partly", "suspect", "voided", "repacked"),
    *("unbound", "clear"),
)
"""From the gravest down. ``caution``: examined for health, or rejected; ``partly``:
some packs of the batch are recalled; ``repacked``: opened, and its goods in others."""
GOOD = ("unbound", "clear")
"""Words of a verdict that speak of nothing against the code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gravest thing that is known: what the top of the page says."""

    word: str
    """One of ``WORDS``."""
    since: datetime | None = None
    """Since when a caution has been in force."""
    mark: Mark | None = None
    """The recall."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one code turned out to be."""

    input: str
    """As given; for a photo, what its code says."""
    problem: str = ""
    """Why it is not one of our items: ``unknown``, ``unreadable``, ``no_serial`` or
    ``no_code``; empty for one of ours."""
    reading: Reading | None = None
    """What the code says of itself."""
    item: ItemStatus | None = None
    """What we know of it; None when it is none of ours."""
    contradiction: str = ""
    """``gtin_contradicts`` or ``lot_contradicts`` when the address names another
    product or batch than the code was issued for."""
    verdict: Verdict | None = None
    """The gravest thing known of the item."""
    became: tuple[Other, ...] = ()
    """The packs it was repacked into, or is among."""
    was: tuple[Other, ...] = ()
    """The packs it was repacked from."""

    @property
    def reason(self) -> str:
        """``ok``, or why not: a problem, ``recalled``, a contradiction, ``caution``,
        ``suspect``, ``voided`` or ``repacked``, the first that holds."""
        if self.verdict is None:
            return self.problem
        word = self.verdict.word
        if word != "recalled" and self.contradiction:
            return self.contradiction
        return "ok" if word in GOOD else word

    @property
    def ok(self) -> bool:
        """Ours, issued, and nothing speaks against it.

        Recalled goods, and those not to be eaten for now, are not ok though their code
        is genuine; a hold that is not for health leaves the code ok (DESIGN §5).
        """
        return self.reason == "ok"

    @property
    def status(self) -> str:
        """``unbound``, ``printed``, ``applied``, ``voided``, ``recalled``, ``suspect``
        or ``unknown``."""
        if self.item is None:
            return "unknown"
        if self.reason == "recalled":
            return "recalled"
        return "suspect" if self.contradiction else self.item.word

    def document(self) -> dict[str, object]:
        """As ``lotmark verify --json`` prints it (docs/verify.schema.json)."""
        lot = self.item.lot if self.item else None
        serial = self.reading.serial if self.reading else None
        return {
            "input": self.input,
            "ok": self.ok,
            "gtin": lot.article.gtin if lot else None,
            "lot": lot.code if lot else None,
            "item": self.item.lot_item if self.item else None,
            "serial": serial.text if serial else None,
            "status": self.status,
            "reason": self.reason,
            "repacked_into": [other.document() for other in self.became],
            "repacked_from": [other.document() for other in self.was],
        }


def verify_input(session: Session, keys: KeyRing, text: str) -> Iterator[Answer]:
    """Each code that ``text`` is or shows: a code, an address, or a picture's file.

    Raises NotFound when there is no such file, InvalidInput for one that is not a
    picture.
    """
    if not text.lower().endswith(PICTURES):
        answer = verify_text(session, keys, text)
        if answer.problem == "unreadable" and os.path.isdir(text):
            raise _no_file(text)
        yield answer
        return
    if not os.path.isfile(text):
        raise _no_file(text)
    found = read_codes(Path(text).read_bytes())
    if not found:
        yield Answer(text, "no_code")
    for code in found:
        yield verify_text(session, keys, code.text)


def verify_text(session: Session, keys: KeyRing, text: str) -> Answer:
    """What a typed or scanned code is."""
    try:
        reading = read_code(text)
    except InvalidInput:
        return Answer(text, "unreadable")
    if reading.serial is None:
        return Answer(text, "no_serial", reading)
    item = find_item(session, keys, reading)
    if item is None:
        return Answer(text, "unknown", reading)
    contradiction = _contradiction(reading, item)
    became, was = others_of(session, keys, item)
    verdicts = [judge_item(session, item)]
    verdicts += [_judge_other(session, other) for other in (*became, *was)]
    if became:
        verdicts.append(Verdict("repacked"))
    if contradiction:
        verdicts.append(Verdict("suspect"))
        named = lot_named(session, reading)
        if named is not None:  # the pack in hand may be of the batch on its label
            verdicts.append(judge_batch(session, named))
    gravest = min(verdicts, key=lambda verdict: WORDS.index(verdict.word))
    return Answer(text, "", reading, item, contradiction, gravest, became, was)


def _judge_other(session: Session, other: Other) -> Verdict:
    """What the batch of such packs means for the one in hand: not to be eaten while
    those packs are recalled or examined, for the same goods were in both.
    """
    found = judge_batch(session, other.lot)
    if found.word == "partly":
        told = _recalled(session, other.lot)
        marked = ItemSet.from_intervals((mark.lo, mark.hi) for mark in told)
        return Verdict("caution" if other.items & marked else "clear")
    return found if found.word == "clear" else Verdict("caution", since=found.since)


def find_item(session: Session, keys: KeyRing, reading: Reading) -> ItemStatus | None:
    """The issued item a reading's serial stands for, under any key version in use."""
    if reading.serial is None:
        return None
    for version, code in keys.read(reading.serial):
        status = item_status(session, code.series, code.item, version)
        if status is not None:
            return status
    return None


def judge_item(session: Session, item: ItemStatus) -> Verdict:
    """The gravest thing known of an item."""
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


def judge_batch(session: Session, lot: Lot) -> Verdict:
    """The gravest thing known of a batch as a whole."""
    marks = _recalled(session, lot)
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


def _recalled(session: Session, lot: Lot) -> Sequence[ItemMark]:
    """Its packs that are recalled, in the order of time."""
    return session.scalars(
        sa.select(ItemMark)
        .where(ItemMark.lot_id == lot.id, ItemMark.kind == "recalled")
        .order_by(ItemMark.at, ItemMark.id)
    ).all()


def lot_named(session: Session, reading: Reading) -> Lot | None:
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


def _contradiction(reading: Reading, item: ItemStatus) -> str:
    if item.lot is None:
        return ""
    if reading.gtin and reading.gtin.digits != item.lot.article.gtin:
        return "gtin_contradicts"
    if reading.lot and reading.lot.text != item.lot.ai10:
        return "lot_contradicts"
    return ""


def _no_file(text: str) -> NotFound:
    return NotFound(
        "file_unknown",
        N_("There is no file %(path)s. Check the name of the picture, or give a code."),
        path=text[:200],
    )
