"""What a lot was made of and became, and whether all of it is accounted for."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from ...recall.scope.unbatched import possible_consignees, possible_document
from ...trace import clock
from ...trace.production.balances import balance_of_lot
from ...trace.production.distribution import Sent, sent_to
from ...trace.production.genealogy import trace_document, trace_lots
from ...trace.production.label_balance import label_balance
from ...trace.production.record import account_document
from ...trace.stock.queries import balances
from .lots import TAG, find_lot
from .room import reads
from .values import Asked, Shown


class TraceQuery(Asked):
    direction: Literal["back", "forward", "both"] = "both"
    limit: int = Field(1000, ge=1, le=10_000)
    """Most lots each way, the nearest first."""


class TraceNode(Shown):
    """A lot of a genealogy."""

    id: int
    lot: str
    article: str
    name: str
    name_en: str
    kind: str
    own: bool
    origin: str
    supplier: str
    supplier_en: str
    produced_on: date | None
    received_on: date | None
    quantity: int
    """Made or received, in `unit`."""
    unit: str
    depth: int
    """Steps from the lot: negative to what went in, positive to what it went into."""


class TraceEdge(Shown):
    """All that went from one lot into another in one way."""

    input: int
    output: int
    input_lot: str
    output_lot: str
    kind: Literal["consumption", "rework", "repack", "tank"]
    quantity: int
    unit: str
    first: datetime
    last: datetime


class AccountOut(Shown):
    """The production balance of a batch, or the ingredient balance of a received lot.

    Each unit is in exactly one of the figures.
    """

    base: int
    """What has to be found again: labels applied, or what was made or received."""
    stock: int
    used: int
    """Consumed: of a batch as rework, of an ingredient in batches."""
    tested: int
    """Retained samples and laboratory."""
    scrapped: int
    out: int
    """Shipped less returned."""
    lost: int
    """Booked as lost; part of what is unexplained."""
    unexplained: int
    """Negative when more was found than there should be."""
    percent: float | None
    """How much of the base is accounted for."""
    verdict: Literal["even", "within", "short", "over"]


class LotBalance(AccountOut):
    """What was labelled, made or received of a lot, and what became of it."""

    tolerance_ppm: int


class LotConsignee(Shown):
    """A firm that got some of a lot, and whom to ring there at any hour."""

    code: str
    name: str
    name_en: str
    contact: str
    phone: str
    backup_contact: str
    backup_phone: str
    shipped: int
    """Ever sent there, what came back included."""
    returned: int
    coming: int
    there: int
    shipments: list[str]


class RepackedPacks(Shown):
    """Packs of one lot that became packs of another, by their numbers in each."""

    old_lot: str
    old_items: str
    new_lot: str
    new_items: str


class PossibleConsignee(Shown):
    """A firm that may have some of a lot, and whom to ring there at any hour."""

    code: str
    name: str
    name_en: str
    contact: str
    phone: str
    backup_contact: str
    backup_phone: str
    shipment: str
    quantity: int
    """At most so many."""
    shipped_at: datetime
    on_the_way: bool
    """Not delivered, as far as anybody said."""
    driver_phone: str
    why: str


class TraceOut(Shown):
    """What a lot was made of, and what was made of it."""

    lot: str
    article: str
    direction: Literal["back", "forward", "both"]
    truncated: bool
    """There are more lots than were asked for."""
    nodes: list[TraceNode]
    edges: list[TraceEdge]
    unit: str
    """Of the balance and of what the consignees got."""
    balance: LotBalance
    consignees: list[LotConsignee]
    repacked: list[RepackedPacks]
    """Its packs that were repacked, and the packs of it that others became."""
    may_include: list[PossibleConsignee]
    """Who may have some because goods left and nobody wrote down of which batch."""


@reads("/lots/<int:lot_id>/trace", "trace.read", TraceOut, tag=TAG, query=TraceQuery)
def trace_lot(session: Session, lot_id: int, query: TraceQuery) -> Any:
    """Genealogy of a lot, with quantities, as `lotmark trace --json` prints it."""
    traced = trace_lots(session, lot_id, query.direction, query.limit)
    lot = find_lot(session, lot_id)
    possible = possible_document(possible_consignees(session, [lot_id]))
    account = account_document(session, lot, clock.now())
    return trace_document(traced) | account | {"may_include": possible}


class KindTotal(Shown):
    """What of a lot is at places of one kind."""

    kind: str
    quantity: int


class LabelCounts(Shown):
    """What became of the numbered items."""

    issued: int
    printed: int
    applied: int
    voided: int
    sampled: int
    missing: int
    open: int
    """Printed, and nothing more is known of them."""


class BalanceOut(Shown):
    """Mass balance: what was made is somewhere."""

    lot_id: int
    code: str
    unit: str
    made: int
    """Made or received."""
    places: list[KindTotal]
    sum: int
    """Of all places; always what was made."""
    labels: LabelCounts
    account: AccountOut


@reads("/lots/<int:lot_id>/balance", "trace.read", BalanceOut, tag=TAG)
def balance_lot(session: Session, lot_id: int) -> Any:
    """Mass balance of a lot, of its labels, and of its production or consumption."""
    lot = find_lot(session, lot_id)
    ledger = balances(session, [lot_id]).get(lot_id)
    labels = label_balance(session, lot_id)
    account = balance_of_lot(session, lot, clock.now().date())
    sums: dict[str, int] = {}
    for here in ledger.real if ledger else ():
        sums[here.place.kind] = sums.get(here.place.kind, 0) + here.quantity
    return {
        "lot_id": lot.id,
        "code": lot.code,
        "unit": lot.article.base_unit,
        "made": ledger.made if ledger else 0,
        "places": [{"kind": kind, "quantity": n} for kind, n in sorted(sums.items())],
        "sum": sum(sums.values()),
        "labels": {
            "issued": lot.next_item,
            **{
                name: getattr(labels, name).count
                for name in LabelCounts.model_fields
                if name != "issued"
            },
        },
        "account": {name: getattr(account, name) for name in AccountOut.model_fields},
    }


class SentOut(Shown):
    """What one firm got of a lot, in its base unit, and whom to ring there."""

    code: str
    name: str
    name_en: str
    kind: str
    address: str
    contact: str
    phone: str
    """Recall telephone, day and night."""
    email: str
    backup_contact: str
    backup_phone: str
    region: str
    shipped: int
    """Ever sent there, what came back included."""
    returned: int
    coming: int
    """On the way there now."""
    there: int
    first: datetime | None
    last: datetime | None
    shipments: list[str]


class DistributionOut(Shown):
    """Every firm that ever got some of a lot, those with most first."""

    lot_id: int
    unit: str
    firms: list[SentOut]


@reads("/lots/<int:lot_id>/distribution", "trace.read", DistributionOut, tag=TAG)
def get_distribution(session: Session, lot_id: int) -> Any:
    """Where a lot went: every consignee, how much it got, and whom to ring."""
    lot = find_lot(session, lot_id)
    return {
        "lot_id": lot.id,
        "unit": lot.article.base_unit,
        "firms": [_sent(one) for one in sent_to(session, lot_id)],
    }


def _sent(one: Sent) -> dict[str, Any]:
    return {
        name: getattr(one if hasattr(one, name) else one.partner, name)
        for name in SentOut.model_fields
    }
