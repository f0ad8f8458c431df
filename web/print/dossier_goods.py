"""The part of a dossier about the goods: labels, samples, where they went, balance."""

from collections.abc import Sequence

from flask_babel import gettext as _

from ...recall.scope.unbatched import Possible
from ...trace.production.balances import Balance
from ...trace.production.record import Record
from .. import words
from ..amounts import amount
from ..i18n import day, local, moment
from .document import Bar, Block, Column, Facts, Note, Section, Share, Table

COLOURS = {
    "stock": "#3f56b8",
    "used": "#6b7280",
    "tested": "#4b5563",
    "scrapped": "#374151",
    "out": "#874800",
    "unexplained": "#b0141b",
}
"""Blue is in our hands, amber outside, grey gone, red unexplained."""


def labels(record: Record) -> Section:
    """Label balance: printed = applied + voided + sampled + missing + open."""
    found = record.labels
    counts = [(name, getattr(found, name).count) for name in words.LABELS]
    pairs = [
        (_("Codes given out"), f"{record.lot.next_item:,}"),
        (_("Number ranges"), str(record.code_ranges)),
        (_("Printed"), f"{found.printed.count:,}"),
        *((_(words.LABELS[name]), f"{count:,}") for name, count in counts),
    ]
    state = (
        Note(_("Every printed label is explained."))
        if found.settled
        else Note(_("Some printed labels are not explained yet."), grave=True)
    )
    return Section(_("Label balance"), (Facts(tuple(pairs)), state))


def samples(record: Record) -> Section:
    """The retained samples, those taken away too."""
    unit = record.lot.article.base_unit
    rows = tuple(
        (
            one.shelf,
            amount(one.quantity, unit),
            moment(one.kept_at),
            day(one.keep_until),
            _(
                "%(day)s: %(reason)s",
                day=day(one.removed_at.date()),
                reason=one.removed_reason,
            )
            if one.removed_at
            else _("stored"),
        )
        for one in record.samples
    )
    columns = (
        Column(_("Where"), 1.6),
        Column(_("Quantity"), 0.8, "right"),
        Column(_("Stored"), 1.2),
        Column(_("Keep until"), 1),
        Column(_("State"), 2.4),
    )
    blocks: tuple[Block, ...] = (
        Table(columns, rows, empty=_("No retained sample is recorded.")),
    )
    if not rows and record.balance.tested:
        there = amount(record.balance.tested, unit)
        told = _("%(n)s are booked at the place for samples.", n=there)
        blocks += (Note(told),)
    return Section(_("Retained samples"), blocks)


def distribution(record: Record, possible: Sequence[Possible]) -> Section:
    """Who got it, and whom to ring there at any hour."""
    unit = record.lot.article.base_unit
    rows = tuple(
        (
            f"{local(one.partner, 'name')}\n{one.partner.address}".rstrip(),
            _contact(one.partner.contact, one.partner.phone),
            _contact(one.partner.backup_contact, one.partner.backup_phone),
            amount(one.shipped, unit),
            amount(one.returned, unit) if one.returned else "–",
            amount(one.coming + one.there, unit),
            f"{moment(one.first)[:10] if one.first else '–'}\n"
            + ", ".join(one.shipments[:6])
            + (" …" if len(one.shipments) > 6 else ""),
        )
        for one in record.sent
    )
    columns = (
        Column(_("Consignee"), 2.3),
        Column(_("Contact, day and night"), 1.5),
        Column(_("Deputy"), 1.3),
        Column(_("Ever sent"), 0.8, "right"),
        Column(_("Returned"), 0.8, "right"),
        Column(_("There or coming"), 0.9, "right"),
        Column(_("First sent, shipments"), 1.9),
    )
    total: tuple[str, ...] = ()
    if rows:
        sent = amount(sum(one.shipped for one in record.sent), unit)
        back = amount(sum(one.returned for one in record.sent), unit)
        left = amount(sum(one.coming + one.there for one in record.sent), unit)
        total = (_("Together"), "", "", sent, back, left, "")
    empty = _("None of it was sent to anybody.")
    if possible:
        empty = _("None of it was sent to anybody, as far as is written down.")
    return Section(_("Where it went"), (Table(columns, rows, total, empty),))


def may_include(possible: Sequence[Possible], unit: str) -> Section:
    """Who may have some because goods left without a batch (domain.md §4.6.2)."""
    rows = tuple(
        (
            local(one, "name"),
            _contact(one.contact, one.phone),
            _contact(one.backup_contact, one.backup_phone),
            amount(one.quantity, unit),
            f"{moment(one.shipped_at)[:10]}\n{one.shipment}",
        )
        for one in possible
    )
    columns = (
        Column(_("Consignee"), 2.3),
        Column(_("Contact, day and night"), 1.7),
        Column(_("Deputy"), 1.5),
        Column(_("At most"), 0.9, "right"),
        Column(_("Sent, shipment"), 2.1),
    )
    why = _(
        "Nobody wrote down of which batch these goods were, and this one was here to "
        "be sent that day."
    )
    title = _("May include: shipped, batch unknown")
    return Section(title, (Note(why, grave=True), Table(columns, rows)))


def balance(record: Record) -> Section:
    """The mass balance, to 100 %."""
    found, unit = record.balance, record.lot.article.base_unit
    parts = [(name, getattr(found, name)) for name in words.BALANCE]
    rows = tuple(
        (_(words.BALANCE[name]), amount(part, unit), _percent(part, found))
        for name, part in parts
        if part or name in ("stock", "out", "unexplained")
    )
    base = _("Made") if record.lot.own else _("Received")
    if record.lot.own and record.lot.grade != "quantity":
        base = _("Labels on packs")
    columns = (
        Column(_("Part"), 3),
        Column(_("Quantity"), 1.5, "right"),
        Column(_("Share"), 1, "right"),
    )
    total = (base, amount(found.base, unit), "100.00 %" if found.base else "–")
    shares = tuple(
        Share(
            _(words.BALANCE[name]), max(part, 0), _percent(part, found), COLOURS[name]
        )
        for name, part in parts
        if part > 0
    )
    verdict = _(
        "%(verdict)s; tolerance %(percent)s %%.",
        verdict=_(words.VERDICT[found.verdict][1]),
        percent=f"{found.tolerance_ppm / 10_000:g}",
    )
    formula = f"{amount(found.base, unit)} ({base}) = " + " + ".join(
        f"{amount(part, unit)} ({_(words.BALANCE[name])})"
        for name, part in parts
        if part or name == "unexplained"
    )
    blocks: tuple[Block, ...] = (
        *((Bar(shares),) if shares else ()),
        Table(columns, rows, total),
        Note(formula),
        Note(verdict, grave=found.verdict in ("short", "over")),
    )
    return Section(_("Mass balance"), blocks)


def _percent(part: int, found: Balance) -> str:
    return f"{100 * part / found.base:.2f} %" if found.base else "–"


def _contact(name: str, phone: str) -> str:
    return "\n".join(text for text in (name, phone) if text) or "–"
