"""Papers that go with a lot: quarantine and inspection certificates, delivery notes."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, InvalidInput, NotFound
from ..files import StoredFile
from ..parties.lots import lock_lots
from ..people import Actor
from .tables import EquipmentCycle, Inspection, LotDocument
from .told import check_choice

KINDS = (
    "animal_quarantine",
    "meat_inspection",
    "test_report",
    "supplier_licence",
    "delivery_note",
    "other",
)
"""动物检疫合格证明, 肉品品质检验合格证, 检验报告, 供货商资质, 送货单, 其他."""


def add_paper(
    session: Session,
    lot_id: int,
    *,
    kind: str,
    number: str,
    file: str | None,
    actor: Actor,
    now: datetime,
) -> LotDocument:
    """Note a paper of a lot by its number, its stored file, or both.

    The same kind, number and file again is the same paper.
    """
    actor.require("paper.add")
    check_choice(kind, KINDS)
    number = number.strip()
    if not number and file is None:
        raise InvalidInput(
            "paper_empty", N_("Expected the paper's number, a file of it, or both.")
        )
    lock_lots(session, [lot_id])
    told = {"kind": kind, "number": number, "file": file}
    same = sa.select(LotDocument).filter_by(lot_id=lot_id, **told)
    known = session.scalars(same).first()
    if known is not None:
        return known
    paper = LotDocument(lot_id=lot_id, at=now, actor=actor.login, **told)
    session.add(paper)
    audit.record(session, actor.login, "paper.add", f"lot:{lot_id}", now, **told)
    session.flush()
    return paper


def papers_of(session: Session, lot_ids: Sequence[int]) -> dict[int, list[LotDocument]]:
    """The papers of lots, by lot and in the order they were added."""
    papers: dict[int, list[LotDocument]] = {}
    rows = session.scalars(
        sa.select(LotDocument)
        .where(LotDocument.lot_id.in_(lot_ids))
        .order_by(LotDocument.id)
    )
    for paper in rows:
        papers.setdefault(paper.lot_id, []).append(paper)
    return papers


def find_file(session: Session, sha256: str) -> StoredFile:
    """The file of a report, a paper or a chart; no other stored file is shown so.

    Raises NotFound ``file_unknown``.
    """
    named = (
        sa.select(Inspection.report).where(Inspection.report == sha256),
        sa.select(LotDocument.file).where(LotDocument.file == sha256),
        sa.select(EquipmentCycle.chart).where(EquipmentCycle.chart == sha256),
    )
    if session.scalars(sa.union_all(*named).limit(1)).first() is None:
        raise NotFound("file_unknown", N_("There is no such file on record."))
    return session.get_one(StoredFile, sha256)
