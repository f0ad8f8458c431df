"""The lines: stopped, put right, and let run again after a passed re-sample."""

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.parties.lots import find_lot
from ...trace.parties.tables import Line, Lot
from ...trace.people import name_of
from ...trace.production import cleanings
from ...trace.production.cleanings import record_cleaning, withdraw_cleaning
from ...trace.production.lines import (
    CHECKS,
    LINE,
    change_line,
    record_correction,
    record_restart_check,
)
from ...trace.production.tables import LineRun, ProcessCheck
from ..current import actor, house
from ..forms import choice_field, moment_field, number_field, text_field
from ..once import book_once
from ..problems import status_of
from .asked import newest_cleanings
from .room import room

STEPS = ("stop", "start", "rectify")
MOST_REASON = 1000
MOST_LINE = 200
MOST_CLEANINGS = 10
MOST_ID = 2**53
MOST_CHECKS = 30
"""Failed checks shown, the newest."""


@room.get("/quality/lines")
def lines() -> ResponseReturnValue:
    return _page()


@room.post("/quality/lines/<int:line_id>/change")
def change(line_id: int) -> ResponseReturnValue:
    actor().require("line.status")
    try:
        step = choice_field("step", STEPS)
        reason = text_field("reason", MOST_REASON, required=True)
        with house().plant.writing() as session:
            change_line(session, line_id, step, reason, actor(), clock.now())
    except LotmarkError as error:
        return _page(error, line_id), status_of(error)
    return redirect(url_for("quality.lines"))


@room.post("/quality/lines/<int:line_id>/restart")
def restart(line_id: int) -> ResponseReturnValue:
    """The re-sample after the line was put right: passed, it runs again."""
    actor().require("inspection.record")
    try:
        told = {
            "kind": choice_field("kind", CHECKS),
            "value": text_field("value", MOST_LINE, required=True),
            "limits": text_field("limits", MOST_LINE),
            "result": choice_field("result", ("pass", "fail")),
            "reason": text_field("reason", MOST_REASON, required=True),
        }
        number = text_field("lot", MOST_LINE, required=True)
        with house().plant.writing() as session:
            lot = find_lot(session, number)
            record_restart_check(
                session, line_id, lot.id, **told, actor=actor(), now=clock.now()
            )
    except LotmarkError as error:
        return _page(error, line_id), status_of(error)
    return redirect(url_for("quality.lines"))


@room.post("/quality/checks/<int:check_id>/correct")
def correct(check_id: int) -> ResponseReturnValue:
    """What a failed check found was put right."""
    actor().require("line.status")
    try:
        what = text_field("what", MOST_REASON, required=True)
        at = moment_field("at")
        with house().plant.writing() as session:
            record_correction(session, check_id, what, at, actor(), clock.now())
    except LotmarkError as error:
        return _page(error), status_of(error)
    return redirect(url_for("quality.lines"))


@room.post("/quality/cleanings")
def clean() -> ResponseReturnValue:
    """A line was cleaned, or one equipment at it."""
    actor().require("line.record")

    def deed(session: Session) -> str:
        record_cleaning(
            session,
            number_field("line", 1, MOST_ID),
            equipment=text_field("equipment", MOST_LINE),
            start=moment_field("start"),
            end=moment_field("end"),
            kind=choice_field("kind", cleanings.KINDS),
            result=choice_field("result", cleanings.RESULTS),
            verified_by=text_field("verified_by", MOST_LINE),
            actor=actor(),
            now=clock.now(),
        )
        return url_for("quality.lines", _anchor="h-cleanings")

    try:
        return book_once(deed)
    except LotmarkError as error:
        return _page(error), status_of(error)


@room.post("/quality/cleanings/<int:cleaning_id>/withdraw")
def withdraw(cleaning_id: int) -> ResponseReturnValue:
    """A cleaning was recorded by mistake."""
    actor().require("line.status")
    try:
        reason = text_field("reason", MOST_REASON, required=True)
        with house().plant.writing() as session:
            withdraw_cleaning(session, cleaning_id, reason, actor(), clock.now())
    except LotmarkError as error:
        return _page(error), status_of(error)
    return redirect(url_for("quality.lines", _anchor="h-cleanings"))


def _page(error: LotmarkError | None = None, at: int | None = None) -> str:
    with house().plant.reading() as session:
        found = session.scalars(sa.select(Line).order_by(Line.code)).unique().all()
        last = {line.id: _last_lot(session, line) for line in found}
        failed = _failed_checks(session)
        cleaned = newest_cleanings(session, MOST_CLEANINGS)
        logins = {row.withdrawn_by for row, _ in cleaned}
        names = {login: name_of(session, login) for login in logins}
    return render_template(
        "quality/lines.html",
        lines=found,
        last=last,
        steps={
            line.id: [s for s in STEPS if line.status in LINE.steps[s].sources]
            for line in found
        },
        checks=CHECKS,
        failed=failed,
        cleaned=cleaned,
        names=names,
        cleaning_kinds=cleanings.KINDS,
        was_cleaning=request.endpoint == "quality.clean",
        error=error,
        at=at,
    )


def _failed_checks(session: Session) -> list[tuple[ProcessCheck, Lot, Line]]:
    """The newest failed checks, with what was put right after each."""
    rows = session.execute(
        sa.select(ProcessCheck, Lot, Line)
        .join(Lot, Lot.id == ProcessCheck.lot_id)
        .join(Line, Line.id == ProcessCheck.line_id)
        .where(ProcessCheck.result == "fail")
        .order_by(ProcessCheck.at.desc())
        .limit(MOST_CHECKS)
    ).unique()
    return [(check, lot, line) for check, lot, line in rows]


def _last_lot(session: Session, line: Line) -> Lot | None:
    """What ran on it last."""
    return session.scalars(
        sa.select(Lot)
        .join(LineRun, LineRun.lot_id == Lot.id)
        .where(LineRun.line_id == line.id)
        .order_by(LineRun.started_at.desc())
        .limit(1)
    ).first()
