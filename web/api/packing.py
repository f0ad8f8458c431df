"""Cases and pallets, as a packing machine builds them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from ...trace.identity.gs1 import Sscc as SsccCode
from ...trace.parties.lots import find_place, lock_lots
from ...trace.people import Actor
from ...trace.stock.building import close_unit, open_unit
from ...trace.stock.packing import pack_count, pack_items
from ...trace.stock.pallets import put_on_pallet
from .goods import TAG, UnitOut, unit_document
from .much import MuchIn, Sscc, items_named
from .room import writes
from .values import Code, Told


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
    contents: Annotated[list[MuchIn], Field(max_length=100)] = Field(
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
        put_in(session, sscc.digits, packed, actor, now)
    close_unit(session, sscc.digits, actor, now)
    session.flush()
    return unit_document(session, sscc.digits)


def put_in(
    session: Session, sscc: str, packed: MuchIn, actor: Actor, now: datetime
) -> None:
    """Put packs into an open unit, by number or by count."""
    items = items_named(session, packed)
    if items is not None:
        pack_items(session, sscc, packed.lot_id, items, actor, now)
    else:
        pack_count(session, sscc, packed.lot_id, packed.quantity or 0, actor, now)
