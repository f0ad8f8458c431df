"""Where a lot came from and went to, as a picture, as a table and as a file."""

from dataclasses import replace

import sqlalchemy as sa
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from ...trace.db import Session
from ...trace.exchange.exports import FORMATS, UNITS, in_unit, write_csv
from ...trace.parties.tables import Lot
from ...trace.production.genealogy import (
    NODE_LIMIT,
    Direction,
    Genealogy,
    trace_document,
    trace_lots,
)
from ...trace.stock.holds import held_items
from ..current import house
from ..words import HOLD, LOT, Word
from .lot_page import find
from .picture import BOX_HEIGHT, BOX_WIDTH, MOST_IN_COLUMN, draw
from .room import room

NEAREST = 200
"""Lots the page shows each way."""
WAYS: dict[str, Direction] = {"back": "back", "forward": "forward", "both": "both"}
STEPS = {"1": 1, "2": 2, "3": 3, "all": NODE_LIMIT}
IN_DANGER = ("recalled", "rejected")
COLUMNS = (
    "input_lot",
    "input_article",
    "input_supplier",
    "input_status",
    "output_lot",
    "output_article",
    "output_status",
    "kind",
    "quantity",
    "unit",
    "first",
    "last",
)
"""Of the file: the table's facts by the names ``lotmark trace --json`` uses."""


@room.get("/quality/lots/<int:lot_id>/trace")
def trace(lot_id: int) -> ResponseReturnValue:
    way, steps = _asked()
    full = "full" in request.args
    with house().plant.reading() as session:
        lot = find(session, lot_id)
        genealogy = _near(trace_lots(session, lot_id, WAYS[way], NEAREST), steps)
        states = _states(session, genealogy)
    danger = {lot for lot, (kind, _) in states.items() if kind in ("hold", "bad")}
    picture = draw(genealogy, danger, None if full else MOST_IN_COLUMN)
    return render_template(
        "quality/trace.html",
        lot=lot,
        way=way,
        steps=steps,
        full=full,
        genealogy=genealogy,
        picture=picture,
        folded=sum(len(box.nodes) for box in picture.boxes if box.node is None),
        width=BOX_WIDTH,
        height=BOX_HEIGHT,
        nodes={node.lot_id: node for node in genealogy.nodes},
        states=states,
        nearest=NEAREST,
        most_in_file=NODE_LIMIT,
    )


@room.get("/quality/lots/<int:lot_id>/trace/csv")
def trace_file(lot_id: int) -> ResponseReturnValue:
    """The table as a CSV file, with what the page leaves out."""
    way, steps = _asked()
    with house().plant.reading() as session:
        lot = find(session, lot_id)
        genealogy = _near(trace_lots(session, lot_id, WAYS[way], NODE_LIMIT), steps)
        statuses = _statuses(session, genealogy)
    nodes = {node.lot_id: node for node in genealogy.nodes}
    rows = []
    for edge in trace_document(genealogy)["edges"]:
        for end in ("input", "output"):
            node = nodes[edge[end]]
            edge |= {f"{end}_article": node.article, f"{end}_supplier": node.origin}
            edge[f"{end}_status"] = statuses[node.lot_id]
        edge["quantity"] = in_unit(edge["quantity"], edge["unit"])
        edge["unit"] = UNITS[edge["unit"]][0]
        rows.append([edge[name] for name in COLUMNS])
    return Response(
        b"".join(write_csv(COLUMNS, rows)),
        content_type=FORMATS["csv"],
        headers={
            "Content-Disposition": f"attachment; filename=trace-{lot.id}.csv",
            "Cache-Control": "private, no-store",
        },
    )


def _asked() -> tuple[str, str]:
    """Which way and how many steps the address asks for."""
    way, steps = request.args.get("way", ""), request.args.get("steps", "")
    return way if way in WAYS else "both", steps if steps in STEPS else "all"


def _near(genealogy: Genealogy, steps: str) -> Genealogy:
    """The lots that are at most so many steps away, and the uses between them."""
    near = [n for n in genealogy.nodes if abs(n.depth) <= STEPS[steps]]
    ids = {node.lot_id for node in near}
    among = [e for e in genealogy.edges if {e.input_id, e.output_id} <= ids]
    return replace(genealogy, nodes=tuple(near), edges=tuple(among))


def _statuses(session: Session, genealogy: Genealogy) -> dict[int, str]:
    """The state of each lot by its code, ``held`` where a hold is in force."""
    ids = [node.lot_id for node in genealogy.nodes]
    rows = session.execute(sa.select(Lot.id, Lot.status).where(Lot.id.in_(ids)))
    held = held_items(session, ids)
    return {
        lot_id: "held" if lot_id in held and status not in IN_DANGER else status
        for lot_id, status in rows
    }


def _states(session: Session, genealogy: Genealogy) -> dict[int, Word]:
    words = {**LOT, "held": HOLD["active"]}
    return {
        lot_id: words[status]
        for lot_id, status in _statuses(session, genealogy).items()
    }
