"""Quantities that stand alone, as on a paper: pieces say what they are pieces of."""

from flask_babel import ngettext

from .amounts import amount


def counted(quantity: int, unit: str, kind: str) -> str:
    """As ``amount``; of pieces ``12,000 packs``, by the kind of article."""
    told = amount(quantity, unit)
    if unit != "piece":
        return told
    if kind == "product":
        return str(ngettext("%(n)s pack", "%(n)s packs", quantity, n=told))
    return str(ngettext("%(n)s pc", "%(n)s pcs", quantity, n=told))
