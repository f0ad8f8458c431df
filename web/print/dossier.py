"""The dossier of a batch: its whole record on paper, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ...recall.scope.unbatched import Possible, possible_consignees
from ...trace.parties.tables import Lot
from ...trace.production.record import Record, record_of
from ...trace.stock.holds import IN_FORCE
from .. import words
from ..counted import counted
from ..i18n import day, language, local, moment
from ..installation import Installation
from .attachments import attachment
from .document import (
    Block,
    Column,
    Document,
    Facts,
    Imprint,
    Note,
    Section,
    Table,
)
from .dossier_files import Attached, attachments
from .dossier_goods import balance, distribution, labels, may_include, samples
from .dossier_making import (
    checks,
    cleanings,
    cycles,
    inputs,
    inspections,
    papers,
    runs,
)
from .pdf import render_pdf


@dataclass(frozen=True, slots=True)
class Complaints:
    """How many complaints there are about a batch; a dossier names nobody."""

    all: int
    open: int


def batch_dossier(
    record: Record,
    possible: Sequence[Possible],
    complaints: Complaints,
    link: str,
    attached: Attached,
) -> Document:
    """Everything on record of a lot, for whoever asks: authority, auditor, customer."""
    lot = record.lot
    sections = (
        inputs(record) if lot.own else papers(record),
        *((runs(record), cycles(record)) if lot.own else ()),
        *((checks(record), cleanings(record)) if lot.own else ()),
        inspections(record),
        *((_release(record),) if lot.own else ()),
        *((labels(record),) if record.labels.printed or record.code_ranges else ()),
        *((samples(record),) if lot.own else ()),
        distribution(record, possible),
        *((may_include(possible, lot.article.base_unit),) if possible else ()),
        balance(record),
        _trouble(record, complaints),
        attachments(record, attached),
    )
    site = lot.site or (lot.line.site if lot.line else None)
    return Document(
        title=_("Batch dossier") if lot.own else _("Dossier of a received lot"),
        subject=f"{lot.code}  {local(lot.article, 'name')}",
        issuer=local(site, "name") if site else "Lotmark",
        facts=tuple(_head(record)),
        sections=sections,
        link=link,
        language=language(),
    )


def print_dossier(
    session: Session,
    house: Installation,
    lot: Lot,
    complaints: tuple[int, int],
    imprint: Imprint,
    now: datetime,
) -> bytes:
    """The dossier of a lot as a PDF file; of ``complaints`` all, and those open."""
    files = house.settings.files
    paper = batch_dossier(
        record_of(session, lot, now.date()),
        possible_consignees(session, [lot.id]),
        Complaints(*complaints),
        f"{house.settings.base_url}/quality/lots/{lot.id}",
        lambda sha256: attachment(session, files, sha256),
    )
    return render_pdf(paper, imprint)


def _head(record: Record) -> Iterator[tuple[str, str]]:
    lot, article = record.lot, record.lot.article
    unit = article.base_unit
    yield _("Product"), f"{local(article, 'name')} ({article.code})"
    if article.gtin:
        yield "GTIN", article.gtin
    if article.net_content:
        yield _("Specification"), local(article, "net_content")
    yield _("Batch number"), lot.code
    if lot.produced_on:
        yield _("Made on"), day(lot.produced_on)
    if lot.expires_on:
        yield _("Best before"), day(lot.expires_on)
    if lot.own:
        yield from _made_by(record)
    else:
        yield _("Received"), day(lot.received_on)
        if record.supplier:
            yield _("Supplier"), _firm(record.supplier)
    yield (
        (_("Made") if lot.own else _("Received quantity")),
        counted(_made(record), unit, article.kind),
    )
    yield _("State"), _state(record)
    yield _("Certificate"), lot.certificate or "–"
    if article.standard:
        yield _("Product standard"), article.standard
    if article.storage:
        yield _("Storage"), local(article, "storage")


def _state(record: Record) -> str:
    """The lot's state; goods on hold are never called free."""
    state: str = _(words.LOT[record.lot.status][1])
    held = sorted({hold.number for hold in record.holds if hold.state in IN_FORCE})
    if not held:
        return state
    told = _("%(state)s; on hold: %(numbers)s", state=state, numbers=", ".join(held))
    return str(told)


def _made_by(record: Record) -> Iterator[tuple[str, str]]:
    lot = record.lot
    site = lot.site or (lot.line.site if lot.line else None)
    if site is not None:
        licence = f" ({site.licence})" if site.licence else ""
        yield _("Plant"), f"{local(site, 'name')}{licence}"
    if lot.line is not None:
        yield _("Line"), f"{local(lot.line, 'name')} ({lot.line.code})"
    if lot.planned:
        yield (
            _("Planned quantity"),
            counted(lot.planned, lot.article.base_unit, lot.article.kind),
        )
    if lot.artwork:
        yield _("Label artwork"), lot.artwork


def _release(record: Record) -> Section:
    lot, signed = record.lot, record.released
    if signed is None:
        if lot.certificate and lot.status in ("released", "recalled", "closed"):
            text = _(
                "Released with certificate %(number)s before its record came here.",
                number=lot.certificate,
            )
        else:
            text = _("Not released.")
        return Section(_("Release"), (Note(text),))
    pairs = [
        (_("Released by"), signed.by),
        (_("When"), moment(signed.at)),
        (_("Certificate"), lot.certificate),
        (_("Basis"), _("Food Safety Law, article 52")),
    ]
    blocks: list[Block] = [Facts(tuple(pairs))]
    if signed.reason:
        text = _("Why it is good all the same: %(reason)s", reason=signed.reason)
        blocks.append(Note(text, grave=True))
    return Section(_("Release"), tuple(blocks))


def _trouble(record: Record, complaints: Complaints) -> Section:
    rows = tuple(
        (
            hold.number,
            _(words.HOLD[hold.state][1]),
            f"{_(words.HAZARD[hold.hazard])}: {hold.reason}",
            moment(hold.placed_at),
            moment(hold.released_at) if hold.released_at else "–",
        )
        for hold in record.holds
    )
    columns = (
        Column(_("Hold"), 1.1),
        Column(_("State"), 1.3),
        Column(_("Reason"), 3),
        Column(_("Placed"), 1.3),
        Column(_("Lifted"), 1.3),
    )
    told = _(
        "Complaints: %(all)s, of which %(open)s open.",
        all=complaints.all,
        open=complaints.open,
    )
    table = Table(columns, rows, empty=_("It was never on hold."))
    return Section(_("Holds and complaints"), (table, Note(told)))


def _made(record: Record) -> int:
    balance = record.balance
    return balance.found + balance.lost if record.lot.own else balance.base


def _firm(partner: object) -> str:
    named = (
        local(partner, "name"),
        *(getattr(partner, k) for k in ("address", "phone")),
    )
    return " · ".join(text for text in named if text)
