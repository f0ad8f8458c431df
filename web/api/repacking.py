"""Cases and pallets that are packed further, divided, or taken apart."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.identity.gs1 import Sscc as SsccCode
from ...trace.parties.lots import find_place, lock_lots
from ...trace.people import Actor
from ...trace.stock.building import close_unit, dissolve_unit, open_unit, reopen_unit
from ...trace.stock.packing import repack, split_unit, take_out
from ...trace.stock.pallets import put_on_pallet, take_off_pallet
from ...trace.stock.units import Contents, lock_units
from .goods import TAG, UnitOut, unit_document
from .much import MuchIn, Sscc, contents_named
from .packing import put_in
from .room import writes
from .values import Code, Shown, Told

RIGHT = "unit.build"


class OpenIn(Told):
    """A case or pallet that is begun."""

    sscc: Sscc
    """As it stands on its label."""
    level: Literal["case", "pallet"]
    place: Code
    """Code of the place where it stands."""


@writes("/units/open", RIGHT, OpenIn, UnitOut, tag=TAG)
def begin_unit(session: Session, body: OpenIn, actor: Actor, now: datetime) -> Any:
    """Begin a case or pallet that is filled pack by pack."""
    place = find_place(session, body.place)
    sscc = SsccCode.parse(body.sscc)
    open_unit(session, sscc, body.level, place.id, actor, now)
    return unit_document(session, sscc.digits)


class StepIn(Told):
    """What happens to a case or pallet."""

    step: Literal["close", "reopen", "dissolve"]
    """A dissolved one's number is never used again."""


@writes("/units/<sscc>/state", RIGHT, StepIn, UnitOut, tag=TAG, status=200)
def change_unit(
    session: Session, body: StepIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Close a case or pallet, open it again, or take it apart."""
    steps = {"close": close_unit, "reopen": reopen_unit, "dissolve": dissolve_unit}
    steps[body.step](session, sscc, actor, now)
    return _shown(session, sscc)


class PackedIn(Told):
    """Packs that go into a case, or come out of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"contents": [{"lot_id": 17, "items": "40-47"}]}]
        }
    )

    contents: Annotated[list[MuchIn], Field(min_length=1, max_length=100)]


@writes("/units/<sscc>/pack", RIGHT, PackedIn, UnitOut, tag=TAG, status=200)
def pack_unit(
    session: Session, body: PackedIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Put packs into an open case."""
    _lock(session, [sscc], body.contents)
    for packed in body.contents:
        put_in(session, sscc, packed, actor, now)
    return _shown(session, sscc)


@writes("/units/<sscc>/take-out", RIGHT, PackedIn, UnitOut, tag=TAG, status=200)
def unpack_unit(
    session: Session, body: PackedIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Take packs out of a case; a closed one is open after that."""
    _lock(session, [sscc], body.contents)
    for packed in body.contents:
        goods = contents_named(session, packed)
        take_out(session, sscc, packed.lot_id, goods, actor, now)
    return _shown(session, sscc)


class RepackIn(PackedIn):
    """Packs that go from one case into another."""

    target: Sscc


@writes("/units/<sscc>/repack", RIGHT, RepackIn, UnitOut, tag=TAG, status=200)
def repack_unit(
    session: Session, body: RepackIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Move packs from a case into an open one at the same place."""
    _lock(session, [sscc, body.target], body.contents)
    for packed in body.contents:
        goods = contents_named(session, packed)
        repack(session, sscc, body.target, packed.lot_id, goods, actor, now)
    return _shown(session, body.target)


class SplitIn(PackedIn):
    """A new case, and the packs that go into it."""

    sscc: Sscc
    """Of the new one."""


@writes("/units/<sscc>/split", RIGHT, SplitIn, UnitOut, tag=TAG)
def split_one(
    session: Session, body: SplitIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Divide a case: what is named goes into a new one beside it."""
    goods: dict[int, Contents] = {}
    for packed in body.contents:
        more = contents_named(session, packed)
        known = goods.get(packed.lot_id)
        goods[packed.lot_id] = known + more if known else more
    new = SsccCode.parse(body.sscc)
    split_unit(session, sscc, new, goods, actor, now)
    return _shown(session, new.digits)


class CasesIn(Told):
    """Cases that go onto a pallet, or come off it."""

    cases: Annotated[list[Sscc], Field(min_length=1, max_length=500)]


class CasesOff(Shown):
    """Cases that stand on no pallet now."""

    cases: list[Sscc]


@writes("/units/<sscc>/cases", RIGHT, CasesIn, UnitOut, tag=TAG, status=200)
def load_pallet(
    session: Session, body: CasesIn, sscc: str, actor: Actor, now: datetime
) -> Any:
    """Set cases on an open pallet at the same place."""
    put_on_pallet(session, sscc, body.cases, actor, now)
    return _shown(session, sscc)


@writes("/units/cases-off", RIGHT, CasesIn, CasesOff, tag=TAG, status=200)
def unload_pallets(session: Session, body: CasesIn, actor: Actor, now: datetime) -> Any:
    """Lift cases off the pallets they stand on; they stay at the place."""
    take_off_pallet(session, body.cases, actor, now)
    return {"cases": body.cases}


def _lock(session: Session, ssccs: list[str], contents: list[MuchIn]) -> None:
    """All at once: two packers could wait for each other for ever."""
    lock_units(session, ssccs)
    lock_lots(session, {packed.lot_id for packed in contents})


def _shown(session: Session, sscc: str) -> dict[str, Any]:
    session.flush()
    return unit_document(session, sscc)
