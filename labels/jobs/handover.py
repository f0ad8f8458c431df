"""Codes that a print house makes into labels: handed out, fetched, returned, settled.

A print house gets a sealed list of codes, each of which will be on one label somewhere
outside. When the labels come back, every code of the order has an end: it is on a label
that was delivered, or it is void.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace import audit, flow, numbers
from ...trace.errors import N_, Conflict, InvalidInput, NotFound
from ...trace.files import StoredFile
from ...trace.identity.codes import ItemCode
from ...trace.identity.items import EMPTY, ItemSet
from ...trace.identity.keys import KeyRing
from ...trace.identity.tables import CodeBinding
from ...trace.parties.lots import lock_lots
from ...trace.parties.tables import Article, Lot
from ...trace.people import Actor
from ...trace.production.codes import issue_codes
from ...trace.production.marks import mark_items
from ...trace.production.rolls import issue_roll, spoil_codes
from ..engine.archive import write_sealed_csv
from ..engine.values import LabelSeries
from .handover_tables import CodeFetch, CodeOrder
from .rolls import roll_series
from .service import label_series

RIGHT = "codes.hand_out"
MOST_ORDERED = 500_000
"""Codes of one order: a file of about 60 MB before it is packed."""
FAULTY, UNDELIVERED = "faulty at the print house", "not delivered by the print house"

ORDER = flow.Machine(
    "code_order", "state", {"return": flow.Step(("ordered",), "returned", RIGHT)}
)

Span = tuple[ItemCode, ItemCode]
"""First and last code of a stretch, in either order."""


def order_codes(
    session: Session,
    house: str,
    article: Article,
    lot_id: int | None,
    count: int,
    key_version: int,
    actor: Actor,
    now: datetime,
) -> CodeOrder:
    """Issue codes for a print house: of a batch, or as a roll to be bound later.

    Raises Forbidden, InvalidInput ``count_invalid`` and what ``issue_codes`` raises.
    """
    actor.require(RIGHT)
    if not 1 <= count <= MOST_ORDERED:
        raise InvalidInput(
            "count_invalid",
            N_("Expected 1 to %(most)s codes in one order, got %(found)s."),
            most=MOST_ORDERED,
            found=count,
        )
    order = CodeOrder(
        number=numbers.next_number(session, "YS", now.year),
        house=house,
        article_id=article.id,
        state="ordered",
        created_by=actor.login,
        created_at=now,
    )
    if lot_id is None:
        issued = issue_roll(session, count, key_version, actor, now)
        order.series_id, order.lo, order.hi = issued.series, issued.lo, issued.hi
    else:
        first = issue_codes(session, lot_id, count, key_version, actor, now)[0]
        order.lot_id, order.lo = lot_id, first.lot_lo or 0
        order.hi = order.lo + count
    session.add(order)
    session.flush()
    _note(session, "order", order, actor, now, count=count, house=house)
    return order


def find_order(session: Session, number: str) -> CodeOrder:
    """The order with that number. Raises NotFound ``code_order_unknown``."""
    order = session.scalar(sa.select(CodeOrder).where(CodeOrder.number == number))
    if order is None:
        raise NotFound(
            "code_order_unknown",
            N_("No order of codes %(number)s is recorded."),
            number=number[:40],
        )
    return order


def fetch_of(session: Session, order: CodeOrder, person: str) -> CodeFetch | None:
    """When and as what a person got the list, if they did."""
    which = {"order_id": order.id, "person": person}
    return session.scalar(sa.select(CodeFetch).filter_by(**which))


def check_fetch(session: Session, order: CodeOrder, actor: Actor) -> None:
    """Raises Forbidden, or Conflict ``codes_fetched`` for who has the list already."""
    actor.require(RIGHT)
    known = fetch_of(session, order, actor.login)
    if known is not None:
        raise Conflict(
            "codes_fetched",
            N_(
                "You fetched the codes of %(number)s already, and nobody gets them "
                "twice. If file or password is lost, a colleague fetches them: theirs "
                "has another password."
            ),
            number=order.number,
        )


def new_password() -> str:
    """Twenty letters and digits, in fours: to be read out over a telephone."""
    signs = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(5))


def write_codes(
    session: Session,
    ring: KeyRing,
    order: CodeOrder,
    base_url: str,
    password: str,
    out: IO[bytes],
) -> None:
    """Write the sealed list of an order's codes. The password is kept nowhere."""
    write_sealed_csv(_labels(session, ring, order, base_url), password, out)


def note_fetch(
    session: Session, order: CodeOrder, file: StoredFile, actor: Actor, now: datetime
) -> CodeFetch:
    """Write that a person has the list; raises as ``check_fetch``."""
    session.refresh(order, with_for_update={"of": CodeOrder})
    check_fetch(session, order, actor)
    fetch = CodeFetch(order_id=order.id, person=actor.login, at=now, sha256=file.sha256)
    session.add(fetch)
    _note(session, "fetch", order, actor, now, sha256=file.sha256)
    session.flush()
    return fetch


def note_return(
    session: Session,
    order: CodeOrder,
    span: Span,
    faulty: Sequence[Span],
    delivered: int,
    paper: str,
    actor: Actor,
    now: datetime,
) -> CodeOrder:
    """The labels are back: those from first to last but the faulty ones were delivered.

    What is faulty or was not delivered is void from now on, also on a roll that gets
    its batch later. Again changes nothing.

    Raises Forbidden, Conflict ``return_differs`` when the delivered labels are not as
    many, ``codes_of_other`` for a code of another order, ``wrong_state``.
    """
    actor.require(RIGHT)
    if order.lot_id is not None:
        lock_lots(session, [order.lot_id])
    whole = ItemSet.range(order.lo, order.hi)
    there = _places(session, order, span)
    bad = EMPTY
    for one in faulty:
        bad |= _places(session, order, one)
    good = there - bad
    if good.count != delivered:
        raise Conflict(
            "return_differs",
            N_(
                "From the first to the last code are %(there)s labels, of which "
                "%(bad)s are faulty: that makes %(good)s, but %(delivered)s were "
                "delivered. Count again, or name the labels that are missing between "
                "as faulty."
            ),
            there=there.count,
            bad=(there & bad).count,
            good=good.count,
            delivered=delivered,
        )
    changes = {"paper": paper, "delivered": delivered, "faulty": bad.count}
    signed = {"returned_by": actor.login, "returned_at": now}
    if flow.apply(session, ORDER, order, "return", actor, now, **changes, **signed):
        _settle(session, order, good, bad, whole - good - bad, actor, now)
    return order


def _settle(
    session: Session,
    order: CodeOrder,
    good: ItemSet,
    bad: ItemSet,
    absent: ItemSet,
    actor: Actor,
    now: datetime,
) -> None:
    if order.series_id is not None:
        for items, why in ((bad, FAULTY), (absent, UNDELIVERED)):
            spoil_codes(session, order.series_id, items, why, actor, now)
    elif order.lot_id is not None:
        mark_items(session, order.lot_id, good, "printed", actor, now)
        for items, why in ((bad, FAULTY), (absent, UNDELIVERED)):
            mark_items(session, order.lot_id, items, "voided", actor, now, reason=why)


def _places(session: Session, order: CodeOrder, span: Span) -> ItemSet:
    """The stretch between two codes, as the order counts: of its batch or series."""
    ends = [_place(session, order, code) for code in span]
    return ItemSet.range(min(ends), max(ends) + 1)


def _place(session: Session, order: CodeOrder, code: ItemCode) -> int:
    place: int | None = None
    if order.series_id is not None:
        place = code.item if code.series == order.series_id else None
    else:
        binding = session.scalar(
            sa.select(CodeBinding).where(
                CodeBinding.series_id == code.series,
                CodeBinding.lot_id == order.lot_id,
                CodeBinding.lo <= code.item,
                CodeBinding.hi > code.item,
            )
        )
        if binding is not None:
            place = code.item - binding.lo + binding.lot_lo
    if place is None or not order.lo <= place < order.hi:
        raise Conflict(
            "codes_of_other",
            N_(
                "One of these codes was not handed out with %(number)s: scan labels of "
                "this delivery."
            ),
            number=order.number,
        )
    return place


def _labels(
    session: Session, ring: KeyRing, order: CodeOrder, base_url: str
) -> Iterator[LabelSeries]:
    items = ItemSet.range(order.lo, order.hi)
    if order.lot_id is not None:
        lot = session.get_one(Lot, order.lot_id)
        yield from label_series(session, ring, lot, items, base_url)
        return
    article = session.get_one(Article, order.article_id)
    if order.series_id is not None:
        yield from roll_series(session, ring, article, order.series_id, items, base_url)


def _note(
    session: Session,
    deed: str,
    order: CodeOrder,
    actor: Actor,
    now: datetime,
    **told: object,
) -> None:
    subject = f"code_order:{order.id}"
    audit.record(session, actor.login, f"code_order.{deed}", subject, now, **told)
