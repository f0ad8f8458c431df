"""A recall notice as a paper for a wall, with room for the firm's stamp."""

from flask_babel import gettext as _

from ...recall.notices.publishing import public_path
from ...recall.notices.values import Published, Wording
from ..notice_words import LAW, NOTICE_FIELD, RECALL_LEVEL, SECTIONS
from .document import Column, Document, Facts, Note, Seal, Section, Table


def notice_paper(notice: Published, base_url: str, language: str) -> Document:
    """The notice in the wording that suits ``language`` best."""
    wording = notice.wording(language)
    level = notice.content.levels.get(wording.jurisdiction)
    return Document(
        title=wording.title,
        subject=_(
            "No. %(number)s, version %(version)s",
            number=notice.number,
            version=notice.version,
        ),
        issuer=wording.fields.get("company", ""),
        facts=(
            (_("Level"), _(RECALL_LEVEL[level]) if level else "–"),
            (_("Recall begins"), notice.content.starts_on),
            (_("Recall ends"), notice.content.ends_on),
            (
                _("Under the law of"),
                _(LAW.get(wording.jurisdiction, wording.jurisdiction)),
            ),
            *_phones(wording),
        ),
        sections=(
            Section(_("Recalled products"), (_products(notice, wording),)),
            *_sections(wording),
            Section(_("Stamp and date"), (Seal(_("Company stamp, signature, date")),)),
        ),
        link=base_url + public_path(notice.number),
        language=wording.language,
    )


def _products(notice: Published, wording: Wording) -> Table:
    zh = wording.language == "zh"
    return Table(
        (
            Column(_("Product"), 3),
            Column(_("Pack"), 1),
            Column(_("Batch"), 2),
            Column(_("Made on"), 1.3),
            Column(_("Best before"), 1.3),
        ),
        tuple(
            (
                one.name if zh else one.name_en,
                one.net if zh else one.net_en,
                one.code,
                one.made_on or "–",
                one.expires_on or "–",
            )
            for one in notice.content.products
        ),
    )


def _phones(wording: Wording) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_(NOTICE_FIELD[name]), wording.fields[name])
        for name in ("phone", "regulator_phone")
        if wording.fields.get(name)
    )


def _sections(wording: Wording) -> tuple[Section, ...]:
    sections = []
    for title, names in SECTIONS:
        told = [name for name in names if wording.fields.get(name)]
        if title == SECTIONS[-1][0]:
            pairs = tuple(
                (_(NOTICE_FIELD[name]), wording.fields[name]) for name in told
            )
            sections.append(Section(_(title), (Facts(pairs),)))
        elif told:
            notes = tuple(
                Note(
                    f"{_(NOTICE_FIELD[name])}{_(': ')}{wording.fields[name]}",
                    grave=name == "hazard",
                )
                for name in told
            )
            sections.append(Section(_(title), notes))
    return tuple(sections)
