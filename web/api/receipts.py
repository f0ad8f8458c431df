"""Goods in: a supplier's lot with what the law wants on record."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict
from sqlalchemy.orm import Session

from ...trace.parties.lots import find_place
from ...trace.people import Actor
from ...trace.stock.goods_in import Delivery, receive_lot
from .batches import find_article
from .lots import TAG, LotDetail, lot_document
from .room import writes
from .shipping import find_partner
from .values import Code, Day, Line, Quantity, Told


class ReceiptIn(Told):
    """What stands on the delivery note and its certificate."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article": "R-PORK",
                    "supplier": "S01",
                    "code": "HN-2611-07",
                    "quantity": 250000000,
                    "place": "RM1",
                    "received_on": "2026-11-24",
                    "expires_on": "2027-05-20",
                    "certificate": "DJ-4401-118",
                    "document": "SH-88120",
                    "result": "pass",
                }
            ]
        }
    )

    article: Code
    """Code or GTIN-14 of what came."""
    supplier: Code
    """Code of the partner."""
    code: Code
    """The supplier's batch number, as it is printed."""
    quantity: Quantity
    """In the article's base unit."""
    place: Code
    """Code of the place where it stands."""
    received_on: Day
    result: Literal["pass", "wait", "fail"]
    """Of the goods-in inspection; `wait` while the laboratory has it."""
    produced_on: Day | None = None
    expires_on: Day | None = None
    certificate: Line = ""
    """Number of the certificate of conformity or quarantine."""
    document: Line = ""
    """Number of the delivery note."""


@writes("/receipts", "stock.move", ReceiptIn, LotDetail, tag=TAG)
def post_receipts(
    session: Session, body: ReceiptIn, actor: Actor, now: datetime
) -> Any:
    """Record a delivery: a new lot, or more of one whose facts are the same.

    Send an `Idempotency-Key`: without it a repeated request books the goods again.
    """
    said = body.model_dump(exclude={"article", "supplier", "place"})
    delivery = Delivery(
        article_id=find_article(session, body.article).id,
        supplier_id=find_partner(session, body.supplier).id,
        place_id=find_place(session, body.place).id,
        **said,
    )
    lot = receive_lot(session, delivery, actor, now)
    session.flush()
    return lot_document(session, lot.id)
