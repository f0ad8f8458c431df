"""A paper as plain values: what it says, apart from how it is set.

All text in it is final: translated, with units and local times. The same values always
give the same digest, whoever prints them and when.
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeAlias

Align: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    weight: float = 1.0
    """Its share of the width."""
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under repeated headings; may go on for many pages."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    """The last row, set apart."""
    empty: str = ""
    """What stands there without rows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, in two columns of pairs."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph; a grave one is marked."""

    text: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar."""

    name: str
    quantity: int
    text: str
    colour: str
    """``#rrggbb``."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Parts of a whole side by side; the table beside it says the same."""

    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, as a JPEG or PNG file's content."""

    content: bytes = field(repr=False)
    caption: str = ""
    sha256: str = ""
    """Of the file it shows a page of: another program would draw it otherwise."""


@dataclass(frozen=True, slots=True)
class Seal:
    """An empty frame for a stamp and a signature."""

    text: str
    """What belongs there."""


Block: TypeAlias = Table | Facts | Note | Bar | Picture | Seal


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper."""

    title: str
    subject: str
    """What it is about, e.g. a batch; set large beneath the title."""
    issuer: str
    """The firm or plant."""
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    link: str = ""
    """Address of the live record, drawn as a QR code."""
    landscape: bool = False
    language: str = "zh"

    def digest(self) -> str:
        """SHA-256 of everything the paper says, as hexadecimal digits."""
        text = json.dumps(_plain(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a printout adds to the paper: who printed it, when."""

    printed: str
    """e.g. ``printed 2026-11-24 10:02 by Qian``."""
    content: str
    """The words before the digest."""
    page: str
    """Page number, with ``{page}`` and ``{pages}``."""


def _plain(value: Any) -> Any:
    if isinstance(value, Picture) and value.sha256:
        return [value.caption, value.sha256]
    if is_dataclass(value):
        named = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {"": type(value).__name__, **named}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
