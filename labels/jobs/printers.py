"""Printers of the plant: added, changed, calibrated, taken out of use."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.parties.tables import Line
from ...trace.people import Actor
from ..devices.addresses import FORMATS, Address
from ..engine.render import check_form
from ..engine.stock import load_stock
from .drawing import stock_on
from .machine import LIVE
from .tables import Printer, PrintJob

RESOLUTIONS = (203, 300, 600)
CODE_LIMIT, NAME_LIMIT, ADDRESS_LIMIT = 20, 60, 200
MOST_IN_FLIGHT = 1000


def list_printers(session: Session, *, every: bool = False) -> list[Printer]:
    """The printers in use, or with ``every`` also those taken out of use, by code."""
    rows = sa.select(Printer).order_by(Printer.code)
    if not every:
        rows = rows.where(Printer.active)
    return list(session.scalars(rows).unique())


def printers_at(session: Session, line: Line) -> list[Printer]:
    """The printers in use at a line, then those of the whole plant."""
    found = [p for p in list_printers(session) if p.line_id in (line.id, None)]
    return sorted(found, key=lambda printer: (printer.line_id is None, printer.code))


def find_printer(session: Session, code: str) -> Printer:
    """The printer in use with that code. Raises NotFound ``printer_unknown``."""
    found = session.scalar(
        sa.select(Printer).where(Printer.code == code[:CODE_LIMIT], Printer.active)
    )
    if found is None:
        known = ", ".join(p.code for p in list_printers(session)) or "–"
        raise NotFound(
            "printer_unknown",
            N_("Expected a printer in use, one of: %(known)s; got %(code)s."),
            known=known,
            code=ascii(code[:CODE_LIMIT]),
        )
    return found


def add_printer(
    session: Session,
    code: str,
    name: str,
    kind: str,
    address: str,
    format: str,
    stock: str,
    actor: Actor,
    now: datetime,
    *,
    line_id: int | None = None,
    dpi: int = 203,
    in_flight: int = 50,
) -> Printer:
    """A new printer, not asked for its status yet.

    Raises InvalidInput for a value that cannot be, Conflict ``printer_taken`` for a
    code in use, or once in use.
    """
    actor.require("printer.manage")
    if not code.isascii() or not code.isprintable() or not 0 < len(code) <= CODE_LIMIT:
        raise InvalidInput(
            "printer_code_invalid",
            N_("Expected a code of 1 to %(most)s letters and digits, e.g. L2-ZT1."),
            most=CODE_LIMIT,
        )
    if session.scalar(sa.select(Printer.id).where(Printer.code == code)) is not None:
        raise Conflict(
            "printer_taken",
            N_("There is a printer %(code)s already, perhaps out of use."),
            code=code,
        )
    printer = Printer(
        code=code,
        name=name.strip() or code,
        line_id=line_id,
        kind=kind,
        address=address.strip(),
        format=format,
        stock=stock,
        dpi=dpi,
        offset_x=0,
        offset_y=0,
        in_flight=in_flight,
        created_at=now,
        created_by=actor.login,
    )
    check_printer(printer)
    session.add(printer)
    session.flush()
    _note(session, printer, "printer.add", actor, now, address=printer.address)
    return printer


def change_printer(
    session: Session, printer: Printer, actor: Actor, now: datetime, **changes: object
) -> None:
    """Change what is known of a printer; at another address its status is unknown.

    Raises as ``add_printer``, and Conflict ``printer_busy`` while it has a live job.
    """
    actor.require("printer.manage")
    _require_idle(session, printer)
    before = {name: getattr(printer, name) for name in changes}
    changed = {name: new for name, new in changes.items() if new != before[name]}
    for column, value in changed.items():
        setattr(printer, column, value)
    check_printer(printer)
    if changed.keys() & {"kind", "address", "format"}:
        printer.status, printer.status_words = "unknown", ""
        printer.answered_at = printer.asked_at = printer.labels_left = None
    if changed.keys() & {"address", "dpi", "stock"}:
        printer.scale_ppm = None
    if changed:
        session.flush()
        _note(session, printer, "printer.change", actor, now, **changed)


def remove_printer(
    session: Session, printer: Printer, actor: Actor, now: datetime
) -> None:
    """Take a printer out of use; its jobs stay. Raises Conflict ``printer_busy``."""
    actor.require("printer.manage")
    _require_idle(session, printer)
    if printer.active:
        printer.active = False
        _note(session, printer, "printer.remove", actor, now)


def check_printer(printer: Printer) -> None:
    """Raises InvalidInput for the first value of a printer that cannot be."""
    Address(printer.kind, printer.address)
    if printer.format not in FORMATS[printer.kind]:
        raise InvalidInput(
            "label_format_unknown",
            N_("Expected a label format, one of %(names)s; got %(format)s."),
            names=", ".join(FORMATS[printer.kind]),
            format=ascii(printer.format[:60]),
        )
    if printer.dpi not in RESOLUTIONS:
        raise InvalidInput(
            "printer_dpi_invalid",
            N_("Expected a resolution of %(known)s dots an inch, got %(dpi)s."),
            known=", ".join(map(str, RESOLUTIONS)),
            dpi=printer.dpi,
        )
    if not 1 <= printer.in_flight <= MOST_IN_FLIGHT:
        raise InvalidInput(
            "printer_in_flight_invalid",
            N_("Expected 1 to %(most)s labels sent ahead, got %(found)s."),
            most=MOST_IN_FLIGHT,
            found=printer.in_flight,
        )
    check_form(printer.format, load_stock(printer.stock), 0)
    stock_on(printer, printer.stock)


def _require_idle(session: Session, printer: Printer) -> None:
    session.refresh(printer, with_for_update={"of": Printer})
    busy = sa.select(PrintJob.number).where(
        PrintJob.printer_id == printer.id, PrintJob.state.in_((*LIVE, "paused"))
    )
    if number := session.scalar(busy.order_by(PrintJob.id).limit(1)):
        raise Conflict(
            "printer_busy",
            N_(
                "Print job %(job)s is on %(printer)s. Finish it, or cancel the rest "
                "of it, then change the printer."
            ),
            job=number,
            printer=printer.code,
        )


def _note(
    session: Session,
    printer: Printer,
    action: str,
    actor: Actor,
    now: datetime,
    **told: object,
) -> None:
    audit.record(session, actor.login, action, f"printer:{printer.code}", now, **told)
