"""The way into the engine: labels in, one file out."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import IO, Literal, TypeAlias, cast, get_args

from ...trace.errors import N_, InvalidInput
from .archive import write_pictures
from .codes_csv import write_csv
from .layout import PlacedLabel, place
from .pdf import write_pdf
from .png import write_png
from .runs import runs
from .spool import Spool
from .stock import Stock
from .svg import write_svg
from .tspl import write_tspl
from .values import LabelSeries
from .zpl import write_zpl

Format: TypeAlias = Literal[
    "pdf",
    "tspl",
    "tspl-graphics",
    "zpl",
    "zpl-graphics",
    "png",
    "svg",
    "png-zip",
    "svg-zip",
    "csv",
]
FORMATS: tuple[Format, ...] = get_args(Format)
SINGLE: tuple[Format, ...] = ("png", "svg")
"""Formats that hold one label."""
ROLL: tuple[Format, ...] = ("tspl", "tspl-graphics", "zpl", "zpl-graphics")
"""Formats for printers that feed one row of labels after another."""

AT_ONCE = 1024
"""Labels drawn together: enough for the encoder, and little in memory."""


def render(
    format: str,
    labels: Iterable[LabelSeries],
    stock: Stock,
    out: IO[bytes],
    progress: Callable[[int], None] | None = None,
    skip: int = 0,
) -> int:
    """Draw every label and write the file to ``out``; the number of labels.

    ``progress`` is told now and then how many labels are done; ``skip`` is how many
    labels of the first sheet are used already (PDF sheets only). All or nothing: until
    the last label is drawn, nothing is written to ``out``. Raises ``InvalidInput`` for
    an unknown format, one that does not suit the stock, no labels at all, and for any
    value that cannot be printed as it should be.
    """
    check_form(format, stock, skip)
    count = 0
    # Whole rows of a roll, or one in the middle would stay half empty.
    most = AT_ONCE - AT_ONCE % stock.columns

    def counted() -> Iterator[LabelSeries]:
        nonlocal count
        for series in labels:
            for part in series.parts(most):
                yield part
                count += len(part)
                if progress:
                    progress(count)

    with closing(Spool()) as spool:
        _write(format, counted(), stock, cast("IO[bytes]", spool), skip)
        if not count:
            raise InvalidInput(
                "labels_none", N_("There is no label to print; choose at least one.")
            )
        spool.send(out)
    return count


def check_form(format: str, stock: Stock, skip: int) -> None:
    """Raises InvalidInput for a format that is unknown or does not suit the stock."""
    if format not in FORMATS:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(FORMATS),
            format=ascii(format[:60]),
        )
    check_suits(format, stock, skip)


def check_suits(format: str, stock: Stock, skip: int) -> None:
    """Raises InvalidInput for a known format or a skip that does not suit the stock."""
    if format in ROLL and not stock.is_roll:
        raise InvalidInput(
            "label_stock_is_sheet",
            N_(
                "A label printer (%(format)s) feeds rolls, but %(stock)s is a sheet of"
                " %(count)d labels; choose a roll, or PDF for the sheet."
            ),
            format=format,
            stock=stock.name,
            count=stock.per_page,
        )
    most = stock.per_page - 1 if format == "pdf" else 0
    if not 0 <= skip <= most:
        raise InvalidInput(
            "label_skip_invalid",
            N_(
                "Expected 0 to %(most)d used labels to skip for %(format)s on"
                " %(stock)s, got %(skip)d."
            ),
            most=most,
            format=format,
            stock=stock.name,
            skip=skip,
        )


def _write(
    format: str,
    labels: Iterator[LabelSeries],
    stock: Stock,
    out: IO[bytes],
    skip: int,
) -> None:
    records = itertools.chain.from_iterable(labels)
    placed = (place(stock, record) for record in records)
    match format:
        case "pdf":
            write_pdf(runs(labels, stock), stock, out, skip)
        case "tspl" | "tspl-graphics":
            write_tspl(runs(labels, stock), stock, out, format == "tspl-graphics")
        case "zpl" | "zpl-graphics":
            write_zpl(runs(labels, stock), stock, out, format == "zpl-graphics")
        case "png":
            for label in _only(placed, format):
                write_png(label, out)
        case "svg":
            for label in _only(placed, format):
                write_svg(label, out)
        case "png-zip":
            write_pictures(placed, "png", out)
        case "svg-zip":
            write_pictures(placed, "svg", out)
        case "csv":
            write_csv(labels, out)


def _only(labels: Iterator[PlacedLabel], format: str) -> list[PlacedLabel]:
    """The one label, or none; a second is refused."""
    first = list(itertools.islice(labels, 1))
    if next(labels, None):
        raise InvalidInput(
            "label_format_single",
            N_(
                "%(format)s holds one label; choose one item, or PDF or %(zip)s for"
                " many."
            ),
            format=format.upper(),
            zip=f"{format}-zip",
        )
    return first
