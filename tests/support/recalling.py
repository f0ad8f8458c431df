"""A plant of three people, a suspect batch and its scope, for tests of recalls."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import small_plant
from scope_story import Story

from lotmark.recall.recalls.cases import start_assessment
from lotmark.recall.recalls.steps import Decision
from lotmark.recall.recalls.tables import Recall
from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.saved import save_scope
from lotmark.recall.signals.service import confirm_aware, raise_signal
from lotmark.recall.signals.tables import Signal
from lotmark.trace.db import Session
from lotmark.trace.people import Actor

THREE = {
    "dong": ("董海", "factory_director"),
    "qian": ("钱宁", "qa_manager"),
    "wang": ("王库", "warehouse_keeper"),
}
"""The plant of three: every other role falls to the director."""
WORDS = "编辑部收到的检测报告:李斯特菌"


@dataclass
class Plant:
    """A story with its people and a kept scope from batch B, which counts A and B."""

    story: Story
    dong: Actor
    qian: Actor
    wang: Actor
    scope: str
    """Number of the kept scope."""


def build(session: Session, now: datetime) -> Plant:
    for login, (name, role) in THREE.items():
        small_plant.hire_one(session, login, name, role, now)
    people = {login: small_plant.actor(session, login) for login in THREE}
    story = Story(session, now)
    van = story.ship("SH1", story.b, "C01", 40)
    story.deliver(van, story.b, "C01", 40)
    story.ship("SH2", story.b, "C02", 10)
    scope = keep(session, story, people["qian"], now)
    return Plant(story, **people, scope=scope)


def keep(
    session: Session,
    story: Story,
    actor: Actor,
    now: datetime,
    lots: str = "b",
    decided: dict[int, bool] | None = None,
) -> str:
    """Keep the scope that begins with these lots of the story; its number."""
    facts = tuple(LotCriterion(getattr(story, name).id) for name in lots)
    return save_scope(session, Criteria(facts), "胀袋", actor, now, decided).number


def heard(
    session: Session,
    plant: Plant,
    now: datetime,
    *,
    aware_at: datetime | None = None,
    drill: bool = False,
    key: str = "form-1",
    verified: bool = True,
) -> Signal:
    """A signal about batch B, whose aware time Qian confirms."""
    signal = raise_signal(
        session,
        kind="lab_positive",
        text=WORDS,
        lot_ids=[plant.story.b.id],
        request_key=key,
        actor=plant.wang,
        now=now,
        drill=drill,
        verified=verified,
    )
    at = aware_at or now - timedelta(minutes=10)
    return confirm_aware(session, signal.number, at, plant.qian, now)


def assess(session: Session, plant: Plant, now: datetime, **told: Any) -> Recall:
    """A recall in assessment on such a signal."""
    signal = heard(session, plant, now, **told)
    return start_assessment(session, signal.number, "午餐肉 李斯特菌", plant.qian, now)


def decision(level: str = "I", place: str = "cn_food") -> Decision:
    return Decision({place: level}, "检出李斯特菌", "孕妇和老人可能重病")
