"""One shift on a line whose labels go on as packs are filled, for tests of narrowing.

Batch A: 2,000 packs on line L1 from 10:00, the first 1,000 before the cleaning of 12:00
and the others after it. Cleaned at 8:00, 12:00 and 18:00, an hour each.
"""

from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
import stockroom
from sqlalchemy.orm import Session

from lotmark.recall.scope.criteria import Criteria, Criterion, LineWindow
from lotmark.recall.scope.service import Scope, compute_scope
from lotmark.trace.db import Base
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.identity.tables import ItemSegment
from lotmark.trace.parties.tables import Line, Lot, Partner, Site
from lotmark.trace.production.tables import Cleaning, LineRun, LotInput, ProcessCheck
from lotmark.trace.stock.service import make_stock, move_stock
from lotmark.trace.stock.tables import Shipment

PACKS = 2000
Row = TypeVar("Row", bound=Base)
WHY = "金属探测器记录 MD-1124: 仅一个时段报警"


class Shift:
    """The shift, in a database."""

    def __init__(self, session: Session, now: datetime, packs: int = PACKS) -> None:
        self.session, self.now, self.packs = session, now, packs
        self.midnight = now.replace(hour=16, minute=0) - timedelta(days=2)
        self.site = Site(code="YL1", name="本厂", name_en="Main works")
        session.add(self.site)
        self.plant = stockroom.build(session)
        session.flush()
        line = Line(site_id=self.site.id, code="L1", name="1", name_en="1")
        line.labels_at_packing = True
        self.line = line
        session.add(line)
        session.flush()
        self.a = self.lot(packs)
        self.cleanings = [self.clean(hour) for hour in (8, 12, 18)]
        self.run(self.a, 10, 17)
        half = packs // 2
        self.label(self.a, 0, half, 10, 11)
        self.label(self.a, half, packs, 14, 15)
        self.make(self.a, ItemSet.range(0, packs))

    def at(self, hour: float) -> datetime:
        """A time of the day at the plant."""
        return self.midnight + timedelta(hours=hour)

    def lot(self, items: int) -> Lot:
        lot = stockroom.add_lot(self.session, self.plant, items=items)
        lot.line_id = self.line.id
        self.session.flush()
        return lot

    def make(
        self, lot: Lot, items: ItemSet | None = None, quantity: int | None = None
    ) -> None:
        make_stock(
            self.session,
            lot,
            self.plant.places["W1"],
            items=items,
            quantity=quantity,
            at=self.now,
            document="D",
            actor=stockroom.WANG,
            now=self.now,
        )

    def clean(
        self, hour: float, kind: str = "wet", result: str = "pass", line: int = 0
    ) -> Cleaning:
        row = Cleaning(
            line_id=line or self.line.id,
            started_at=self.at(hour),
            ended_at=self.at(hour + 1),
            kind=kind,
            result=result,
        )
        return self._kept(row)

    def check(self, hour: float, result: str, kind: str = "metal") -> ProcessCheck:
        row = ProcessCheck(
            lot_id=self.a.id,
            line_id=self.line.id,
            at=self.at(hour),
            kind=kind,
            result=result,
        )
        return self._kept(row)

    def run(self, lot: Lot, start: float, end: float) -> None:
        self._kept(
            LineRun(
                lot_id=lot.id,
                line_id=self.line.id,
                started_at=self.at(start),
                ended_at=self.at(end),
            )
        )

    def label(self, lot: Lot, lo: int, hi: int, start: float, end: float) -> None:
        self._kept(
            ItemSegment(
                lot_id=lot.id,
                lo=lo,
                hi=hi,
                kind="applied",
                t0=self.at(start),
                t1=self.at(end),
                actor="li",
            )
        )

    def rework(self, source: Lot, target: Lot) -> None:
        self._kept(
            LotInput(
                input_id=source.id,
                output_id=target.id,
                kind="rework",
                quantity=1,
                at=self.now,
            )
        )

    def move(self, route: str, what: int | str, lot: Lot | None = None) -> None:
        """Move a quantity, or items, of batch A or another one."""
        source, target = (self.plant.places[code] for code in route.split(" > "))
        move_stock(
            self.session,
            (lot or self.a).id,
            source,
            target,
            quantity=what if isinstance(what, int) else None,
            items=ItemSet.parse(what) if isinstance(what, str) else None,
            at=self.now,
            document="D",
            shipment_id=self.truck(target, what) if route.endswith("/T") else None,
            actor=stockroom.WANG,
            now=self.now,
        )

    def truck(self, place: int, what: int | str) -> int:
        shop = next(code for code, n in self.plant.places.items() if n == place)
        partner = self.session.scalars(
            sa.select(Partner).where(Partner.code == shop.removesuffix("/T"))
        ).one()
        shipment = Shipment(
            number=f"SH-{shop}-{what}",
            site_id=self.site.id,
            consignee_id=partner.id,
            shipped_at=self.now,
        )
        return self._kept(shipment).id

    def scope(self, *facts: Criterion, narrow: str = WHY, **more: str) -> Scope:
        criteria = Criteria(facts or (self.morning,), narrow=narrow, **more)
        return compute_scope(self.session, criteria, self.now)

    @property
    def morning(self) -> LineWindow:
        """Half past ten, when the first 1,000 packs were filled."""
        return LineWindow(self.line.id, self.at(10.5), self.at(10.5))

    def _kept(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row
