"""Labels without a code: to see that a printer prints, and where."""

from datetime import datetime
from io import BytesIO

from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, InvalidInput
from ...trace.identity.links import DigitalLink
from ...trace.people import Actor
from ..engine.render import render
from ..engine.ruler import EDGE, draw_ruler, ruler_length
from ..engine.stock import load_stock
from ..engine.values import LabelRecord, LabelSeries
from .drawing import stock_on
from .service import SPECIMEN
from .tables import Printer

TOLERANCE_PPM = 10_000
"""A millimetre may be 1 % off; more is a setting, "fit to page" most often."""
FURTHEST = 60_000
"""µm: no line of the ruler is measured further from the edge of its label."""


def ask_errand(
    session: Session, printer: Printer, errand: str, actor: Actor, now: datetime
) -> None:
    """Have a label without a code printed: ``test`` or ``ruler``, at most once."""
    if not actor.may("printer.manage"):
        actor.require("labels.print")
    printer.errand = errand
    about = f"printer:{printer.code}"
    audit.record(session, actor.login, f"printer.{errand}", about, now)


def errand_bytes(printer: Printer, errand: str, base_url: str) -> bytes:
    """What is sent for an errand."""
    stock = stock_on(printer, printer.stock)
    if errand == "ruler":
        return draw_ruler(stock, printer.format)
    record = LabelRecord(
        url=str(DigitalLink.build(base_url, SPECIMEN)),
        serial=SPECIMEN,
        product="试打标签",
        product_en="Test label, no code",
        batch_no="TEST",
        line_code=printer.code if printer.code.isalnum() else "",
    )
    out = BytesIO()
    render(printer.format, [LabelSeries.of(record)], stock, out)
    return out.getvalue()


def calibrate(
    session: Session,
    printer: Printer,
    across: int,
    down: int,
    length: int,
    actor: Actor,
    now: datetime,
) -> bool:
    """Take over what a ruler says of the ruler label; whether its scale is right.

    ``across`` and ``down`` are from the label's edges to lines A and B, ``length`` is
    C, all in µm. A printer that scales keeps its old offsets: they would be wrong.
    Raises InvalidInput for what cannot be measured on that label.
    """
    actor.require("printer.manage")
    right = ruler_length(load_stock(printer.stock)) * 1000
    if (
        not (0 <= across <= FURTHEST and 0 <= down <= FURTHEST)
        or not right / 2 <= length <= 2 * right
    ):
        raise InvalidInput(
            "ruler_reading_invalid",
            N_(
                "Expected A and B near 5 mm and C near %(length)g mm. Measure the "
                "ruler label of this printer, in millimetres."
            ),
            length=right / 1000,
        )
    printer.scale_ppm = round(length * 1_000_000 / right)
    fits = scale_fits(printer)
    if fits:
        printer.offset_x += round(EDGE * 1000) - across
        printer.offset_y += round(EDGE * 1000) - down
        stock_on(printer, printer.stock)
    audit.record(
        session,
        actor.login,
        "printer.calibrate",
        f"printer:{printer.code}",
        now,
        measured=[across, down, length],
        offsets=[printer.offset_x, printer.offset_y],
    )
    session.flush()
    return fits


def scale_fits(printer: Printer) -> bool:
    """Whether a millimetre is one, as last measured; not so where nobody measured."""
    found = printer.scale_ppm
    return found is not None and abs(found - 1_000_000) <= TOLERANCE_PPM
