"""Counts: which are due, the differences of one, and the second person's booking."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.people import name_of
from ...trace.stock.counted import (
    LOSE_KEPT,
    due_counts,
    find_count,
    kept_losses,
    results_of,
    sheet_of,
)
from ...trace.stock.counts import (
    COUNT,
    book_count,
    cancel_count,
    give_reasons,
    open_count,
    submit_count,
)
from ...trace.stock.stores import own_places
from ...trace.stock.tables import StockCount
from ..current import actor, house
from ..forms import number_field, text_field
from ..i18n import PLANT_ZONE
from ..problems import status_of
from .room import MOST_ID, MOST_REASON, require_one, room

EITHER = ("stock.count", "stock.book_count")
SOON = timedelta(days=7)
"""A count opened by hand is due in a week."""


@room.get("/stock/counts")
def counts() -> ResponseReturnValue:
    require_one(*EITHER)
    with house().plant.reading() as session:
        return _list(session)


@room.post("/stock/counts")
def begin_count() -> ResponseReturnValue:
    actor().require("stock.count")
    now = clock.now()
    due = (now.astimezone(PLANT_ZONE) + SOON).date()
    try:
        place = number_field("place", 1, MOST_ID)
        with house().plant.writing() as session:
            number = open_count(session, place, due, actor(), now).number
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _list(session, error), status_of(error)
    return redirect(url_for("stock.count", number=number))


@room.get("/stock/counts/<number>")
def count(number: str) -> ResponseReturnValue:
    require_one(*EITHER)
    with house().plant.reading() as session:
        return count_page(session, number)


@room.get("/stock/counts/<number>/sheet")
def count_sheet(number: str) -> ResponseReturnValue:
    """The sheet to print: lots and empty boxes."""
    require_one(*EITHER)
    with house().plant.reading() as session:
        row = find_count(session, number)
        sheet = sheet_of(session, row)
    return render_template("stock/sheet.html", count=row, sheet=sheet)


@room.post("/stock/counts/<number>/submit")
def submit(number: str) -> ResponseReturnValue:
    actor().require("stock.count")
    try:
        with house().plant.writing() as session:
            submit_count(session, number, actor(), clock.now())
    except LotmarkError as error:
        return _refused(number, error)
    return redirect(url_for("stock.count", number=number))


@room.post("/stock/counts/<number>/reasons")
def reasons(number: str) -> ResponseReturnValue:
    require_one(*EITHER)
    try:
        with house().plant.writing() as session:
            _keep_reasons(session, number)
    except LotmarkError as error:
        return _refused(number, error)
    return redirect(url_for("stock.count", number=number))


@room.post("/stock/counts/<number>/book")
def book(number: str) -> ResponseReturnValue:
    """The second person's signature."""
    actor().require("stock.book_count")
    try:
        with house().plant.writing() as session:
            if find_count(session, number).state == "counted":
                _keep_reasons(session, number)
            book_count(session, number, actor(), clock.now())
    except LotmarkError as error:
        return _refused(number, error)
    return redirect(url_for("stock.count", number=number))


@room.post("/stock/counts/<number>/cancel")
def give_up(number: str) -> ResponseReturnValue:
    actor().require("stock.count")
    try:
        with house().plant.writing() as session:
            cancel_count(session, number, actor(), clock.now())
    except LotmarkError as error:
        return _refused(number, error)
    return redirect(url_for("stock.counts"))


def count_page(session: Session, number: str, error: LotmarkError | None = None) -> str:
    """A count: while it is open without any booked figure, later with both."""
    row = find_count(session, number)
    blind = row.state == "open"
    results = [] if blind else results_of(session, row)
    waits = row.state == "counted"
    kept = kept_losses(session, results) if waits else {}
    logins = {row.opened_by, row.counted_by, row.booked_by} - {None}
    return render_template(
        "stock/count.html",
        count=row,
        sheet=sheet_of(session, row) if blind else [],
        results=results,
        names={login: name_of(session, str(login)) for login in logins},
        why_not=_why_not(row, bool(kept)),
        kept=kept,
        noted=request.args.get("noted", "")[:80],
        form=request.form,
        most=MOST_REASON,
        error=error,
    )


def _why_not(row: StockCount, kept: bool) -> str:
    """Why the person logged in may not book: ``right``, ``counted_by``, ``finance``
    where goods lack that may not leave, or nothing."""
    step = COUNT.steps["book"]
    if not actor().may(step.right):
        return "right"
    if row.counted_by == actor().login:
        return "counted_by"
    return "finance" if kept and not actor().may(LOSE_KEPT) else ""


def _keep_reasons(session: Session, number: str) -> None:
    row = find_count(session, number)
    said = {
        one.lot.id: text_field(f"reason-{one.lot.id}", MOST_REASON)
        for one in results_of(session, row)
        if one.difference
    }
    give_reasons(session, number, said, actor(), clock.now())


def _refused(number: str, error: LotmarkError) -> ResponseReturnValue:
    with house().plant.reading() as session:
        return count_page(session, number, error), status_of(error)


def _list(session: Session, error: LotmarkError | None = None) -> str:
    today = clock.now().astimezone(PLANT_ZONE).date()
    return render_template(
        "stock/counts.html",
        due=due_counts(session),
        places=[place for place, _ in own_places(session)],
        today=today,
        form=request.form,
        error=error,
    )
