"""Does the recall reach people? Checks of a random sample (domain.md §4.8)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.people import Actor
from ..recalls.scopes import consignees_of, current_scope
from ..recalls.tables import Recall
from .reckoning import share
from .sampling import PERMILLE, Volume, draw
from .tables import WAYS, EffectivenessCheck, EffectivenessDraw, EffectivenessDrawn

CHECK = "effectiveness.check"
"""The right to draw a sample and to note checks."""
B_PERMILLE = range(100, 1001)
"""Level B is decided case by case, between C and A."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the checks of a recall are."""

    draw: EffectivenessDraw | None
    """None until one was drawn."""
    required: Mapping[int, EffectivenessDrawn]
    checks: Mapping[int, EffectivenessCheck]
    """The last check of each consignee that was checked."""
    verified: frozenset[int]
    """Those of the sample whose last check found all three."""

    @property
    def rate(self) -> Fraction | None:
        return share(len(self.verified), len(self.required))

    @property
    def is_reached(self) -> bool:
        """Everyone of the sample is verified; of level E nobody has to be."""
        return self.draw is not None and len(self.verified) == len(self.required)


def draw_sample(
    session: Session,
    recall: Recall,
    actor: Actor,
    now: datetime,
    *,
    permille: int | None = None,
    seed: str = "",
) -> EffectivenessDraw:
    """Draw whom to check, at the recall's level, from its newest scope.

    ``permille`` is for level B, where the share is decided case by case. The ``seed``
    is thrown here and kept; with another one the sample could be picked by hand, so it
    is given in tests only. A second draw from the same scope is refused: nobody throws
    until the sample pleases.

    Raises Forbidden, InvalidInput ``share_invalid``, Conflict ``drawn_already``,
    ``recall_without_scope``.
    """
    actor.require(CHECK)
    session.refresh(recall, with_for_update={"of": Recall})
    scope = current_scope(session, recall.id)
    if scope is None:
        raise Conflict(
            "recall_without_scope",
            N_("%(number)s has no scope yet: propose one first."),
            number=recall.number,
        )
    level = recall.effectiveness
    known = newest_draw(session, recall.id)
    if known and (known.scope_version, known.level) == (scope.version, level):
        raise Conflict(
            "drawn_already",
            N_(
                "For %(number)s a sample was drawn already: it stands until its scope "
                "or its level changes."
            ),
            number=recall.number,
        )
    part = _share(level, permille)
    seed = seed or secrets.token_hex(8)
    volumes = {
        one.partner_id: Volume(one.code, one.shipped)
        for one in consignees_of(session, scope)
    }
    made = EffectivenessDraw(
        recall_id=recall.id,
        scope_version=scope.version,
        level=level,
        permille=part,
        seed=seed,
        drawn_at=now,
        drawn_by=actor.login,
    )
    session.add(made)
    session.flush()
    drawn = draw(volumes, part, seed)
    rows = [
        {
            "draw_id": made.id,
            "partner_id": partner,
            "stratum": stratum,
            "volume": volumes[partner].units,
        }
        for partner, stratum in sorted(drawn.items())
    ]
    if rows:
        session.execute(sa.insert(EffectivenessDrawn), rows)
    audit.record(
        session,
        actor.login,
        "effectiveness.draw",
        f"recall:{recall.id}",
        now,
        level=level,
        permille=part,
        seed=seed,
        drawn=len(rows),
        of=len(volumes),
    )
    return made


def record_check(
    session: Session,
    recall: Recall,
    partner_id: int,
    actor: Actor,
    now: datetime,
    *,
    method: str,
    received: bool,
    understood: bool,
    acted: bool,
    spoke_with: str = "",
    text: str = "",
) -> EffectivenessCheck:
    """Note an attempt; it counts when notice received, understood and action taken are
    all confirmed. Raises Forbidden, InvalidInput ``choice_invalid``.
    """
    actor.require(CHECK)
    if method not in WAYS or method == "page":
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    session.refresh(recall, with_for_update={"of": Recall})
    before = session.scalar(
        sa.select(sa.func.max(EffectivenessCheck.attempt)).filter_by(
            recall_id=recall.id, partner_id=partner_id
        )
    )
    check = EffectivenessCheck(
        recall_id=recall.id,
        partner_id=partner_id,
        attempt=(before or 0) + 1,
        method=method,
        received=received,
        understood=understood,
        acted=acted,
        at=now,
        actor=actor.login,
        spoke_with=spoke_with.strip(),
        text=text.strip(),
    )
    session.add(check)
    audit.record(
        session,
        actor.login,
        "effectiveness.check",
        f"recall:{recall.id}",
        now,
        partner=partner_id,
        counts=counts(check),
    )
    session.flush()
    return check


def counts(check: EffectivenessCheck) -> bool:
    """Whether a check proves that the recall reached them."""
    return check.received and check.understood and check.acted


def coverage(session: Session, recall: Recall) -> Coverage:
    """How far the checks are, of the newest sample."""
    made = newest_draw(session, recall.id)
    required = {
        one.partner_id: one
        for one in session.scalars(
            sa.select(EffectivenessDrawn).filter_by(draw_id=made.id if made else 0)
        )
    }
    checks = {
        one.partner_id: one
        for one in session.scalars(
            sa.select(EffectivenessCheck)
            .filter_by(recall_id=recall.id)
            .order_by(EffectivenessCheck.attempt)
        )
    }
    verified = frozenset(
        partner for partner in required if partner in checks and counts(checks[partner])
    )
    return Coverage(made, required, checks, verified)


def newest_draw(session: Session, recall_id: int) -> EffectivenessDraw | None:
    """The sample that stands."""
    rows = (
        sa.select(EffectivenessDraw)
        .where(EffectivenessDraw.recall_id == recall_id)
        .order_by(EffectivenessDraw.id.desc())
    )
    return session.scalar(rows.limit(1))


def _share(level: str, permille: int | None) -> int:
    if permille is None:
        return PERMILLE[level]
    if level != "B" or permille not in B_PERMILLE:
        raise InvalidInput(
            "share_invalid",
            N_(
                "Only of level B the share is decided case by case, from 10 to 100 "
                "percent."
            ),
        )
    return permille
