"""The statutory registers as papers: A4 across, columns as the law names them."""

from collections.abc import Callable

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ...trace.errors import N_
from ...trace.parties.tables import Article, Lot, Partner, Site
from ...trace.production import registers
from ...trace.production.registers import Period, Register
from ...trace.production.tables import Inspection
from .. import words
from ..counted import counted
from ..i18n import day, language, local, moment
from .document import Column, Document, Note, Section, Table

TITLES: dict[Register, str] = {
    "incoming": N_("Register of goods received and checked"),
    "inputs": N_("Register of ingredients used"),
    "outgoing": N_("Register of outgoing inspections"),
    "sales": N_("Sales ledger"),
}
"""进货查验记录, 投料记录, 出厂检验记录, 销售台账 (domain.md §1.2)."""
BASIS: dict[Register, str] = {
    "incoming": N_("Food Safety Law, article 50"),
    "inputs": N_("Food Safety Law, article 46"),
    "outgoing": N_("Food Safety Law, articles 51 and 52"),
    "sales": N_("Food Safety Law, articles 51 and 53"),
}


def issuer(session: Session) -> str:
    """The plant, or all of them."""
    sites = session.scalars(sa.select(Site).order_by(Site.id)).all()
    return " · ".join(local(site, "name") for site in sites)


def register(
    session: Session, which: Register, period: Period, issuer: str
) -> Document:
    """A register over some days. Raises TooLarge for too many entries."""
    table = _TABLES[which](session, period)
    days = f"{day(period.first)} – {day(period.last)}"
    blocks: tuple[Table | Note, ...] = (table,)
    if which == "outgoing":
        told = _("When and to whom each batch was sold stands in the sales ledger.")
        blocks += (Note(told),)
    return Document(
        title=_(TITLES[which]),
        subject=days,
        issuer=issuer,
        facts=(
            (_("Basis"), _(BASIS[which])),
            (_("Entries"), f"{len(table.rows):,}"),
        ),
        sections=(Section(_("Entries"), blocks),),
        landscape=True,
        language=language(),
    )


def _incoming(session: Session, period: Period) -> Table:
    rows = tuple(
        (
            day(one.lot.received_on),
            local(one.lot.article, "name"),
            _specification(one.lot.article),
            _quantity(one.quantity, one.lot.article),
            _made_as(one.lot),
            day(one.lot.expires_on),
            *_firm(one.supplier),
            "\n".join(
                [
                    *([one.lot.certificate] if one.lot.certificate else []),
                    *(f"{_(words.PAPER[p.kind])} {p.number}" for p in one.papers),
                ]
            )
            or "–",
            _(words.RESULT[one.inspection.result][1]) if one.inspection else "–",
        )
        for one in registers.incoming(session, period)
    )
    return Table(
        (
            Column(_("Received"), 1.1),
            Column(_("Name"), 1.4),
            Column(_("Spec."), 0.8),
            Column(_("Quantity"), 1, "right"),
            Column(_("Made on, batch number"), 1.4),
            Column(_("Best before"), 1.1),
            Column(_("Supplier"), 1.4),
            Column(_("Address"), 1.6),
            Column(_("Contact"), 1.35),
            Column(_("Papers and certificates"), 1.8),
            Column(_("Inspection"), 1),
        ),
        rows,
        empty=_nothing(),
    )


def _inputs(session: Session, period: Period) -> Table:
    rows = tuple(
        (
            moment(one.edge.at),
            local(one.target.article, "name"),
            one.target.code,
            local(one.source.article, "name"),
            one.source.code,
            local(one.supplier, "name") if one.supplier else _("our own"),
            day(one.source.expires_on),
            _quantity(one.edge.quantity, one.source.article),
            _(words.EDGE[one.edge.kind]),
            "; ".join(t for t in (one.edge.reason, one.approved) if t) or "–",
        )
        for one in registers.inputs(session, period)
    )
    return Table(
        (
            Column(_("When"), 1.5),
            Column(_("Product"), 1.7),
            Column(_("Batch number"), 1.4),
            Column(_("Ingredient or packaging"), 1.6),
            Column(_("Lot"), 1.3),
            Column(_("Supplier"), 1.6),
            Column(_("Best before"), 1.1),
            Column(_("Quantity"), 1, "right"),
            Column(_("How"), 1.2),
            Column(_("Reason, approved by"), 1.4),
        ),
        rows,
        empty=_nothing(),
    )


def _outgoing(session: Session, period: Period) -> Table:
    rows = []
    for one in registers.outgoing(session, period):
        found = one.inspection
        rows.append(
            (
                moment(found.at) if found else _("not recorded"),
                local(one.lot.article, "name"),
                _specification(one.lot.article),
                _quantity(one.quantity, one.lot.article),
                day(one.lot.produced_on),
                one.lot.code,
                day(one.lot.expires_on),
                *(_found(found) if found else ("–", _("as imported"))),
                _(words.RESULT[found.result if found else "pass"][1]),
                (found.certificate if found else one.lot.certificate) or "–",
            )
        )
    return Table(
        (
            Column(_("Inspected"), 1.4),
            Column(_("Name"), 1.7),
            Column(_("Spec."), 0.8),
            Column(_("Quantity"), 0.9, "right"),
            Column(_("Made on"), 1.1),
            Column(_("Batch number"), 1.4),
            Column(_("Best before"), 1.1),
            Column(_("Laboratory"), 1.3),
            Column(_("Method and findings"), 2),
            Column(_("Result"), 0.8),
            Column(_("Certificate"), 1.2),
        ),
        tuple(rows),
        empty=_nothing(),
    )


def _sales(session: Session, period: Period) -> Table:
    rows = tuple(
        (
            moment(one.at)[:10],
            local(one.lot.article, "name"),
            _specification(one.lot.article),
            _quantity(one.quantity, one.lot.article),
            day(one.lot.produced_on),
            one.lot.code,
            day(one.lot.expires_on),
            one.lot.certificate or "–",
            *_firm(one.buyer),
            one.document,
        )
        for one in registers.sales(session, period)
    )
    return Table(
        (
            Column(_("Sold on"), 1.1),
            Column(_("Name"), 1.6),
            Column(_("Spec."), 0.8),
            Column(_("Quantity"), 0.8, "right"),
            Column(_("Made on"), 1.1),
            Column(_("Batch number"), 1.4),
            Column(_("Best before"), 1.1),
            Column(_("Certificate"), 1.1),
            Column(_("Buyer"), 1.6),
            Column(_("Address"), 1.5),
            Column(_("Contact"), 1.35),
            Column(_("Paper"), 1.3),
        ),
        rows,
        empty=_nothing(),
    )


_TABLES: dict[Register, Callable[[Session, Period], Table]] = {
    "incoming": _incoming,
    "inputs": _inputs,
    "outgoing": _outgoing,
    "sales": _sales,
}


def _found(one: Inspection) -> tuple[str, str]:
    """Who looked, and what they found."""
    lines = [f"{what}: {value}" for what, _limit, value in one.findings]
    return one.lab or _("our own laboratory"), "\n".join(lines) or one.method or "–"


def _quantity(quantity: int, article: Article) -> str:
    return counted(quantity, article.base_unit, article.kind)


def _nothing() -> str:
    text: str = _("There is no entry in these days.")
    return text


def _specification(article: Article) -> str:
    return local(article, "net_content") or "–"


def _made_as(lot: Lot) -> str:
    made = [day(lot.produced_on)] if lot.produced_on else []
    return "\n".join([*made, lot.code])


def _firm(partner: Partner | None) -> tuple[str, str, str]:
    """Name, address and contact, as the law asks for them."""
    if partner is None:
        return "–", "–", "–"
    contact = "\n".join(text for text in (partner.contact, partner.phone) if text)
    return local(partner, "name"), partner.address or "–", contact or "–"
