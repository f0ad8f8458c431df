"""What the scan page must know of a recall, written down into trace (DESIGN §2)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.identity.items import ItemSet
from ...trace.identity.tables import ItemMark
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Article
from .scopes import counted_lots, current_scope
from .tables import Recall

PUBLIC_PATH = "/recalls/"
"""Where the public page of a recall stands, before its number."""


def mark_recalled(session: Session, recall: Recall, now: datetime) -> None:
    """Packs of the scope show as recalled; whole batches become ``recalled``.

    Only what leaves the plant as a product is marked; an exercise marks nothing.
    """
    scope = current_scope(session, recall.id)
    if recall.mode == "drill" or scope is None:
        return
    wanted = counted_lots(session, scope.scope_id)
    lots = lock_lots(session, wanted)
    already = session.execute(
        sa.select(ItemMark.lot_id, ItemMark.lo, ItemMark.hi).where(
            among(ItemMark.lot_id, "lots"), ItemMark.public_no == recall.number
        ),
        {"lots": set(wanted)},
    ).all()
    marked: dict[int, ItemSet] = {}
    for lot_id, lo, hi in already:
        marked[lot_id] = marked.get(lot_id, ItemSet()) | ItemSet.range(lo, hi)
    products = set(
        session.scalars(sa.select(Article.id).where(Article.kind == "product"))
    )
    for lot_id, lot in lots.items():
        if lot.article_id not in products:
            continue
        items = wanted[lot_id]
        if items is None:
            items = ItemSet.range(0, lot.next_item)
            if lot.status == "released":
                lot.status = "recalled"
        session.add_all(
            ItemMark(
                lot_id=lot_id,
                lo=lo,
                hi=hi,
                kind="recalled",
                public_no=recall.number,
                url=PUBLIC_PATH + recall.number,
                at=now,
            )
            for lo, hi in (items - marked.get(lot_id, ItemSet())).intervals
        )
    session.flush()
