"""A short story of a spice, three batches and two shops, for tests of the scope."""

import json
from datetime import datetime
from pathlib import Path

import jsonschema
import sqlalchemy as sa
import stockroom
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import (
    Criteria,
)
from lotmark.recall.scope.service import Scope, compute_scope
from lotmark.trace.parties.tables import Article, Line, Lot, Partner, Site
from lotmark.trace.production.tables import LotInput
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Shipment

SCHEMA = Path(__file__).parents[2] / "docs" / "scope.schema.json"


class Story:
    """Spice S went into batches A and B; B took rework from A; C ran beside A."""

    def __init__(self, session: Session, now: datetime, *, spare: int = 0) -> None:
        self.session, self.now = session, now
        self.site = Site(code="YL1", name="本厂", name_en="Main works")
        session.add(self.site)
        self._spare(spare)
        self.plant = stockroom.build(session)
        self.spice = Article(
            code="SPICE",
            kind="ingredient",
            name="香辛料",
            name_en="Spice",
            base_unit="mg",
        )
        session.add(self.spice)
        session.flush()
        self.line = Line(site_id=self.site.id, code="L1", name="1", name_en="1")
        session.add(self.line)
        self.s = self._lot("S", self.spice.id, 0, origin="SUP1")
        self.a, self.b, self.c = (
            self._lot(code, self.plant.article_id, 100) for code in "ABC"
        )
        session.flush()
        for lot in (self.a, self.b, self.c):
            self.move(lot, "made > W1", 100)
        self.move(self.s, "supplied > W1", 5_000)
        self._feed()

    def _spare(self, count: int) -> None:
        """Rows that only shift the ids of what follows."""
        for number in range(count):
            article = Article(code=f"X{number}", kind="product", name="", name_en="")
            self.session.add(article)
            self.session.flush()
            self._lot(f"X{number}", article.id, 0)

    def _lot(self, code: str, article: int, numbered: int, origin: str = "") -> Lot:
        lot = Lot(
            code=code,
            ai10=code,
            article_id=article,
            next_item=numbered,
            origin=origin,
            status="released",
        )
        self.session.add(lot)
        return lot

    def _feed(self) -> None:
        for source, target, kind in (
            (self.s, self.a, "consumption"),
            (self.s, self.c, "consumption"),
            (self.a, self.b, "rework"),
        ):
            self.session.add(
                LotInput(
                    input_id=source.id,
                    output_id=target.id,
                    kind=kind,
                    quantity=7,
                    at=self.now,
                )
            )
        self.session.flush()

    def move(
        self, lot: Lot, route: str, quantity: int, shipment: Shipment | None = None
    ) -> None:
        source, target = (self.plant.places[code] for code in route.split(" > "))
        move_stock(
            self.session,
            lot.id,
            source,
            target,
            quantity=quantity,
            at=self.now,
            document="D",
            shipment_id=shipment.id if shipment else None,
            actor=stockroom.WANG,
            now=self.now,
        )

    def ship(self, number: str, lot: Lot, shop: str, quantity: int) -> Shipment:
        partner = self.session.scalars(
            sa.select(Partner).where(Partner.code == shop)
        ).one()
        shipment = Shipment(
            number=number,
            site_id=self.site.id,
            consignee_id=partner.id,
            vehicle="粤A12345",
            driver_phone="139",
            shipped_at=self.now,
        )
        self.session.add(shipment)
        self.session.flush()
        self.move(lot, f"W1 > {shop}/T", quantity, shipment)
        return shipment

    def deliver(self, shipment: Shipment, lot: Lot, shop: str, quantity: int) -> None:
        self.move(lot, f"{shop}/T > {shop}", quantity, shipment)
        shipment.delivered_at = self.now

    def scope(self, criteria: Criteria) -> Scope:
        return compute_scope(self.session, criteria, self.now)


def check(document: object) -> None:
    schema = json.loads(SCHEMA.read_text())
    checker = jsonschema.Draft202012Validator
    checker.check_schema(schema)
    checker(schema, format_checker=checker.FORMAT_CHECKER).validate(document)
