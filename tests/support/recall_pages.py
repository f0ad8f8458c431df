"""A recall for pages of a small plant: forty packs at a shop, the rest here."""

import small_plant
from stored_goods import Store

from lotmark.recall.quarantine.links import issue_links
from lotmark.recall.recalls.cases import start_assessment
from lotmark.recall.recalls.locking import (
    accept_unresolved,
    lock_scope,
    propose_scope,
)
from lotmark.recall.recalls.steps import Decision, decide
from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.saved import save_scope
from lotmark.recall.signals.service import confirm_aware, raise_signal
from lotmark.trace import clock, people
from lotmark.trace.db import Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.stock.service import move_stock
from lotmark.web.installation import Installation


def recall_store(house: Installation, store: Store) -> str:
    """The number of a recall of the store's batch, with its scope locked."""
    with house.plant.writing() as session:
        _send(session, store)
    with house.plant.writing() as session:
        return _recall(session, store)


def _send(session: Session, store: Store) -> None:
    now = clock.now()
    move_stock(
        session,
        store.lot_id,
        store.places["FG1"],
        store.places["K01"],
        items=ItemSet.range(0, 40),
        at=now,
        document="SH-1",
        actor=people.system(),
        now=now,
    )


def _recall(session: Session, store: Store) -> str:
    now = clock.now()
    dong, qian = (small_plant.actor(session, who) for who in ("dong", "qian"))
    fang = small_plant.actor(session, "fang")
    signal = raise_signal(
        session,
        kind="lab_positive",
        text="第三方检测:单核细胞增生李斯特菌",
        lot_ids=[store.lot_id],
        request_key="form-1",
        actor=qian,
        now=now,
        drill=False,
        verified=True,
    )
    confirm_aware(session, signal.number, now, qian, now)
    title = "五香酱牛肉 200 克 李斯特菌"
    recall = start_assessment(session, signal.number, title, qian, now)
    danger = Decision({"cn_food": "I"}, "检出李斯特菌", "孕妇和老人可能重病")
    decide(session, recall.number, danger, dong, now)
    facts = Criteria((LotCriterion(store.lot_id),))
    scope = save_scope(session, facts, "李斯特菌", qian, now).number
    version = propose_scope(session, recall.number, scope, qian, now)
    accept_unresolved(session, recall.number, "批次不明的货一并通知", qian, now)
    lock_scope(session, recall.number, version.hash, fang, now)
    issue_links(session, recall, dong, now)
    return recall.number
