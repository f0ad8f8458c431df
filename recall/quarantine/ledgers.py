"""The ledger of a recall: each batch at each consignee, and all of it together (§4.7).

Booked facts come first: what came back is what we booked in, never what somebody says
he sent. What was destroyed, put right or eaten out there we know from answers alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...trace.among import among
from ...trace.errors import N_, Conflict
from ...trace.identity.items import ItemSet
from ...trace.parties.tables import Lot, Partner
from ...trace.production.balances import balance_of_lot
from ...trace.production.label_balance import label_balance
from ..recalls.scopes import counted_lots, current_scope
from ..recalls.tables import Recall
from .answers import standing
from .figures import Figures, Flag, contradictions
from .reckoning import (
    LabelBalance,
    ProductionBalance,
    RecallLedger,
    control_rate,
    time_to_control,
    total,
)
from .tables import ConsigneeLink
from .traffic import Traffic, destroyed_by_us, traffic_of

NONE = Traffic()


@dataclass(frozen=True, slots=True)
class Row:
    """One batch at one consignee."""

    lot_id: int
    partner_id: int
    """0 for consumers reached without a customer between."""
    ledger: RecallLedger
    destroyed: int
    """Destroyed out there, as we booked it ourselves."""
    said: Figures | None
    """None while it has not answered for this batch."""
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class LotSum:
    """One batch as a whole."""

    lot: Lot
    labels: LabelBalance | None
    """None for a batch that is not followed by its labels."""
    production: ProductionBalance
    signature: bool
    """The difference is beyond the tolerance: QA has to sign."""
    ledger: RecallLedger
    held: int
    """Never shipped: in our own stock, or destroyed there since the recall began."""

    @property
    def control(self) -> Fraction | None:
        return control_rate(
            self.held,
            self.ledger.recovered,
            self.ledger.destroyed,
            self.production.applied,
        )


@dataclass(frozen=True, slots=True)
class RecallSum:
    """All of a recall, as of now."""

    rows: tuple[Row, ...]
    lots: tuple[LotSum, ...]
    partners: Mapping[int, Partner]
    ledger: RecallLedger
    control: Fraction | None
    to_control: timedelta | None
    """From T0 until 95 % of the consignees had acknowledged; None until then."""

    @property
    def over(self) -> tuple[Row, ...]:
        """Rows with more than 100 %: errors, to be found before anything is closed."""
        return tuple(row for row in self.rows if row.ledger.is_over)

    @property
    def contradicted(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.flags)


def recall_lots(session: Session, recall: Recall) -> dict[int, ItemSet | None]:
    """The batches of the newest scope that count, and of which only some items do.

    Raises Conflict ``recall_without_scope``.
    """
    scope = current_scope(session, recall.id)
    if scope is None:
        raise Conflict(
            "recall_without_scope",
            N_("%(number)s has no scope yet: propose one first."),
            number=recall.number,
        )
    return counted_lots(session, scope.scope_id)


def reckon_rows(
    session: Session, recall: Recall, partners: Collection[int] | None = None
) -> tuple[Row, ...]:
    """The ledger's rows, by batch and consignee; answers without a delivery too.

    ``partners`` asks for these consignees' alone.
    """
    lots = recall_lots(session, recall)
    booked = traffic_of(session, lots, recall.aware_at, partners)
    said = {
        key: one for key, one in standing(session, recall.id).items() if key[0] in lots
    }
    rows = [
        _row(key, booked.get(key, NONE), said.get(key))
        for key in sorted(booked.keys() | said.keys())
        if partners is None or key[1] in partners
    ]
    return tuple(row for row in rows if row.said or row.ledger != total(()))


def reckon(session: Session, recall: Recall, now: datetime) -> RecallSum:
    """The whole ledger with the balances of what was made (domain.md §4.7, §4.8)."""
    rows = reckon_rows(session, recall)
    lots = recall_lots(session, recall)
    gone = destroyed_by_us(session, lots, recall.aware_at)
    sums = tuple(
        _lot_sum(session, lot, rows, gone.get(lot, 0), now) for lot in sorted(lots)
    )
    partners = session.scalars(
        sa.select(Partner).where(among(Partner.id, {row.partner_id for row in rows}))
    )
    acknowledged = session.scalars(
        sa.select(ConsigneeLink.acknowledged_at).filter_by(recall_id=recall.id)
    ).all()
    everything = total(row.ledger for row in rows)
    return RecallSum(
        rows=rows,
        lots=sums,
        partners={one.id: one for one in partners},
        ledger=everything,
        control=control_rate(
            sum(one.held for one in sums),
            everything.recovered,
            everything.destroyed,
            sum(one.production.applied for one in sums),
        ),
        to_control=time_to_control(recall.aware_at, acknowledged),
    )


def _row(key: tuple[int, int], here: Traffic, said: Figures | None) -> Row:
    claim = said or Figures()
    ledger = RecallLedger(
        shipped=here.shipped,
        recovered=here.recovered,
        destroyed=max(here.destroyed, claim.destroyed),
        corrected=claim.corrected,
        used=claim.used,
    )
    flags = contradictions(said, here.shipped, here.recovered) if said else ()
    return Row(*key, ledger, here.destroyed, said, flags)


def _lot_sum(
    session: Session, lot_id: int, rows: tuple[Row, ...], gone: int, now: datetime
) -> LotSum:
    lot = session.get_one(Lot, lot_id)
    made = balance_of_lot(session, lot, now.date())
    mine = [row for row in rows if row.lot_id == lot_id]
    ledger = total(row.ledger for row in mine)
    # What came back is among the stock, or among what was destroyed, and counts as
    # shipped: each unit in exactly one of the three.
    back = min(made.stock, ledger.recovered)
    gone_back = ledger.recovered - back
    out_there = sum(row.destroyed for row in mine)
    production = ProductionBalance(
        applied=made.base,
        own=made.stock - back,
        inside=made.used + made.tested + made.scrapped - gone_back - out_there,
        shipped=ledger.shipped,
    )
    labels = None
    if lot.own and lot.grade != "quantity":
        kept = label_balance(session, lot.id)
        labels = LabelBalance(kept.printed.count, kept.applied.count, kept.voided.count)
    return LotSum(
        lot,
        labels,
        production,
        production.needs_signature(made.tolerance_ppm),
        ledger,
        production.own + max(gone - gone_back, 0),
    )
