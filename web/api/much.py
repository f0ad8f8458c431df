"""How much of what goes: by count, by item number, or by the codes scanned."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from ...trace.errors import N_, InvalidInput
from ...trace.identity.codes import Serial
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.parties.lots import find_place
from ...trace.production.codes import items_of
from ...trace.production.device_reports import MOST_ITEMS
from ...trace.stock.cargo import Cargo
from ...trace.stock.loose import Loose
from ...trace.stock.units import Contents
from ..current import house
from .lots import find_lot
from .values import Code, Id, Items, Quantity, Told

Sscc = Annotated[str, StringConstraints(pattern="^[0-9]{18}$")]
SerialText = Annotated[
    str, StringConstraints(pattern="^[0-9A-HJKMNP-TV-Z]{16}$", max_length=16)
]
Serials = Annotated[list[SerialText], Field(min_length=1, max_length=MOST_ITEMS)]


class MuchIn(Told):
    """Some of a lot: give one of `quantity`, `items` and `serials`."""

    lot_id: Id
    quantity: Quantity | None = None
    """How many, in the base unit, where nobody scanned which."""
    items: Items | None = None
    """Which items, by their numbers in the lot."""
    serials: Serials | None = None
    """Which items, by the serials in their codes."""

    @model_validator(mode="after")
    def says_how_much(self) -> "MuchIn":
        given = (self.quantity, self.items, self.serials)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give a quantity, items or serials, one of the three")
        return self


class PlacedIn(MuchIn):
    """Some of a lot, loose at a place."""

    place: Code
    """Code of the place."""


class CargoIn(Told):
    """What goes: loose goods, and cases and pallets with all they hold."""

    goods: list[PlacedIn] = Field(default_factory=list, max_length=500)
    units: list[Sscc] = Field(default_factory=list, max_length=500)
    """SSCCs of cases and pallets; a pallet takes its cases along."""

    @model_validator(mode="after")
    def says_what(self) -> "CargoIn":
        if not self.goods and not self.units:
            raise ValueError("name goods or units")
        return self


def items_named(session: Session, body: MuchIn) -> ItemSet | None:
    """The items that a request names; None when it says a quantity only.

    Raises NotFound, InvalidInput ``serials_foreign`` for codes of other packs.
    """
    if body.serials is None:
        return ItemSet.parse(body.items) if body.items else None
    find_lot(session, body.lot_id)
    serials = [Serial(text) for text in body.serials]
    items, foreign = items_of(session, house().keys, body.lot_id, serials)
    if foreign:
        raise InvalidInput(
            "serials_foreign",
            N_(
                "%(count)s of the codes are on no pack of this batch, such as "
                "%(first)s. Take these packs out and scan again."
            ),
            count=len(foreign),
            first=foreign[0],
        )
    return items


def contents_named(session: Session, body: MuchIn) -> Contents:
    """The same as what a case holds."""
    items = items_named(session, body)
    return Contents(items or EMPTY, 0 if items is not None else body.quantity or 0)


def place_id(session: Session, code: str | None) -> int | None:
    """The id of the place of that code. Raises NotFound ``place_unknown``."""
    return find_place(session, code).id if code else None


def read_cargo(session: Session, body: CargoIn) -> Cargo:
    """What a request says that goes. Raises NotFound."""
    loose = (
        Loose(
            one.lot_id,
            find_place(session, one.place).id,
            one.quantity,
            items_named(session, one),
        )
        for one in body.goods
    )
    return Cargo(tuple(loose), tuple(dict.fromkeys(body.units)))
