"""What a code is: the one answer behind the consumer page and ``lotmark verify``.

A code that was tampered with and one that never existed get the same answer: whoever
guesses learns nothing (DESIGN §5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from ..labels.engine.reader import read_codes
from ..trace.errors import InvalidInput
from ..trace.identity.keys import KeyRing
from ..trace.identity.reading import Reading, read_code
from ..trace.stock.item_status import ItemStatus, item_status

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one code turned out to be."""

    input: str
    """As given; for a photo, what its code says."""
    reason: str
    """``ok``, ``unknown``, ``unreadable``, ``no_serial``, ``no_code``, ``voided``,
    ``gtin_contradicts``, ``lot_contradicts`` or ``suspect``."""
    reading: Reading | None = None
    """What the code says of itself."""
    item: ItemStatus | None = None
    """What we know of it; None when it is none of ours."""

    @property
    def ok(self) -> bool:
        """Ours, issued, and nothing speaks against it."""
        return self.reason == "ok"

    @property
    def status(self) -> str:
        """``unbound``, ``printed``, ``applied``, ``voided``, ``recalled``, ``suspect``
        or ``unknown``."""
        if self.item is None:
            return "unknown"
        contradicts = self.reason in ("gtin_contradicts", "lot_contradicts")
        return "suspect" if contradicts else self.item.word

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
        }


def verify_input(session: Session, keys: KeyRing, text: str) -> Iterator[Answer]:
    """Each code that ``text`` is or shows: a code, an address, or a picture's file.

    Raises InvalidInput for a file that is not a picture.
    """
    if not text.lower().endswith(PICTURES):
        yield verify_text(session, keys, text)
        return
    path = Path(text)
    if not path.is_file():
        yield Answer(text, "no_code")
        return
    found = read_codes(path.read_bytes())
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
    return Answer(text, _judge(reading, item), reading, item)


def find_item(session: Session, keys: KeyRing, reading: Reading) -> ItemStatus | None:
    """The issued item a reading's serial stands for, under any key version in use."""
    if reading.serial is None:
        return None
    for version, code in keys.read(reading.serial):
        status = item_status(session, code.series, code.item, version)
        if status is not None:
            return status
    return None


def _judge(reading: Reading, item: ItemStatus) -> str:
    if item.lot is not None:
        gtin = item.lot.article.gtin
        if reading.gtin and reading.gtin.digits != gtin:
            return "gtin_contradicts"
        if reading.lot and reading.lot.text != item.lot.ai10:
            return "lot_contradicts"
    return item.word if item.word in ("voided", "suspect") else "ok"
