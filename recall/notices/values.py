"""A notice as plain values: what the linter, the pages and the messages read."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

LEVELS = ("I", "II", "III")


@dataclass(frozen=True, slots=True)
class Product:
    """A batch on the notice."""

    lot_id: int
    code: str
    """Batch number as it stands on the pack."""
    article: str
    """Code of the article."""
    name: str
    name_en: str
    gtin: str = ""
    net: str = ""
    net_en: str = ""
    made_on: str = ""
    """``2026-11-18``; empty when not known."""
    expires_on: str = ""
    items: str | None = None
    """Packs of it, as ``ItemSet`` prints them; None is the whole batch."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture with its words in each language."""

    sha256: str
    alt: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What is the same in every language."""

    products: tuple[Product, ...]
    levels: dict[str, str | None]
    """Jurisdiction to the level there; None when nobody has decided it."""
    starts_on: str
    ends_on: str
    photos: tuple[Photo, ...] = ()

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {
            "products": [asdict(one) for one in self.products],
            "photos": [asdict(one) for one in self.photos],
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Content":
        """From what ``document`` made."""
        return cls(
            tuple(Product(**one) for one in document["products"]),
            dict(document["levels"]),
            document["starts_on"],
            document["ends_on"],
            tuple(Photo(**one) for one in document["photos"]),
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in one language, under one law."""

    jurisdiction: str
    language: str
    title: str
    fields: dict[str, str]

    @property
    def key(self) -> str:
        """E.g. ``cn_food.zh``."""
        return f"{self.jurisdiction}.{self.language}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole notice and what it must agree with, as the linter takes it."""

    content: Content
    wordings: tuple[Wording, ...]
    drill: bool
    scope: tuple[tuple[int, str | None], ...]
    """Lot and items of the recall's scope as it stands now."""
    levels: dict[str, str | None]
    """The recall's levels as they stand now."""
    aware_on: date
    """Day of T0 at the plant."""
    complete_by: date | None
    """Last day of the completion deadline, when it is known."""
    today: date
    initiation: str = "voluntary"


def digest_of(content: Content, wordings: tuple[Wording, ...]) -> str:
    """SHA-256 of all a reader is told; a signature is under it. Frozen format 1."""
    said = [asdict(one) for one in sorted(wordings, key=lambda one: one.key)]
    text = json.dumps([1, content.document(), said], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Published:
    """A notice that is or was out, as a page or a feed shows it."""

    number: str
    version: int
    kind: str
    state: str
    change: str
    content: Content
    wordings: tuple[Wording, ...]
    since: datetime
    """When it appeared."""
    updated: datetime
    newest: int
    """The newest version that is out."""
    drill: bool = False
    alone: bool = False
    """Published by one person, not yet countersigned."""

    def wording(self, language: str, jurisdiction: str = "") -> Wording:
        """The one that suits a reader best: their language, else the first there is."""
        here = [one for one in self.wordings if one.jurisdiction == jurisdiction]
        among = here or list(self.wordings)
        return next((one for one in among if one.language == language), among[0])
