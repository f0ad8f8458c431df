"""The way into the engine for labels of cases and pallets: records in, one file out."""

import io
from collections.abc import Sequence
from typing import IO, Literal, TypeAlias, get_args

from ...trace.errors import N_, InvalidInput
from .layout import place
from .placed import write_placed_pdf, write_placed_tspl, write_placed_zpl
from .png import write_png
from .render import check_suits
from .stock import Stock
from .svg import write_svg
from .unit_values import UnitRecord

UnitFormat: TypeAlias = Literal["pdf", "tspl", "zpl", "png", "svg"]
UNIT_FORMATS: tuple[UnitFormat, ...] = get_args(UnitFormat)


def render_units(
    format: str,
    records: Sequence[UnitRecord],
    stock: Stock,
    out: IO[bytes],
    skip: int = 0,
) -> int:
    """Draw a label for each record and write the file to ``out``; how many there are.

    ``skip`` is how many labels of the first sheet are used already (PDF only). All or
    nothing. Raises InvalidInput for an unknown format, one that does not suit the
    stock, a stock for packs, no record at all, and for what cannot be printed.
    """
    _check(format, records, stock, skip)
    labels = [place(stock, record) for record in records]
    drawn = io.BytesIO()
    match format:
        case "pdf":
            write_placed_pdf(labels, stock, drawn, skip)
        case "zpl":
            write_placed_zpl(labels, stock, drawn)
        case "tspl":
            write_placed_tspl(labels, stock, drawn)
        case "png":
            write_png(labels[0], drawn)
        case "svg":
            write_svg(labels[0], drawn)
    out.write(drawn.getvalue())
    return len(labels)


def _check(format: str, records: Sequence[UnitRecord], stock: Stock, skip: int) -> None:
    if format not in UNIT_FORMATS:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(UNIT_FORMATS),
            format=ascii(format[:60]),
        )
    if not stock.for_units:
        raise InvalidInput(
            "label_stock_for_packs",
            N_(
                "%(stock)s is for packs: choose a stock for cases and pallets, one of"
                " those whose names begin with unit-."
            ),
            stock=stock.name,
        )
    check_suits(format, stock, skip)
    if not records:
        raise InvalidInput(
            "labels_none", N_("There is no label to print; choose at least one.")
        )
    if format in ("png", "svg") and len(records) > 1:
        raise InvalidInput(
            "label_format_single",
            N_("%(format)s holds one label; choose one case, or PDF for many."),
            format=format.upper(),
        )
