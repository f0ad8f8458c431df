"""Writing a notice: it begins with what the case and earlier notices already say."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow
from ...trace.db import insert_if_new
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.parties.tables import Site
from ...trace.people import Actor
from ..recalls.cases import find_recall
from ..recalls.tables import (
    Recall,
    RecallConsignee,
    RecallScope,
)
from . import rulebook
from .lint import DRILL_MARK, TITLE
from .machine import NOTICE, OPEN
from .reading import (
    ZONE,
    complete_by,
    levels_of,
    newest,
    products_of,
    scope_of,
    variants,
)
from .tables import Notice, NoticeAuthor, NoticeSignature, NoticeVariant
from .values import Content, Photo, Wording

MOST = 4000
"""Characters a field may hold."""
LASTING = (
    *("company", "address", "legal_representative", "person_in_charge", "phone"),
    *("email", "brand", "credit_code", "approval_mark", "regulator"),
    *("regulator_phone", "operator_duties", "consumer_steps", "where_code"),
)
"""Fields that an earlier notice of the firm answers too."""


def draft_notice(
    session: Session,
    number: str,
    actor: Actor,
    now: datetime,
    *,
    kind: str = "",
    change: str = "",
) -> Notice:
    """Begin a notice of recall ``number``, or give the one that is being written.

    ``kind`` is ``correction`` for a mistake put right; otherwise a later version
    supersedes the one that is out. Raises NotFound; Conflict ``notice_no_scope``
    while there is no scope, ``change_missing`` for a correction without its words.
    """
    actor.require("notice.draft")
    recall = find_recall(session, number)
    session.refresh(recall, with_for_update={"of": Recall})
    last = newest(session, recall.id)
    if last is not None and last.state in OPEN:
        return last
    scope = scope_of(session, recall)
    kind = kind or ("supersession" if last else "first")
    if kind == "correction" and not (last and change.strip()):
        raise Conflict(
            "change_missing",
            N_("Say what the correction puts right: readers see it."),
        )
    today = now.astimezone(ZONE).date()
    notice = Notice(
        recall_id=recall.id,
        version=last.version + 1 if last else 1,
        kind=kind,
        replaces_id=last.id if last else None,
        change=_text(change),
        state_at=now,
        drill=recall.mode == "drill",
        recall_scope_id=scope.id,
        scope_hash=scope.hash,
        content=_content(session, recall, scope, last, today).document(),
        drafted_by=actor.login,
        drafted_at=now,
    )
    session.add(notice)
    session.flush()
    for jurisdiction in levels_of(session, recall):
        law = rulebook.jurisdiction(jurisdiction, today)
        before = _before(session, jurisdiction, last)
        for language in sorted({*law.languages, *before}):
            fields = before.get(language, {}) or _first_words(
                session, recall, law, language, scope, bool(before)
            )
            title = law.titles.get(language, "")
            session.add(
                NoticeVariant(
                    notice_id=notice.id,
                    jurisdiction=jurisdiction,
                    language=language,
                    title=f"{title} {DRILL_MARK}" if notice.drill else title,
                    fields=fields,
                )
            )
    _note_author(session, notice, actor)
    audit.record(session, actor.login, "notice.draft", _about(notice), now)
    session.flush()
    return notice


def revise_notice(
    session: Session,
    notice: Notice,
    wordings: list[Wording],
    dates: tuple[str, str],
    photos: tuple[Photo, ...] | None,
    actor: Actor,
    now: datetime,
    *,
    seen: int | None = None,
) -> None:
    """Write it anew. Whatever was signed is signed no more (domain.md §9.44).

    ``seen`` is the version of the row the writer had before them. Raises Conflict
    ``notice_changed``, or ``notice_out`` for one that is published.
    """
    actor.require("notice.draft")
    session.refresh(notice, with_for_update={"of": Notice})
    _check_open(notice)
    if seen is not None and seen != notice.row_version:
        raise Conflict(
            "notice_changed",
            N_("Somebody else changed this notice meanwhile: load it, then write."),
        )
    content = Content.read(notice.content)
    content = replace(content, starts_on=dates[0], ends_on=dates[1])
    if photos is not None:
        content = replace(content, photos=photos)
    known = {(one.jurisdiction, one.language): one for one in variants(session, notice)}
    changed = content != Content.read(notice.content)
    for wording in wordings:
        _check(wording)
        row = known.get((wording.jurisdiction, wording.language))
        if row is None:
            row = NoticeVariant(
                notice_id=notice.id,
                jurisdiction=wording.jurisdiction,
                language=wording.language,
                title="",
                fields={},
            )
            session.add(row)
        if (row.title, row.fields) != (wording.title, wording.fields):
            row.title, row.fields = wording.title, dict(wording.fields)
            changed = True
    if changed:
        notice.content = content.document()
        _back_to_draft(session, notice, actor, now)


def refresh_notice(
    session: Session, notice: Notice, actor: Actor, now: datetime
) -> None:
    """Take batches and levels from the case as it is now."""
    actor.require("notice.draft")
    session.refresh(notice, with_for_update={"of": Notice})
    _check_open(notice)
    scope = scope_of(session, notice.recall)
    content = replace(
        Content.read(notice.content),
        products=products_of(session, scope),
        levels=levels_of(session, notice.recall),
    )
    if (content.document(), scope.hash) == (notice.content, notice.scope_hash):
        return
    notice.content = content.document()
    notice.recall_scope_id, notice.scope_hash = scope.id, scope.hash
    _back_to_draft(session, notice, actor, now)


def _content(
    session: Session,
    recall: Recall,
    scope: RecallScope,
    last: Notice | None,
    today: date,
) -> Content:
    before = Content.read(last.content) if last else None
    by = complete_by(session, recall)
    return Content(
        products_of(session, scope),
        levels_of(session, recall),
        before.starts_on if before else today.isoformat(),
        (by or today + timedelta(days=14)).isoformat(),
        before.photos if before else (),
    )


def _before(
    session: Session, jurisdiction: str, last: Notice | None
) -> dict[str, dict[str, str]]:
    """By language: the whole wording of this recall's last version."""
    if last is None:
        return {}
    return {
        row.language: dict(row.fields)
        for row in variants(session, last)
        if row.jurisdiction == jurisdiction
    }


def _first_words(
    session: Session,
    recall: Recall,
    law: rulebook.Jurisdiction,
    language: str,
    scope: RecallScope,
    later: bool,
) -> dict[str, str]:
    """What is known already: of the firm, of the case, of an earlier recall."""
    earlier = session.scalar(
        sa.select(NoticeVariant)
        .join(Notice)
        .where(
            NoticeVariant.jurisdiction == law.id,
            NoticeVariant.language == language,
            Notice.drill == (recall.mode == "drill"),
        )
        .order_by(NoticeVariant.id.desc())
        .limit(1)
    )
    known: dict[str, str] = {}
    if earlier is not None:
        known = {name: earlier.fields.get(name, "") for name in LASTING}
    site = session.scalar(sa.select(Site).order_by(Site.id).limit(1))
    if site is not None:
        said = {
            "company": site.name if language == "zh" else site.name_en,
            "address": site.address if language == "zh" else site.address_en,
            "phone": site.phone,
            "regulator": site.authority if language == "zh" else "",
            "regulator_phone": site.authority_phone
            or next(iter(law.authority.values()), ""),
        }
        known = {**said, **{name: text for name, text in known.items() if text}}
    if language == "zh" or not later:
        known |= {"reason": recall.reason, "hazard": recall.hazard}
    if language == "zh":
        known["area"] = "、".join(_regions(session, scope))
    return {name: known.get(name, "") for name in law.fields}


def _regions(session: Session, scope: RecallScope) -> list[str]:
    rows = sa.select(RecallConsignee.region).where(
        RecallConsignee.recall_scope_id == scope.id, RecallConsignee.region != ""
    )
    return list(session.scalars(rows.distinct().order_by(RecallConsignee.region)))


def _back_to_draft(
    session: Session, notice: Notice, actor: Actor, now: datetime
) -> None:
    session.execute(
        sa.delete(NoticeSignature).where(NoticeSignature.notice_id == notice.id)
    )
    _note_author(session, notice, actor)
    session.flush()
    if notice.state == "draft":
        notice.state_at = now  # the row's version rises: others see it was changed
        audit.record(session, actor.login, "notice.revise", _about(notice), now)
        session.flush()
    else:
        flow.apply(session, NOTICE, notice, "revise", actor, now, digest="")


def _note_author(session: Session, notice: Notice, actor: Actor) -> None:
    insert_if_new(session, NoticeAuthor, notice_id=notice.id, login=actor.login)


def _check_open(notice: Notice) -> None:
    if notice.state not in OPEN:
        raise Conflict(
            "notice_out",
            N_(
                "This notice is out and stays as it is: write a correction, or a new "
                "version."
            ),
        )


def _check(wording: Wording) -> None:
    kinds = rulebook.field_kinds()
    for name, text in ((TITLE, wording.title), *wording.fields.items()):
        if name != TITLE and name not in kinds:
            raise InvalidInput(
                "field_unknown", N_("A notice has no field %(field)s."), field=name
            )
        if len(text) > MOST:
            raise InvalidInput(
                "text_too_long",
                N_(
                    "Expected at most %(most)s characters, got %(found)s. Shorten the "
                    "text."
                ),
                most=f"{MOST:,}",
                found=f"{len(text):,}",
            )


def _text(text: str) -> str:
    return text.strip()[:MOST]


def _about(notice: Notice) -> str:
    return f"notice:{notice.id}"
