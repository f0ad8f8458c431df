"""The board: recalls that run with their deadlines, and signals nobody settled."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ...recall.recalls import queries
from ...trace import clock
from ..current import house
from .room import room


@room.get("/recall")
def board() -> ResponseReturnValue:
    now = clock.now()
    with house().plant.reading() as session:
        lines = queries.running(session, now)
        heard = queries.open_signals(session)
        ended = queries.ended(session)
    return render_template("recalls/board.html", lines=lines, heard=heard, ended=ended)
