"""Label stocks: the paper, and the arrangement of a label on it, read from data.

One TOML file a stock in ``stocks/``, checked against ``stocks/schema.json``; lengths in
millimetres from the label's top left corner, type sizes in points.
"""

import json
import math
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from ...trace.errors import N_, InvalidInput
from .boxes import BarBox, QrBox, Stock, TextBox
from .stock_faults import faults_of
from .stock_reasons import NoLength, not_by_schema, not_read, not_toml

__all__ = [
    "FOLDER",
    "UNIT_FOLDER",
    "Stock",
    "is_ours",
    "load_stock",
    "load_unit_stock",
    "names_in",
    "read_stock",
    "stock_names",
    "unit_stock_names",
    "use_own_stocks",
]

FOLDER = Path(__file__).parent / "stocks"
UNIT_FOLDER = FOLDER / "units"


def stock_names() -> tuple[str, ...]:
    """The stocks for labels of packs: ours, then the plant's own.

    >>> stock_names()[:3]
    ('a4-21', 'a4-24', 'letter-30')
    """
    return (*names_in(FOLDER), *_own_names(for_units=False))


def unit_stock_names() -> tuple[str, ...]:
    """The stocks for labels of cases and pallets: ours, then the plant's own.

    >>> unit_stock_names()[:2]
    ('unit-100x150', 'unit-100x50')
    """
    return (*names_in(UNIT_FOLDER), *_own_names(for_units=True))


def load_stock(name: str) -> Stock:
    """The stock of that name.

    Raises ``InvalidInput`` naming the stocks there are.

    >>> load_stock("roll-60x40").width
    60
    """
    return _load(name, FOLDER, stock_names())


def load_unit_stock(name: str) -> Stock:
    """The stock of that name, for cases and pallets; raises as ``load_stock``."""
    return _load(name, UNIT_FOLDER, unit_stock_names())


def use_own_stocks(folder: Path) -> None:
    """Where the plant keeps stock files of its own, for the whole process.

    What is wrong among them is left out; the page of all stocks says why.
    """
    _own[:] = [folder]


def names_in(folder: Path) -> list[str]:
    """The names of the stock files in a folder, whether good or not."""
    return sorted(path.stem for path in folder.glob("*.toml"))


_own: list[Path] = []
"""The plant's folder, once it is known."""


def _own_names(*, for_units: bool) -> Iterator[str]:
    for folder in _own:
        for name in names_in(folder):
            try:
                stock = read_stock(folder / f"{name}.toml")
            except InvalidInput:
                continue
            if stock.for_units == for_units and not is_ours(name):
                yield name


def is_ours(name: str) -> bool:
    """Whether a stock of that name comes with Lotmark; no own one may bear it."""
    return name in names_in(FOLDER) or name in names_in(UNIT_FOLDER)


def _load(name: str, folder: Path, known: tuple[str, ...]) -> Stock:
    if name not in known:
        raise _stock_unknown(name, known)
    return read_stock((folder if is_ours(name) else _own[0]) / f"{name}.toml")


def read_stock(path: Path) -> Stock:
    """A stock from a file of the plant's own.

    Raises ``InvalidInput`` for a file that is not TOML, does not follow the schema, or
    whose boxes overlap, leave the label or are too low for their text.
    """
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except OSError as problem:
        raise not_read(path.name, problem) from None


@lru_cache(maxsize=64)
def _parsed(path: Path, written_at: int) -> Stock:
    """The stock in a file as it was at a time, so that a changed one is read anew."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text, parse_float=_finite)
        jsonschema.validate(data, _schema())
    except jsonschema.ValidationError as problem:
        raise not_by_schema(path.name, problem) from None
    except ValueError as problem:  # not UTF-8, not TOML
        raise not_toml(path.name, problem) from None
    page, label = data["page"], data["label"]
    stock = Stock(
        name=path.stem,
        title=data["title"],
        title_zh=data["title_zh"],
        dpi=data["dpi"],
        page_width=page["width"],
        page_height=page["height"],
        **label,
        **data["sheet"],
        qr_box=QrBox(**data["qr"]) if "qr" in data else None,
        texts=tuple(TextBox(**text) for text in data["text"]),
        sample=tuple(data.get("sample", {}).items()),
        bars=tuple(_bar_box(**bar) for bar in data.get("bars", ())),
    )
    for fault in faults_of(stock):
        raise fault
    return stock


def _bar_box(*, elements: list[str], **places: float) -> BarBox:
    return BarBox(elements=tuple(elements), **places)


def _finite(number: str) -> float:
    """TOML has ``nan`` and ``inf``, which pass every comparison of the schema."""
    value = float(number)
    if not math.isfinite(value):
        raise NoLength(number)
    return value


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        (FOLDER / "schema.json").read_text(encoding="utf-8")
    )
    return schema


def _stock_unknown(name: str, known: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        "stock_unknown",
        N_("Expected a label stock, one of %(names)s; got %(name)s."),
        names=", ".join(known),
        name=ascii(name[:60]),
    )
