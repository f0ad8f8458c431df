"""From a quantity with a unit to a whole number of the article's base unit."""

import unicodedata
from decimal import Decimal

from ..errors import N_, InvalidInput
from ..identity.items import SIZE_LIMIT
from ..parties.tables import Article

CASE = ("case", "cases", "ctn", "箱")
UNITS = {
    **dict.fromkeys(
        ("piece", "pieces", "pc", "pcs", "bag", "bags", "pack", "packs"), ("piece", 1)
    ),
    **dict.fromkeys(("袋", "个", "只", "张", "包", "盒", "瓶", "罐"), ("piece", 1)),
    **dict.fromkeys(("mg", "毫克"), ("mg", 1)),
    **dict.fromkeys(("g", "克"), ("mg", 1_000)),
    **dict.fromkeys(("kg", "千克", "公斤"), ("mg", 1_000_000)),
    **dict.fromkeys(("t", "吨"), ("mg", 1_000_000_000)),
    **dict.fromkeys(("ul", "μl", "微升"), ("ul", 1)),
    **dict.fromkeys(("ml", "毫升"), ("ul", 1_000)),
    **dict.fromkeys(("l", "升"), ("ul", 1_000_000)),
}
"""Unit as people write it to the base unit and how many of it."""


def base_unit(unit: str) -> str:
    """The base unit in which quantities of an article bought in ``unit`` are kept.

    >>> base_unit("kg"), base_unit("袋")
    ('mg', 'piece')

    Raises InvalidInput ``unit_unknown``.
    """
    try:
        return UNITS[_plain(unit)][0]
    except KeyError:
        raise _unknown(unit) from None


def to_base(article: Article, amount: Decimal, unit: str | None) -> int:
    """``amount`` in the article's base unit, exactly.

    Without a unit the amount counts pieces.

    Raises:
        InvalidInput: ``unit_missing``, ``unit_unknown``, ``unit_wrong``,
            ``case_size_missing``, ``quantity_too_fine`` or ``quantity_too_large``.
    """
    if unit is None and article.base_unit != "piece":
        raise InvalidInput(
            "unit_missing",
            N_("Expected a unit such as kg or ml: %(article)s is not counted."),
            article=article.code,
        )
    factor = _factor(article, unit or "piece")
    exact = amount * factor
    if exact != exact.to_integral_value():
        raise InvalidInput(
            "quantity_too_fine",
            N_(
                "%(amount)s %(unit)s is no whole number of %(base)s, in which "
                "%(article)s is counted."
            ),
            amount=f"{amount:f}",
            unit=unit or "piece",
            base=article.base_unit,
            article=article.code,
        )
    if exact >= SIZE_LIMIT:
        raise InvalidInput(
            "quantity_too_large",
            N_("Expected less than %(limit)s %(base)s, found %(found)s."),
            limit=SIZE_LIMIT,
            base=article.base_unit,
            found=f"{exact:f}",
        )
    return int(exact)


def _factor(article: Article, unit: str) -> int:
    plain = _plain(unit)
    if plain in CASE:
        if not article.case_size:
            raise InvalidInput(
                "case_size_missing",
                N_("Article %(article)s has no case size: give the quantity in bags."),
                article=article.code,
            )
        return article.case_size
    if plain not in UNITS:
        raise _unknown(unit)
    base, factor = UNITS[plain]
    if base != article.base_unit:
        raise InvalidInput(
            "unit_wrong",
            N_("Article %(article)s is counted in %(base)s, so not in %(unit)s."),
            article=article.code,
            base=article.base_unit,
            unit=unit,
        )
    return factor


def _unknown(unit: str) -> InvalidInput:
    return InvalidInput(
        "unit_unknown",
        N_("Expected a unit such as kg, g, l, ml, bag or case, found %(unit)s."),
        unit=repr(unit[:40]),
    )


def _plain(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip().lower()
