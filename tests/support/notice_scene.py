"""A recall with its scope, ready for a notice, and the people who write and sign it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import small_plant
import sqlalchemy as sa
from notice_drafts import GOOD

from lotmark.recall.notices import approval, drafting, reading
from lotmark.recall.notices.tables import Notice
from lotmark.recall.notices.values import Wording
from lotmark.recall.recalls.tables import (
    Recall,
    RecallConsignee,
    RecallJurisdiction,
    RecallScope,
)
from lotmark.recall.scope.tables import SavedScope, SavedScopeLot
from lotmark.trace.db import Session
from lotmark.trace.numbers import pass_number
from lotmark.trace.parties.tables import Article, Lot, Partner
from lotmark.trace.people import Actor

MORE_PEOPLE = {"luo": ("罗召回", "recall_lead"), "gu": ("顾法务", "legal_pr")}
PACKS = 1000


@dataclass(frozen=True, slots=True)
class Scene:
    """Numbers of what there is."""

    real: str
    drill: str
    lots: tuple[int, ...]


def set_up(session: Session, now: datetime, level: str | None = "II") -> Scene:
    """The small plant with a running recall of two batches, and an exercise."""
    small_plant.build(session)
    small_plant.hire(session, now)
    return add_recalls(session, now, level)


def add_recalls(session: Session, now: datetime, level: str | None = "II") -> Scene:
    """The recalls alone, where the plant is there already."""
    for login, (name, role) in MORE_PEOPLE.items():
        small_plant.hire_one(session, login, name, role, now)
    beef = session.scalars(sa.select(Article).filter_by(code="BJ200")).one()
    lots = [
        Lot(
            article_id=beef.id,
            code=f"L2-26111{n}-01",
            ai10=f"L2-26111{n}-01",
            produced_on=now.date() - timedelta(days=10 - n),
            next_item=PACKS,
            status="released",
        )
        for n in (1, 2, 3)
    ]
    session.add_all(lots)
    session.flush()
    ids = tuple(lot.id for lot in lots)
    for number, mode in (("ZH-26-0001", "real"), ("YL-26-0001", "drill")):
        _recall(session, number, mode, level, ids[:2], now)
        pass_number(session, number[:2], now.year, 1)
    return Scene("ZH-26-0001", "YL-26-0001", ids)


def _recall(
    session: Session,
    number: str,
    mode: str,
    level: str | None,
    lots: tuple[int, ...],
    now: datetime,
) -> None:
    recall = Recall(
        number=number,
        mode=mode,
        state="started",
        state_at=now,
        title="五香酱牛肉胀袋",
        reason=GOOD["zh"]["reason"],
        hazard=GOOD["zh"]["hazard"],
        aware_at=now - timedelta(hours=5),
        opened_at=now - timedelta(hours=5),
        opened_by="qian",
        started_at=now - timedelta(hours=1),
    )
    session.add(recall)
    session.flush()
    session.add(
        RecallJurisdiction(
            recall_id=recall.id,
            jurisdiction="cn_food",
            rule_set="CN-FOOD-DEFAULT",
            level=level,
        )
    )
    add_scope(session, recall, 1, lots, now)


def add_scope(
    session: Session, recall: Recall, version: int, lots: tuple[int, ...], now: datetime
) -> RecallScope:
    """A further version of a recall's scope, with K01 as its consignee."""
    digest = f"{recall.id}{version}".rjust(64, "0")
    saved = SavedScope(
        number=f"FW-26-{recall.id:02}{version:02}",
        criteria={},
        hash=digest,
        computed_at=now,
        computed_by="qian",
        positions={"made": PACKS * len(lots)},
    )
    session.add(saved)
    session.flush()
    session.add_all(
        SavedScopeLot(
            scope_id=saved.id,
            lot_id=lot,
            tier=1,
            items=None,
            quantity=PACKS,
            counted=True,
            why=[],
        )
        for lot in lots
    )
    scope = RecallScope(
        recall_id=recall.id,
        version=version,
        scope_id=saved.id,
        hash=digest,
        wave=version,
        aware_at=recall.aware_at,
        proposed_by="qian",
        proposed_at=now,
        made=PACKS * len(lots),
        lots=len(lots),
        document={},
    )
    session.add(scope)
    session.flush()
    shop = session.scalars(sa.select(Partner).filter_by(code="K01")).one()
    session.add(
        RecallConsignee(
            recall_scope_id=scope.id,
            partner_id=shop.id,
            code=shop.code,
            name=shop.name,
            name_en=shop.name_en,
            contact=shop.contact,
            phone="13800000001",
            email="shop@example.cn",
            region="广东",
            quantity_min=10,
            quantity_max=10,
            coming=0,
            shipped=10,
            unbatched=0,
            shipments=[],
        )
    )
    session.flush()
    return scope


def who(session: Session, login: str) -> Actor:
    return small_plant.actor(session, login)


def write(session: Session, notice: Notice, now: datetime, by: str = "luo") -> None:
    """Fill in every field as a good notice has it."""
    wordings = [
        Wording(
            one.jurisdiction,
            one.language,
            one.title,
            {name: GOOD[one.language][name] for name in one.fields},
        )
        for one in reading.wordings_of(session, notice)
    ]
    content = notice.content
    dates = (content["starts_on"], content["ends_on"])
    drafting.revise_notice(
        session, notice, wordings, dates, None, who(session, by), now
    )


def submitted(session: Session, number: str, now: datetime) -> Notice:
    """Luo drafts, fills in and hands in."""
    luo = who(session, "luo")
    notice = drafting.draft_notice(session, number, luo, now)
    write(session, notice, now)
    approval.submit_notice(session, notice, luo, now)
    return notice


def approved(session: Session, number: str, now: datetime) -> Notice:
    """Gu signs the wording, Fang the danger, and at level I Dong the whole."""
    notice = submitted(session, number, now)
    signers = {"text": "gu", "safety": "fang", "director": "dong"}
    for part in approval.parts_needed(notice):
        signer = who(session, signers[part])
        approval.sign_notice(session, notice, part, notice.digest, signer, now)
    return notice


def reworded(wording: Wording, **fields: str) -> Wording:
    return replace(wording, fields={**wording.fields, **fields})
