"""What to pick: first expired, first out, and why the rest is passed over."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import N_, InvalidInput, LotmarkError, NotFound
from ...trace.exchange.amounts import to_base
from ...trace.parties.tables import Article, Location
from ...trace.stock.picking import Pick, Proposal, propose_pick
from ...trace.stock.stores import own_place, own_places
from ..current import actor, house
from ..forms import text_argument
from ..i18n import PLANT_ZONE
from ..problems import status_of
from .figures import read_figure
from .room import room

UNITS = ("piece", "case", "kg", "l")


@room.get("/stock/pick")
def pick() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        if not request.args.get("quantity"):
            return _page(session)
        try:
            article, place = _asked(session)
            quantity = _quantity(article)
            today = clock.now().astimezone(PLANT_ZONE).date()
            proposal = propose_pick(session, article.id, quantity, [place], today)
        except LotmarkError as error:
            return _page(session, error=error), status_of(error)
        return _page(session, article, place, proposal)


def _asked(session: Session) -> tuple[Article, Location]:
    ids = [request.args.get(name, "") for name in ("article", "from")]
    numbers = [int(one) if one.isdecimal() and len(one) < 16 else 0 for one in ids]
    article = session.get(Article, numbers[0])
    if article is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    return article, own_place(session, numbers[1])


def _quantity(article: Article) -> int:
    much = read_figure(text_argument("quantity", 20))
    unit = request.args.get("unit", "piece")
    if unit not in UNITS:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    return to_base(article, much, unit)


def _as_goods(proposal: Proposal) -> str:
    """The picks as the shipping form reads them."""
    return "\n".join(line for pick in proposal.picks for line in _lines(pick))


def _lines(pick: Pick) -> Iterator[str]:
    name = f"{pick.lot.article.code}/{pick.lot.code}"
    if pick.items is not None:
        yield f"{name} #{pick.items}"
        return
    for node in pick.cases.nodes:
        yield node.unit.sscc
    much = pick.cases.loose if pick.packed else pick.quantity
    unit = {"mg": " mg", "ul": " ul"}.get(pick.lot.article.base_unit, "")
    if much:
        yield f"{name} {much}{unit}"


def _page(
    session: Session,
    article: Article | None = None,
    place: Location | None = None,
    proposal: Proposal | None = None,
    error: LotmarkError | None = None,
) -> str:
    articles = session.scalars(sa.select(Article).order_by(Article.kind, Article.code))
    ranked = sorted(articles, key=lambda one: one.kind != "product")
    return render_template(
        "stock/pick.html",
        articles=ranked,
        places=[row for row, _ in own_places(session, ("warehouse",))],
        article=article,
        place=place,
        units=UNITS,
        proposal=proposal,
        goods=_as_goods(proposal) if proposal else "",
        form=request.args,
        error=error,
    )
