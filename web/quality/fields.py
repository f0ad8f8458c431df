"""Fields of this room's forms that hold more than plain text."""

from datetime import date
from decimal import Decimal, InvalidOperation
from unicodedata import normalize

from flask import request

from ...trace.db import Session
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.exchange.amounts import to_base
from ...trace.identity.items import ItemSet
from ...trace.identity.links import LINK_LIMIT
from ...trace.identity.reading import read_code
from ...trace.parties.lots import YEARS
from ...trace.parties.tables import Article, Lot
from ...trace.stock.item_status import item_status
from ..current import house
from ..forms import text_field

MOST_CODES = 200
"""Codes one form takes, a line for each."""


def day_argument(name: str) -> date:
    """A day of an address. Raises InvalidInput ``day_invalid``."""
    try:
        found = date.fromisoformat(request.args.get(name, "")[:40])
        if found.year not in YEARS:
            raise ValueError
        return found
    except ValueError:
        raise InvalidInput("day_invalid", N_("Write days like 2026-11-24.")) from None


def amount_field(name: str, article: Article) -> int:
    """A quantity with its unit (``name`` and ``name_unit``), in the base unit."""
    typed = normalize("NFKC", request.form.get(name, "")[:40]).replace(",", "").strip()
    unit = request.form.get(f"{name}_unit") or None
    try:
        quantity = Decimal(typed)
    except InvalidOperation:
        quantity = Decimal(0)
    if not quantity.is_finite() or quantity <= 0:
        raise InvalidInput(
            "quantity_unreadable",
            N_("Expected a quantity above zero, got %(found)s."),
            found=typed or "–",
        )
    return to_base(article, quantity, unit)


def scanned_field(session: Session, lot: Lot, name: str) -> ItemSet | None:
    """The items of a lot whose codes a field holds, a line for each; None without."""
    text = text_field(name, MOST_CODES * LINK_LIMIT)
    codes = [line.strip() for line in text.splitlines() if line.strip()]
    if len(codes) > MOST_CODES:
        raise InvalidInput(
            "codes_too_many",
            N_("Expected at most %(most)s codes, got %(found)s."),
            most=MOST_CODES,
            found=len(codes),
        )
    if not codes:
        return None
    return ItemSet.from_numbers(item_of(session, lot, code) for code in codes)


def span_field(session: Session, lot: Lot) -> ItemSet:
    """The items from a first to a last code; the last may be left out."""
    first = text_field("first", LINK_LIMIT, required=True)
    last = text_field("last", LINK_LIMIT) or first
    ends = [item_of(session, lot, code) for code in (first, last)]
    return ItemSet.range(min(ends), max(ends) + 1)


def item_of(session: Session, lot: Lot, code: str) -> int:
    """The number within a lot of the item with this code.

    Raises InvalidInput ``code_unknown_here``, Conflict ``code_of_other_lot``.
    """
    serial = read_code(code).serial
    for version, found in house().keys.read(serial) if serial else ():
        status = item_status(session, found.series, found.item, version)
        if status and status.lot_item is not None and status.lot:
            if status.lot.id == lot.id:
                return status.lot_item
            raise Conflict(
                "code_of_other_lot",
                N_("That code belongs to batch %(lot)s. Take its labels off the line."),
                lot=status.lot.code,
            )
    raise InvalidInput(
        "code_unknown_here",
        N_("That code is not one of this batch. Scan the label again."),
    )
