"""Cases to fill and goods to fill them with, for tests of units."""

from datetime import datetime

import pytest
from stockroom import WANG, Plant, add_lot, move

from lotmark.trace.db import Session
from lotmark.trace.errors import LotmarkError
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Lot
from lotmark.trace.stock.building import open_unit
from lotmark.trace.stock.cargo import Cargo, Paper, move_cargo
from lotmark.trace.stock.origins import check_ours
from lotmark.trace.stock.sscc import issue_ssccs

PREFIX = "9506000"


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def new_unit(
    session: Session,
    plant: Plant,
    now: datetime,
    level: str = "case",
    place: str = "W1",
) -> str:
    (sscc,) = issue_ssccs(session, PREFIX)
    open_unit(session, sscc, level, plant.places[place], WANG, now)
    return sscc.digits


def stocked(session: Session, plant: Plant, now: datetime, made: int = 100) -> Lot:
    lot = add_lot(session, plant, items=made)
    move(session, plant, lot, "made > L1", items=f"0-{made - 1}", at=now)
    move(session, plant, lot, "L1 > W1", items=f"0-{made - 1}", at=now)
    return lot


def code_of(refused: pytest.ExceptionInfo[LotmarkError]) -> str:
    return refused.value.code


def move_unit(
    session: Session,
    plant: Plant,
    sscc: str,
    target: str,
    paper: Paper,
    now: datetime,
    **told: int,
) -> None:
    """Move a case or pallet with all that is in it."""
    book(session, Cargo((), (sscc,)), plant.places[target], paper, now, **told)


def book(
    session: Session, cargo: Cargo, place: int, paper: Paper, now: datetime, **told: int
) -> None:
    """Move goods as the stock room does; ``unit_place_id`` may be told."""
    ours = told.get("unit_place_id")
    move_cargo(
        session,
        cargo,
        lambda _: place,
        paper,
        WANG,
        now,
        check=check_ours,
        unit_place_id=ours,
    )
