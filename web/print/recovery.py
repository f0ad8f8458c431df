"""Papers of a recall's recovery: the letter to a consignee, and the certificate of what
became of the goods."""

from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ...recall.quarantine.board import Answering
from ...recall.quarantine.disposing import files_of
from ...recall.quarantine.orders import lines_of
from ...recall.quarantine.tables import DispositionOrder
from ...recall.recalls.tables import Recall
from ...trace import files, people
from ...trace.files import StoredFile
from ...trace.parties.tables import Site
from .. import words
from ..counted import counted
from ..i18n import language, local, moment
from .document import Column, Document, Facts, Note, Picture, Section, Table
from .registers import issuer

PICTURES = ("image/jpeg", "image/png")


def letter(session: Session, asked: Answering, address: str) -> Document:
    """The trade letter (召回通知书) with the QR code of the consignee's own page."""
    site = session.scalar(sa.select(Site).order_by(Site.id).limit(1))
    rows = tuple(
        (
            lot.code,
            local(lot.article, "name"),
            counted(
                max(asked.rows[lot.id].ledger.shipped, 0),
                lot.article.base_unit,
                lot.article.kind,
            )
            if lot.id in asked.rows
            else "–",
        )
        for lot in asked.lots
    )
    batches = Table(
        (
            Column(_("Batch"), 2),
            Column(_("Product"), 3),
            Column(_("Sent to you"), 1.5, "right"),
        ),
        rows,
    )
    steps = (
        _("Stop selling these batches at once, take them off the shelf and seal them."),
        _("Tell everybody you sold them to, and put up the announcement."),
        _("Count what you have, sold, sent back or destroyed, and tell us."),
        _("Scan the code or open the address to answer: %(address)s", address=address),
    )
    facts = [
        (_("To"), _joined(local(asked.partner, "name"), asked.partner.address)),
        (_("Recall"), f"{asked.recall.number} {asked.recall.title}"),
        (_("Reason"), asked.recall.reason),
        (_("Danger"), asked.recall.hazard),
    ]
    if site and site.phone:
        facts.append((_("Telephone"), site.phone))
    if site and site.authority_phone:
        told = _joined(site.authority, site.authority_phone)
        facts.append((_("Authority"), told))
    return Document(
        title=_("Recall notice to the trade"),
        subject=local(asked.partner, "name"),
        issuer=issuer(session),
        facts=tuple(pair for pair in facts if pair[1]),
        sections=(
            Section(_("Batches"), (batches,)),
            Section(
                _("What we ask of you"),
                tuple(
                    Note(f"{number}. {step}", grave=number == 1)
                    for number, step in enumerate(steps, start=1)
                ),
            ),
        ),
        link=address,
        language=language(),
    )


def certificate(
    session: Session, order: DispositionOrder, folder: Path, address: str
) -> Document:
    """What became of the goods of an order, with who saw it and the photos."""
    lines = lines_of(session, order)
    goods = Table(
        (
            Column(_("Batch"), 2),
            Column(_("Product"), 3),
            Column(_("From"), 1.5),
            Column(_("Packs"), 2),
            Column(_("Quantity"), 1.5, "right"),
        ),
        tuple(
            (
                line.lot.code,
                local(line.lot.article, "name"),
                local(line.location, "name"),
                " ".join(part for part in (line.sscc, line.items) if part) or "–",
                counted(
                    line.quantity, line.lot.article.base_unit, line.lot.article.kind
                ),
            )
            for line in lines
        ),
    )
    recall = session.get(Recall, order.recall_id) if order.recall_id else None
    facts = [
        (_("Kind"), _(words.DISPOSITION[order.kind])),
        (_("State"), _(words.DISPOSITION_STATE[order.state][1])),
        (_("Recall"), f"{recall.number} {recall.title}" if recall else ""),
        (_("Reason"), order.reason),
        (_("Remedy told to the buyer"), order.remedy),
    ]
    signed = [
        (_("Asked for"), _who(session, order.asked_by, moment(order.asked_at))),
        (
            _("Approved"),
            _who(session, order.approved_by, moment(order.approved_at))
            if order.approved_by and order.approved_at
            else "",
        ),
        (
            _("Authority told beforehand"),
            f"{order.authority} · {order.authority_receipt} · "
            f"{moment(order.authority_told_at)}"
            if order.authority_told_at
            else "",
        ),
        (
            _("Announced for"),
            f"{moment(order.planned_at)} · {order.planned_place}"
            if order.planned_at
            else "",
        ),
        (
            _("Done"),
            _who(session, order.done_by, moment(order.done_at))
            if order.done_by and order.done_at
            else "",
        ),
        (
            _("Witnesses"),
            " · ".join(w for w in (order.witness_1, order.witness_2) if w),
        ),
        (_("Result"), order.result),
    ]
    return Document(
        title=_("Certificate of disposition")
        if order.state == "done"
        else _("Disposition order"),
        subject=order.number,
        issuer=issuer(session),
        facts=tuple(pair for pair in facts if pair[1]),
        sections=(
            Section(_("Goods"), (goods,)),
            Section(
                _("Signatures"),
                (
                    Facts(tuple(p for p in signed if p[1])),
                    Note(_("By hand: ____________ ____________ ____________")),
                ),
            ),
            *_proof(session, order, folder),
        ),
        link=address,
        language=language(),
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _who(session: Session, login: str, at: str) -> str:
    return f"{people.name_of(session, login)} · {at}"


def _proof(
    session: Session, order: DispositionOrder, folder: Path
) -> tuple[Section, ...]:
    pictures = []
    for kept in files_of(session, order):
        file = session.get_one(StoredFile, kept.sha256)
        if file.media_type in PICTURES:
            content = files.path_of(folder, kept.sha256).read_bytes()
            pictures.append(Picture(content, kept.name, kept.sha256))
    return (Section(_("Photos"), tuple(pictures)),) if pictures else ()
