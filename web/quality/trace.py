"""Where a lot came from and went to, as a picture and as a table."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace.production.genealogy import Direction, trace_lots
from ..current import house
from .lots import find
from .picture import BOX_HEIGHT, BOX_WIDTH, draw
from .room import room

NEAREST = 40
"""Lots the picture shows each way; the command ``lotmark trace`` shows all."""
WAYS: dict[str, Direction] = {"back": "back", "forward": "forward", "both": "both"}


@room.get("/quality/lots/<int:lot_id>/trace")
def trace(lot_id: int) -> ResponseReturnValue:
    way = WAYS.get(request.args.get("way", ""), "both")
    with house().plant.reading() as session:
        lot = find(session, lot_id)
        genealogy = trace_lots(session, lot_id, way, NEAREST)
    return render_template(
        "quality/trace.html",
        lot=lot,
        way=way,
        genealogy=genealogy,
        picture=draw(genealogy),
        width=BOX_WIDTH,
        height=BOX_HEIGHT,
        nodes={node.lot_id: node for node in genealogy.nodes},
        nearest=NEAREST,
    )
