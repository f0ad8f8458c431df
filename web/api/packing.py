"""Cases and pallets, as a packing machine builds them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.identity.gs1 import Sscc as SsccCode
from ...trace.identity.items import ItemSet
from ...trace.parties.lots import find_place, lock_lots
from ...trace.people import Actor
from ...trace.stock.building import close_unit, open_unit
from ...trace.stock.packing import pack_count, pack_items
from ...trace.stock.pallets import put_on_pallet
from .goods import TAG, Sscc, UnitOut, unit_document
from .room import writes
from .values import Code, Id, Items, Quantity, Told


class PackedIn(Told):
    """Packs of a lot that are inside."""

    lot_id: Id
    items: Items | None = None
    """Which items, where they were scanned."""
    quantity: Quantity | None = None
    """How many, where they were not."""

    @model_validator(mode="after")
    def says_how_much(self) -> "PackedIn":
        if (self.quantity is None) == (self.items is None):
            raise ValueError("give items or a quantity, one of the two")
        return self


class UnitIn(Told):
    """A case with its packs, or a pallet with its cases, closed and labelled."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sscc": "106141412345678908",
                    "level": "case",
                    "place": "YL1/L2",
                    "contents": [{"lot_id": 17, "items": "0-39"}],
                }
            ]
        }
    )

    sscc: Sscc
    """As it stands on its label."""
    level: Literal["case", "pallet"]
    place: Code
    """Code of the place where it was built."""
    contents: Annotated[list[PackedIn], Field(max_length=100)] = Field(
        default_factory=list
    )
    cases: Annotated[list[Sscc], Field(max_length=500)] = Field(default_factory=list)
    """SSCCs of the cases on a pallet."""

    @model_validator(mode="after")
    def holds_something(self) -> "UnitIn":
        if not self.contents and not self.cases:
            raise ValueError("name contents or cases")
        return self


@writes("/units", "unit.build", UnitIn, UnitOut, tag=TAG)
def post_units(session: Session, body: UnitIn, actor: Actor, now: datetime) -> Any:
    """Record a case or pallet that was packed and closed."""
    place = find_place(session, body.place)
    sscc = SsccCode.parse(body.sscc)
    open_unit(session, sscc, body.level, place.id, actor, now)
    if body.cases:
        put_on_pallet(session, sscc.digits, body.cases, actor, now)
    lots = {packed.lot_id for packed in body.contents}
    lock_lots(session, lots)  # all at once: two packers could wait for each other
    for packed in body.contents:
        given = (session, sscc.digits, packed.lot_id)
        if packed.items is not None:
            pack_items(*given, ItemSet.parse(packed.items), actor, now)
        else:
            pack_count(*given, packed.quantity or 0, actor, now)
    close_unit(session, sscc.digits, actor, now)
    session.flush()
    return unit_document(session, sscc.digits)
