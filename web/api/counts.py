"""Counting a place: one counts without the figures, another signs the differences."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace.parties.lots import find_place
from ...trace.parties.tables import Location
from ...trace.people import Actor
from ...trace.stock.counted import find_count, results_of, sheet_of
from ...trace.stock.counts import (
    book_count,
    cancel_count,
    give_reasons,
    note_count,
    open_count,
    submit_count,
)
from ...trace.stock.tables import StockCount
from .goods import TAG
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import reads, writes
from .values import EXACT, Code, Day, Id, Reason, Shown, Told

State = Literal["open", "counted", "booked", "cancelled"]


class CountOut(Shown):
    """A count of a place."""

    id: int
    number: str
    place: str
    due_on: date
    state: State
    opened_by: str
    counted_by: str | None
    counted_at: datetime | None
    booked_by: str | None
    booked_at: datetime | None


class CountedLot(Shown):
    """A line of the sheet. What is booked is told once the count is handed in."""

    lot_id: int
    lot: str
    article: str
    counted: int | None
    booked: int | None
    difference: int | None
    reason: str


class CountSheet(CountOut):
    """A count with its sheet."""

    lines: list[CountedLot]


class CountIn(Told):
    """A place that shall be counted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"place": "FG1", "due_on": "2026-11-30"}]}
    )

    place: Code
    due_on: Day


class StateQuery(PageQuery):
    state: State | None = None
    place: Code | None = None


@reads("/counts", "trace.read", page_of(CountOut), tag=TAG, query=StateQuery)
def list_counts(session: Session, query: StateQuery) -> Any:
    """Counts of places."""
    select = sa.select(*columns(StockCount, CountOut, place=Location.code))
    select = select.join(Location, Location.id == StockCount.location_id)
    filtered = equal(select, query, StockCount, place=Location.code)
    return page(session, filtered, query, StockCount.id)


@reads("/counts/<number>", "trace.read", CountSheet, tag=TAG)
def get_count(session: Session, number: str) -> Any:
    """A count with its sheet: blind while it is open."""
    return _shown(session, find_count(session, number))


@writes("/counts", "stock.count", CountIn, CountSheet, tag=TAG)
def post_counts(session: Session, body: CountIn, actor: Actor, now: datetime) -> Any:
    """Ask for a count of a place of ours."""
    place = find_place(session, body.place)
    return _shown(session, open_count(session, place.id, body.due_on, actor, now))


class FigureIn(Told):
    """What was found of a lot."""

    lot_id: Id
    counted: Annotated[int, Field(strict=True, ge=0, lt=EXACT)]


class FiguresIn(Told):
    """What was found; again, to put it right."""

    figures: Annotated[list[FigureIn], Field(min_length=1, max_length=1000)]


@writes(
    "/counts/<number>/figures",
    "stock.count",
    FiguresIn,
    CountSheet,
    tag=TAG,
    status=200,
)
def note_figures(
    session: Session, body: FiguresIn, number: str, actor: Actor, now: datetime
) -> Any:
    """Write down what was counted."""
    for one in sorted(body.figures, key=lambda one: one.lot_id):
        note_count(session, number, one.lot_id, one.counted, actor, now)
    return _shown(session, find_count(session, number))


@writes("/counts/<number>/submit", "stock.count", None, CountSheet, tag=TAG, status=200)
def hand_in(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Hand the sheet in: now what is booked stands beside it."""
    return _shown(session, submit_count(session, number, actor, now))


class WhyIn(Told):
    """Why a figure differs."""

    lot_id: Id
    reason: Reason


class WhysIn(Told):
    """Why figures differ."""

    reasons: Annotated[list[WhyIn], Field(min_length=1, max_length=1000)]


@writes(
    "/counts/<number>/reasons", "stock.count", WhysIn, CountSheet, tag=TAG, status=200
)
def say_why(
    session: Session, body: WhysIn, number: str, actor: Actor, now: datetime
) -> Any:
    """Say why figures differ."""
    said = {one.lot_id: one.reason for one in body.reasons}
    give_reasons(session, number, said, actor, now)
    return _shown(session, find_count(session, number))


@writes(
    "/counts/<number>/book", "stock.book_count", None, CountSheet, tag=TAG, status=200
)
def book(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Book the differences: the second person's signature."""
    return _shown(session, book_count(session, number, actor, now))


@writes("/counts/<number>/cancel", "stock.count", None, CountSheet, tag=TAG, status=200)
def give_up(session: Session, number: str, actor: Actor, now: datetime) -> Any:
    """Give a count up; nothing is booked."""
    return _shown(session, cancel_count(session, number, actor, now))


def _shown(session: Session, count: StockCount) -> dict[str, Any]:
    session.flush()
    names = set(CountOut.model_fields) - {"place"}
    lines = _sheet if count.counted_at is None else _results
    return {
        **{name: getattr(count, name) for name in names},
        "place": session.get_one(Location, count.location_id).code,
        "lines": lines(session, count),
    }


def _sheet(session: Session, count: StockCount) -> list[dict[str, Any]]:
    return [
        {
            "lot_id": entry.lot.id,
            "lot": entry.lot.code,
            "article": entry.lot.article.code,
            "counted": entry.counted,
            "booked": None,
            "difference": None,
            "reason": "",
        }
        for entry in sheet_of(session, count)
    ]


def _results(session: Session, count: StockCount) -> list[dict[str, Any]]:
    return [
        {
            "lot_id": one.lot.id,
            "lot": one.lot.code,
            "article": one.lot.article.code,
            "counted": one.counted,
            "booked": one.booked,
            "difference": one.difference,
            "reason": one.reason,
        }
        for one in results_of(session, count)
    ]
