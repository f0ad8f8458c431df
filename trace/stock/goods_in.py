"""Goods in: a supplier's lot with what the law wants on record.

Food Safety Law art. 50: name, specification, quantity, production date or batch number,
shelf life, date of receipt, and the supplier's name, address and telephone (domain.md
§2.2 IngredientLot).
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .. import audit
from ..errors import N_, Conflict, InvalidInput, NotFound
from ..identity.gs1 import LotCode
from ..parties.lots import YEARS, check_artwork, check_batch_number, lock_lots
from ..parties.tables import Article, Location, Lot, Partner, Site
from ..people import Actor
from .service import make_stock
from .stores import own_place

RESULTS = {"pass": "released", "wait": "testing", "fail": "rejected"}
"""Result of the goods-in inspection to the state the lot gets."""
APART = ("hold", "quarantine", "returns")
"""Kinds of places where goods that failed may stand."""
TERMS = ("produced_on", "expires_on", "certificate", "artwork")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What stands on the delivery note and its certificate."""

    article_id: int
    supplier_id: int
    code: str
    """The supplier's batch number, as it is printed."""
    quantity: int
    """In the article's base unit."""
    place_id: int
    received_on: date
    result: str
    """A key of ``RESULTS``."""
    produced_on: date | None = None
    expires_on: date | None = None
    certificate: str = ""
    """Number of the certificate of conformity or quarantine."""
    document: str = ""
    """Number of the delivery note."""
    artwork: str = ""
    """Version of the artwork on printed packaging."""


def receive_lot(
    session: Session, delivery: Delivery, actor: Actor, now: datetime
) -> Lot:
    """Record a delivery: a new lot, or more of one whose facts are the same.

    Raises Forbidden, NotFound, InvalidInput ``supplier_wrong``, ``article_made``,
    ``dates_reversed``, ``date_unbelievable``, ``lot_expired``, ``failed_goods_apart``
    or as ``check_batch_number``, Conflict ``lot_contradicts``, and as ``make_stock``.
    """
    actor.require("stock.move")
    article, supplier = _parties(session, delivery)
    place = own_place(session, delivery.place_id)
    today = now.astimezone(_zone(session, place)).date()
    _check_dates(delivery, today)
    check_artwork(delivery.artwork)
    _check_place(delivery, place)
    lot = _known_lot(session, delivery, supplier)
    if lot is None:
        lot = _new_lot(session, delivery, article, supplier, place, now)
        told = {"code": lot.code, "supplier": supplier.code, "status": lot.status}
        audit.record(session, actor.login, "lot.receive", f"lot:{lot.id}", now, **told)
    day = datetime.combine(delivery.received_on, time(), _zone(session, place))
    make_stock(
        session,
        lot,
        place.id,
        quantity=delivery.quantity,
        at=now if delivery.received_on == today else day,
        document=delivery.document or lot.code,
        actor=actor,
        now=now,
    )
    return lot


def _parties(session: Session, delivery: Delivery) -> tuple[Article, Partner]:
    article = session.get(Article, delivery.article_id)
    if article is None:
        raise NotFound("article_unknown", N_("No such product is recorded."))
    supplier = session.get(Partner, delivery.supplier_id)
    if supplier is None or supplier.kind != "supplier":
        raise InvalidInput(
            "supplier_wrong",
            N_("Choose who delivered it: one of the suppliers on record."),
        )
    return article, supplier


def _check_dates(delivery: Delivery, today: date) -> None:
    dates = (delivery.produced_on, delivery.received_on, delivery.expires_on)
    for day in dates:
        if day is not None and day.year not in YEARS:
            raise InvalidInput(
                "date_unbelievable",
                N_("Expected a date from %(first)s to %(last)s, got %(found)s."),
                first=date(YEARS[0], 1, 1),
                last=date(YEARS[-1], 12, 31),
                found=day,
            )
    start = delivery.produced_on or delivery.received_on
    ends = [delivery.received_on, delivery.expires_on or start]
    if min(ends) < start or delivery.received_on > today:
        raise InvalidInput(
            "dates_reversed",
            N_(
                "Made, received today or earlier, and best before: the dates must "
                "follow each other. Compare them with the label."
            ),
        )
    expired = delivery.expires_on and delivery.expires_on < delivery.received_on
    if expired and delivery.result != "fail":
        raise InvalidInput(
            "lot_expired",
            N_(
                "It expired on %(day)s, before it came: send it back, or record it as "
                "failed and set it apart."
            ),
            day=delivery.expires_on,
        )


def _check_place(delivery: Delivery, place: Location) -> None:
    if delivery.result not in RESULTS:
        raise InvalidInput(
            "choice_invalid", N_("Choose one of the answers the form offers.")
        )
    if delivery.result == "fail" and place.kind not in APART:
        raise InvalidInput(
            "failed_goods_apart",
            N_(
                "What failed its inspection does not stand among good stock: choose a "
                "hold, returns or quarantine area instead of %(place)s."
            ),
            place=place.code,
        )


def _known_lot(session: Session, delivery: Delivery, supplier: Partner) -> Lot | None:
    """The lot of an earlier delivery, locked. Raises Conflict ``lot_contradicts``."""
    code = check_batch_number(delivery.code)
    same = sa.select(Lot.id).where(
        Lot.article_id == delivery.article_id,
        Lot.origin == supplier.code,
        Lot.ai10 == LotCode.from_batch_number(code).text,
    )
    lot_id = session.scalar(same)
    if lot_id is None:
        return None
    lot = lock_lots(session, [lot_id])[lot_id]
    facts = {name: getattr(delivery, name) for name in TERMS}
    facts |= {"code": code, "status": RESULTS[delivery.result]}
    if wrong := [name for name in facts if facts[name] != getattr(lot, name)]:
        raise Conflict(
            "lot_contradicts",
            N_(
                "Lot %(lot)s of %(supplier)s came before, with another %(facts)s: "
                "compare both labels. If the supplier used a number twice, add a "
                "letter to this one."
            ),
            lot=lot.code,
            supplier=supplier.name,
            facts=", ".join(wrong),
        )
    return lot


def _new_lot(
    session: Session,
    delivery: Delivery,
    article: Article,
    supplier: Partner,
    place: Location,
    now: datetime,
) -> Lot:
    code = check_batch_number(delivery.code)
    lot = Lot(
        article_id=article.id,
        origin=supplier.code,
        code=code,
        ai10=LotCode.from_batch_number(code).text,
        supplier_id=supplier.id,
        site_id=place.site_id,
        received_on=delivery.received_on,
        status=RESULTS[delivery.result],
        status_since=now,
        **{name: getattr(delivery, name) for name in TERMS},
    )
    try:
        with session.begin_nested():
            session.add(lot)
    except IntegrityError as error:  # another door received it at the same moment
        raise Conflict(
            "lot_exists",
            N_("Lot %(lot)s of %(supplier)s was just recorded. Send the form again."),
            lot=code,
            supplier=supplier.name,
        ) from error
    return lot


def _zone(session: Session, place: Location) -> ZoneInfo:
    site = session.get(Site, place.site_id) if place.site_id else None
    return ZoneInfo(site.time_zone if site else "Asia/Shanghai")
