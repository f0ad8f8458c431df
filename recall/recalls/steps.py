"""Taking a recall from assessment to its end; what one asks, another signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ...trace import audit, flow, rules
from ...trace.errors import N_, Conflict, InvalidInput
from ...trace.people import Actor
from .asking import no_request, note_request
from .cases import find_recall
from .clocks import begin_own, meet, places_of, publish_clocks, recompute
from .guards import check_guards, wave_of
from .history import note_event
from .machine import ASKED, FIRST, FIRST_OF, LOWER, RECALL
from .marking import mark_recalled
from .rulesets import rule_set
from .tables import ACTIONS, DEPTHS, LEVELS, Recall

DECIDES = {
    "action": ACTIONS,
    "initiation": ("voluntary", "ordered"),
    "depth": DEPTHS,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the director decides (A3)."""

    levels: Mapping[str, str]
    """Level of each of the recall's jurisdictions."""
    reason: str
    hazard: str
    action: str = "recall"
    initiation: str = "voluntary"
    depth: str = "consumer"


def decide(
    session: Session, number: str, decision: Decision, actor: Actor, now: datetime
) -> Recall:
    """Decide that goods are recalled, at which level, how far down (A3).

    The first level said sets the deadlines; until then it counted as I.

    Raises Forbidden, NotFound, InvalidInput ``decision_incomplete``, Conflict
    ``recall_guard``, ``wrong_state``.
    """
    actor.require(RECALL.steps["decide"].right)
    recall = find_recall(session, number, lock=True)
    places = {one.jurisdiction: one for one in places_of(session, recall.id)}
    _check_decision(decision, list(places))
    if recall.state == "assessment":
        check_guards(session, recall, "decide")
    grave = min(decision.levels.values(), key=LEVELS.index)
    loosest = max(
        rule_set(one.rule_set).effectiveness[grave] for one in places.values()
    )
    changes: dict[str, Any] = {
        "initiation": decision.initiation,
        "depth": decision.depth,
        "reason": decision.reason.strip(),
        "hazard": decision.hazard.strip(),
        "effectiveness": loosest,
    }
    taken = flow.apply(
        session,
        RECALL,
        recall,
        "decide",
        actor,
        now,
        **changes,
        decided_at=now,
        **(no_request() if recall.state == "assessment" else {}),
    )
    if taken:
        recall.action = decision.action
        for name, place in places.items():
            place.level = decision.levels[name]
        recompute(session, recall, keep_earlier=False)
        told = {"levels": dict(decision.levels), "action": decision.action}
        note_event(session, recall, "decide", actor, now, decision.reason, data=told)
    return recall


def ask_step(
    session: Session, number: str, step: str, reason: str, actor: Actor, now: datetime
) -> Recall:
    """The first of two persons asks for a step; the second takes it.

    Raises:
        Forbidden, NotFound.
        InvalidInput: ``text_missing``, ``step_alone`` for one that needs no second.
        Conflict: ``recall_guard``, ``wrong_state``, ``step_asked`` while another waits.
    """
    if step not in ASKED:
        raise InvalidInput(
            "step_alone",
            N_("Expected a step of two persons, one of %(known)s."),
            known=", ".join(ASKED),
        )
    actor.require(FIRST_OF.get(step, FIRST))
    if not reason.strip():
        raise InvalidInput("text_missing", N_("Say why, in a few words."))
    recall = find_recall(session, number, lock=True)
    _check_source(recall, step)
    asked = {"reason": reason.strip()}
    if (recall.asked_step, recall.asked_by) == (step, actor.login):
        return recall
    check_guards(session, recall, step)
    note_request(session, recall, step, asked, actor, now)
    return recall


def withdraw_request(
    session: Session, number: str, actor: Actor, now: datetime
) -> Recall:
    """Say no to what waits for a second signature, or take one's own request back.

    Raises Forbidden for who neither asked nor may sign, NotFound.
    """
    recall = find_recall(session, number, lock=True)
    step = recall.asked_step
    if step is None:
        return recall
    if recall.asked_by != actor.login:
        actor.require(RECALL.steps[step].right if step in ASKED else LOWER)
    told = {"step": step, "asked_by": recall.asked_by}
    for column, value in no_request().items():
        setattr(recall, column, value)
    subject = f"recall:{recall.id}"
    audit.record(session, actor.login, "recall.withdraw", subject, now, **told)
    note_event(session, recall, "withdraw", actor, now, data=told)
    return recall


def take_step(
    session: Session,
    number: str,
    step: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Recall:
    """Take a step whose guards are fulfilled; of two persons' steps, as the second.

    ``start_alone`` and ``publish_alone`` are 紧急先行处置: one person, with a reason,
    signed by another within a day.

    Raises Forbidden, NotFound, InvalidInput ``text_missing``; Conflict
    ``recall_guard``, ``wrong_state``, ``not_asked``, ``second_person``.
    """
    actor.require(RECALL.steps[step].right)
    recall = find_recall(session, number, lock=True)
    if recall.state == RECALL.steps[step].target:
        return recall  # sent twice
    _check_source(recall, step)
    alone = step.endswith("_alone")
    if alone and not reason.strip():
        raise InvalidInput("text_missing", N_("Say why this cannot wait for another."))
    if step in ASKED and recall.asked_step != step:
        raise Conflict(
            "not_asked",
            N_("%(number)s: nobody asked for this step. One asks, another signs."),
            number=recall.number,
        )
    check_guards(session, recall, step)
    first = (recall.asked_by, recall.asked_at) if step in ASKED else (None, None)
    text = reason.strip() or str(recall.asked.get("reason", ""))
    changes = _changes(recall, step, now)
    flow.apply(session, RECALL, recall, step, actor, now, **changes, **no_request())
    _follow(session, recall, step, now)
    due = now + _countersign_within(now) if alone else None
    note_event(
        session,
        recall,
        step,
        actor,
        now,
        text,
        first_by=first[0],
        first_at=first[1],
        counter_due_at=due,
    )
    if alone:
        begin_own(session, recall, "countersign", wave_of(session, recall), now)
    return recall


def _changes(recall: Recall, step: str, now: datetime) -> dict[str, Any]:
    if step in ("start", "start_alone"):
        provisional = step == "start_alone" and recall.state != "scope_locked"
        return {
            "started_at": recall.started_at or now,
            "provisional": provisional,
            "decided_at": recall.decided_at or now,
        }
    if step in ("publish", "publish_alone"):
        return {"published_at": recall.published_at or now}
    if step == "complete":
        return {"completed_at": now}
    if step in ("dismiss", "cancel", "close"):
        return {"ended_at": now}
    return {}


def _follow(session: Session, recall: Recall, step: str, now: datetime) -> None:
    """What a step does to deadlines and to the batches."""
    wave = wave_of(session, recall)
    if step in ("start", "start_alone"):
        meet(session, recall.id, ("start",), now)
    elif step in ("publish", "publish_alone"):
        publish_clocks(session, recall, wave, now)
        mark_recalled(session, recall, now)
    elif step == "complete":
        meet(session, recall.id, ("completion", "report"), now)
        begin_own(session, recall, "disposition", wave, now)
        begin_own(session, recall, "summary", wave, now)
    elif step == "dispose":
        meet(session, recall.id, ("disposition",), now)
    elif step == "close":
        meet(session, recall.id, ("summary",), now)


def _check_source(recall: Recall, step: str) -> None:
    """As ``flow.apply`` says it, before guards and requests are looked at."""
    if recall.state not in RECALL.steps[step].sources:
        raise Conflict(
            "wrong_state",
            N_("%(machine)s is %(state)s: %(step)s is possible only from %(sources)s."),
            machine="recall",
            state=recall.state,
            step=step,
            sources=", ".join(RECALL.steps[step].sources),
        )


def _check_decision(decision: Decision, places: list[str]) -> None:
    wrong = (
        set(decision.levels) != set(places)
        or not set(decision.levels.values()) <= set(LEVELS)
        or any(getattr(decision, name) not in known for name, known in DECIDES.items())
        or not (decision.reason.strip() and decision.hazard.strip())
    )
    if wrong:
        raise InvalidInput(
            "decision_incomplete",
            N_(
                "Say the reason, the hazard, how far down the goods are called back, "
                "and for each of %(places)s a level: %(levels)s."
            ),
            places=", ".join(places),
            levels=", ".join(LEVELS),
        )


def _countersign_within(now: datetime) -> timedelta:
    return timedelta(minutes=rules.limit("recall.countersign", now.date()).minutes)
