"""Spare stock: what is below, what stands too long, and how much is wanted."""

import unicodedata

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError
from ...trace.stock.spare import MONTHS, set_policy, spare_lines
from ..current import actor, house
from ..forms import number_field, text_field
from ..i18n import PLANT_ZONE
from ..problems import status_of
from .figures import read_figure
from .room import MOST_ID, room


@room.get("/stock/spare")
def spare() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session)


@room.post("/stock/spare")
def set_spare() -> ResponseReturnValue:
    actor().require("master.edit")
    try:
        article = number_field("article", 1, MOST_ID)
        permille = _permille(text_field("percent", 10, required=True))
        with house().plant.writing() as session:
            set_policy(session, article, permille, actor(), clock.now())
    except LotmarkError as error:
        with house().plant.reading() as session:
            return _page(session, error), status_of(error)
    return redirect(url_for("stock.spare"))


def _permille(typed: str) -> int:
    """A share in percent with at most one decimal place, e.g. ``10`` or ``7.5``."""
    share = read_figure(unicodedata.normalize("NFKC", typed).rstrip(" %")) * 10
    if share != share.to_integral_value():
        raise InvalidInput(
            "percent_unreadable",
            N_("Expected a share such as 10 or 7.5 %%, got %(found)s."),
            found=typed,
        )
    return int(share)


def _page(session: Session, error: LotmarkError | None = None) -> str:
    lines = spare_lines(session, clock.now(), str(PLANT_ZONE))
    return render_template(
        "stock/spare.html",
        lines=lines,
        months=lines[0].months if lines else MONTHS,
        form=request.form,
        error=error,
    )
