"""The room of a line PC: what its pages share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, current_app, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ...trace.db import Database
from ...trace.errors import N_, Conflict, LotmarkError
from ...trace.identity.reading import read_code
from ..problems import status_of
from . import screen
from .held import Place, find_place
from .operators import Operator
from .printer import Place as Printer
from .tables import Batch, Block
from .times import tick

room = Blueprint("station", __name__, template_folder="templates")


def setting(name: str) -> Any:
    """What this application was made with."""
    return current_app.extensions["station"][name]


def store() -> Database:
    """The file of this PC."""
    found: Database = setting("store")
    return found


def printer() -> Printer:
    """The printer of this PC."""
    found: Printer = setting("place")
    return found


def operator_here() -> Operator:
    """Who works here. Raises Conflict ``operator_missing``."""
    if g.actor is None:
        raise Conflict("operator_missing", N_("Say who works here first."))
    found: Operator = g.actor
    return found


@contextmanager
def writing(right: str = "labels.print") -> Iterator[tuple[Session, Operator]]:
    """One deed of the operator, who has to have the right."""
    who = operator_here()
    who.require(right)
    with store().writing() as kept:
        yield kept, who


def form_page(
    name: str, error: LotmarkError | None = None, **more: Any
) -> ResponseReturnValue:
    """A page with a form about the batch here."""
    operator_here()
    with store().reading() as kept:
        bench = screen.bench_of(kept, batch_here(kept), tick())
    page = render_template(f"station/{name}.html", bench=bench, error=error, **more)
    return page, status_of(error) if error else 200


def batch_here(kept: Session) -> Batch:
    """The batch this screen stands at. Raises Conflict ``no_batch_held``."""
    batch = screen.current_batch(kept)
    if batch is None:
        raise Conflict(
            "no_batch_held",
            N_(
                "This PC holds no codes of any batch. Start the batch on the server; "
                "with the network there, its codes come by themselves."
            ),
        )
    return batch


def label_of(kept: Session, scanned: str) -> Place:
    """Where the code of a label stands. Raises Conflict ``label_of_other_batch``."""
    serial = read_code(scanned.replace("\x1d", "|")).serial
    found = find_place(kept, serial.text) if serial else None
    batch = batch_here(kept)
    if found is None or kept.get_one(Block, found.block_id).lot_id != batch.lot_id:
        raise Conflict(
            "label_of_other_here",
            N_(
                "This label is not of batch %(batch)s. Stop, take it away from the "
                "line, and look for others like it."
            ),
            batch=batch.label["batch_no"],
        )
    return found
