"""What consignees answer: a later answer corrects an earlier one, and both stay."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.among import among
from ...trace.errors import N_, InvalidInput, TooLarge
from ...trace.people import Actor
from ..recalls.scopes import counted_lots, current_scope
from .figures import Figures
from .links import RECORD, lock_link, note_told
from .tables import (
    FIGURES,
    WAYS,
    ConsigneeAnswer,
    ConsigneeAnswerLine,
    ConsigneeLink,
)

CONSIGNEE = "consignee"
"""Who acts on the private page, in the audit."""
MOST_UNITS = 10**12
MOST_TEXT = 1000
MOST_NAME = 80


def acknowledge(
    session: Session,
    link_id: int,
    said_by: str,
    now: datetime,
    *,
    actor: Actor | None = None,
    way: str = "page",
) -> ConsigneeLink:
    """It knows of the recall and has stopped selling; the first time counts.

    ``actor`` is who took it down for them; None on their own page. Raises Forbidden,
    NotFound, InvalidInput.
    """
    login = _checked(actor, way, said_by, "")
    link = lock_link(session, link_id)
    if link.acknowledged_at is None:
        _acknowledged(session, link, way, now)
        audit.record(
            session,
            login,
            "consignee.acknowledge",
            f"consignee_link:{link.id}",
            now,
            way=way,
        )
    session.flush()
    return link


def record_answer(
    session: Session,
    link_id: int,
    figures: Mapping[int, Figures],
    request_key: str,
    now: datetime,
    *,
    actor: Actor | None = None,
    way: str = "page",
    said_by: str = "",
    subs_told: bool | None = None,
    text: str = "",
) -> ConsigneeAnswer:
    """Keep what a consignee says of its batches; whatever it says is kept.

    Contradictions are shown, never refused (domain.md §9.45): ``contradictions``.
    Answers after the end of the recall count too. The same ``request_key`` twice is one
    answer.

    Raises Forbidden, NotFound, InvalidInput ``answer_empty``, ``lot_not_in_recall``,
    TooLarge ``quantity_too_large``.
    """
    login = _checked(actor, way, said_by, text)
    link = lock_link(session, link_id)
    known = session.scalar(
        sa.select(ConsigneeAnswer).filter_by(request_key=request_key)
    )
    if known is not None:
        return known
    _check_figures(session, link, figures)
    answer = ConsigneeAnswer(
        link_id=link.id,
        request_key=request_key,
        at=now,
        way=way,
        actor=login,
        said_by=said_by.strip(),
        subs_told=subs_told,
        text=text.strip(),
    )
    session.add(answer)
    session.flush()
    session.execute(
        sa.insert(ConsigneeAnswerLine),
        [
            {"answer_id": answer.id, "lot_id": lot, **asdict(said)}
            for lot, said in sorted(figures.items())
        ],
    )
    _acknowledged(session, link, way, now)
    link.answered_at = link.answered_at or now
    link.closed_at = link.closed_by = None
    link.closed_reason = ""
    about = f"consignee_link:{link.id}"
    told = {str(lot): asdict(said) for lot, said in sorted(figures.items())}
    audit.record(
        session, login, "consignee.answer", about, now, way=way, lots=told, text=text
    )
    session.flush()
    return answer


def answers_of(session: Session, link_id: int) -> list[ConsigneeAnswer]:
    """All it ever answered, the newest first."""
    rows = (
        sa.select(ConsigneeAnswer)
        .where(ConsigneeAnswer.link_id == link_id)
        .order_by(ConsigneeAnswer.id.desc())
    )
    return list(session.scalars(rows))


def lines_of(
    session: Session, answer_ids: Iterable[int]
) -> dict[int, dict[int, Figures]]:
    """The figures of answers, by answer and lot."""
    columns = [getattr(ConsigneeAnswerLine, name) for name in FIGURES]
    rows = session.execute(
        sa.select(
            ConsigneeAnswerLine.answer_id, ConsigneeAnswerLine.lot_id, *columns
        ).where(among(ConsigneeAnswerLine.answer_id, answer_ids))
    )
    found: dict[int, dict[int, Figures]] = {}
    for answer, lot, *amounts in rows:
        found.setdefault(answer, {})[lot] = Figures(*amounts)
    return found


def standing(session: Session, recall_id: int) -> dict[tuple[int, int], Figures]:
    """What consignees say today, by lot and partner: each batch's latest figures."""
    line = ConsigneeAnswerLine
    newest = (
        sa.select(
            ConsigneeLink.partner_id,
            line.lot_id,
            sa.func.max(line.answer_id).label("answer_id"),
        )
        .join(ConsigneeAnswer, ConsigneeAnswer.link_id == ConsigneeLink.id)
        .join(line, line.answer_id == ConsigneeAnswer.id)
        .where(ConsigneeLink.recall_id == recall_id)
        .group_by(ConsigneeLink.partner_id, line.lot_id)
        .subquery()
    )
    columns = [getattr(line, name) for name in FIGURES]
    rows = session.execute(
        sa.select(newest.c.lot_id, newest.c.partner_id, *columns).join(
            line,
            sa.and_(
                line.answer_id == newest.c.answer_id, line.lot_id == newest.c.lot_id
            ),
        )
    )
    return {(lot, partner): Figures(*said) for lot, partner, *said in rows}


def _acknowledged(
    session: Session, link: ConsigneeLink, way: str, now: datetime
) -> None:
    note_told(session, link, way, now)
    link.acknowledged_at = link.acknowledged_at or now


def _checked(actor: Actor | None, way: str, said_by: str, text: str) -> str:
    """The login of who writes it down."""
    if actor is not None:
        actor.require(RECORD)
    if way not in WAYS or (actor is None) != (way == "page"):
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    for typed, most in ((said_by, MOST_NAME), (text, MOST_TEXT)):
        if len(typed) > most:
            raise TooLarge(
                "text_too_long",
                N_(
                    "Expected at most %(most)s characters, got %(found)s. Shorten the "
                    "text."
                ),
                most=most,
                found=len(typed),
            )
    return actor.login if actor else CONSIGNEE


def _check_figures(
    session: Session, link: ConsigneeLink, figures: Mapping[int, Figures]
) -> None:
    if not figures:
        raise InvalidInput(
            "answer_empty", N_("Give the figures of at least one batch; 0 counts too.")
        )
    scope = current_scope(session, link.recall_id)
    if (
        scope is None
        or not figures.keys() <= counted_lots(session, scope.scope_id).keys()
    ):
        raise InvalidInput(
            "lot_not_in_recall",
            N_("The answer names a batch that is no part of this recall."),
        )
    for said in figures.values():
        for amount in asdict(said).values():
            if not 0 <= amount <= MOST_UNITS:
                raise TooLarge(
                    "quantity_too_large",
                    N_("Expected a quantity from 0 to %(most)s, got %(found)s."),
                    most=MOST_UNITS,
                    found=amount,
                )
