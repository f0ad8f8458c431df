"""The board: which consignees know, answered, or are silent."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...recall.quarantine.board import STATES, board
from ...recall.quarantine.calls import nudge_silent
from ...recall.quarantine.links import RECORD, issue_links
from ...recall.recalls.cases import find_recall
from ...trace import clock
from ...trace.db import Session
from ..current import actor, house
from ..once import book_once
from .room import room

MOST_PAGE = 10_000


@room.get("/recall/<number>/consignees")
def consignees(number: str) -> ResponseReturnValue:
    state = request.args.get("state", "")
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isdecimal() and 0 < int(typed) <= MOST_PAGE else 1
    with house().plant.reading() as session:
        recall = find_recall(session, number)
        chosen = state if state in STATES else ""
        return render_template(
            "recovery/board.html",
            recall=recall,
            board=board(session, recall, chosen, page),
            state=chosen,
            page=page,
            told=request.args.get("told", ""),
        )


@room.post("/recall/<number>/consignees")
def issue(number: str) -> ResponseReturnValue:
    """Give each consignee of the scope its page."""
    actor().require(RECORD)

    def deed(session: Session) -> str:
        issue_links(session, find_recall(session, number), actor(), clock.now())
        return url_for("recovery.consignees", number=number)

    return book_once(deed)


@room.post("/recall/<number>/consignees/nudge")
def nudge(number: str) -> ResponseReturnValue:
    """Ask for calls to those who have not answered."""
    actor().require(RECORD)

    def deed(session: Session) -> str:
        recall = find_recall(session, number)
        many = len(nudge_silent(session, recall.id, actor(), clock.now()))
        return url_for("recovery.consignees", number=number, told=many)

    return book_once(deed)
