"""Moves between our places, and goods taken for samples, staff, gifts, or lost."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...trace import clock
from ...trace.db import Session
from ...trace.errors import LotmarkError
from ...trace.stock.stores import own_place, own_places
from ...trace.stock.transfers import USES, move_between, take_away
from ..current import actor, house
from ..forms import choice_field, number_field, scan_field, text_field
from ..once import Deed, book_once, try_out
from ..problems import status_of
from .alarms import note_alarm
from .goods import Goods, read_goods
from .room import MOST_GOODS, MOST_ID, MOST_REASON, paper_address, room

STEPS = ("check", "book")
"""A form is looked at first; only the second button books."""


@room.get("/stock/move")
def move_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session, "stock/move.html")


@room.post("/stock/move")
def move_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        if checking():
            return _checked("stock/move.html", _move)
        return book_once(_move)
    except LotmarkError as error:
        return _refused("stock/move.html", error)


def _move(session: Session) -> str:
    source, goods = goods_meant(session)
    number = move_between(
        session,
        goods.cargo(source),
        number_field("to", 1, MOST_ID),
        actor(),
        clock.now(),
        reason=text_field("reason", MOST_REASON),
        unit_place_id=source,
    )
    return paper_address(number)


@room.get("/stock/take")
def take_form() -> ResponseReturnValue:
    actor().require("stock.move")
    with house().plant.reading() as session:
        return _page(session, "stock/take.html")


@room.post("/stock/take")
def take_now() -> ResponseReturnValue:
    actor().require("stock.move")
    try:
        if checking():
            return _checked("stock/take.html", _take)
        return book_once(_take)
    except LotmarkError as error:
        return _refused("stock/take.html", error)


def _take(session: Session) -> str:
    source, goods = goods_meant(session)
    number = take_away(
        session,
        choice_field("use", USES),
        goods.cargo(source),
        text_field("reason", MOST_REASON),
        actor(),
        clock.now(),
        unit_place_id=source,
    )
    return paper_address(number)


def checking() -> bool:
    """Whether the form asks only what would happen."""
    return choice_field("step", STEPS) == "check"


def goods_meant(session: Session) -> tuple[int, Goods]:
    """The place the form's loose goods stand at, and its list, read."""
    source = own_place(session, number_field("from", 1, MOST_ID)).id
    text = scan_field("goods", MOST_GOODS)
    return source, read_goods(session, house().keys, text)


def _checked(template: str, deed: Deed) -> ResponseReturnValue:
    goods, refusal = looked_at(deed)
    with house().plant.reading() as session:
        return _page(session, template, refusal, goods)


def looked_at(deed: Deed) -> tuple[Goods, LotmarkError | None]:
    """The form's list, and why the deed would be refused."""
    with house().plant.reading() as session:
        goods = read_goods(session, house().keys, scan_field("goods", MOST_GOODS))
    return goods, None if goods.bad else try_out(deed)


def _refused(template: str, error: LotmarkError) -> ResponseReturnValue:
    note_alarm(error, request.form.get("goods", ""))
    with house().plant.reading() as session:
        return _page(session, template, error, again(session)), status_of(error)


def again(session: Session) -> Goods | None:
    """The list of a refused form, so far as it can be read: which lines are wrong."""
    try:
        text = scan_field("goods", MOST_GOODS)
        return read_goods(session, house().keys, text)
    except LotmarkError:
        return None


def _page(
    session: Session,
    template: str,
    error: LotmarkError | None = None,
    goods: Goods | None = None,
) -> str:
    return render_template(
        template,
        places=[place for place, _ in own_places(session)],
        uses=tuple(USES),
        form=request.form or request.args,
        goods=goods,
        error=error,
    )
