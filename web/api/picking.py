"""What to pick, and the spare stock for exchanges."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...trace import clock
from ...trace.parties.lots import find_place
from ...trace.parties.tables import Site
from ...trace.people import Actor
from ...trace.stock.picking import propose_pick
from ...trace.stock.spare import SpareLine, set_policy, spare_lines
from ...trace.stock.stores import own_place
from ..i18n import PLANT_ZONE
from .batches import find_article
from .goods import TAG
from .much import Sscc
from .room import asks, reads, writes
from .values import Code, Quantity, Shown, Told


class PickIn(Told):
    """What is wanted, and from where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"article": "BJ200", "quantity": 2400, "places": ["FG1"]}]
        }
    )

    article: Code
    """Code or GTIN-14."""
    quantity: Quantity
    places: Annotated[list[Code], Field(min_length=1, max_length=50)]
    """Codes of places of ours."""


class PickOut(Shown):
    """So much of a lot, at a place."""

    lot_id: int
    lot: str
    expires_on: date | None
    place: str
    quantity: int
    there: int
    """What is booked there."""
    items: str | None
    """Only these, because others of the lot are on hold."""
    packed: int
    """How many of it stand there in cases."""
    units: list[Sscc]
    """Pallets and cases to fetch whole, as `units` of a shipment; `loose` and `opened`
    are the rest."""
    loose: int
    """What goes of the packs that stand in no case."""
    opened: int
    """What is wanted then: it has to come out of a case that is opened."""


class SkippedOut(Shown):
    """Stock that is there and may not be picked."""

    lot_id: int
    lot: str
    place: str
    there: int
    why: Literal["held", "not_released", "withdrawn", "expired", "scan_needed"]
    holds: list[str]


class ProposalOut(Shown):
    """What to take, in the order of taking."""

    wanted: int
    missing: int
    """How much of it is not there to take."""
    picks: list[PickOut]
    skipped: list[SkippedOut]


@asks("/picks", "trace.read", PickIn, ProposalOut, tag=TAG)
def propose(session: Session, body: PickIn) -> Any:
    """Propose what to pick: first expired, first out; nothing is booked.

    Where packs stand in cases, it names the ones to fetch: what `POST /shipments` takes
    as `units`.
    """
    article = find_article(session, body.article)
    places = [
        own_place(session, find_place(session, code).id)
        for code in dict.fromkeys(body.places)
    ]
    site = session.get(Site, places[0].site_id) if places[0].site_id else None
    zone = ZoneInfo(site.time_zone) if site else PLANT_ZONE
    today = clock.now().astimezone(zone).date()
    found = propose_pick(session, article.id, body.quantity, places, today)
    return {
        "wanted": found.wanted,
        "missing": found.missing,
        "picks": [
            {
                "lot_id": pick.lot.id,
                "lot": pick.lot.code,
                "expires_on": pick.lot.expires_on,
                "place": pick.place.code,
                "quantity": pick.quantity,
                "there": pick.there,
                "items": None if pick.items is None else str(pick.items),
                "packed": pick.packed,
                "units": [node.unit.sscc for node in pick.cases.nodes],
                "loose": pick.cases.loose if pick.cases.nodes else pick.quantity,
                "opened": pick.cases.opened,
            }
            for pick in found.picks
        ],
        "skipped": [
            {
                "lot_id": one.lot.id,
                "lot": one.lot.code,
                "place": one.place.code,
                "there": one.there,
                "why": one.why,
                "holds": list(one.holds),
            }
            for one in found.skipped
        ],
    }


class SpareOut(Shown):
    """An article's spare stock."""

    article: str
    permille: int
    """The share of monthly sales that is kept."""
    monthly_sales: int
    wanted: int
    free: int
    """Released goods in the warehouses that nobody holds."""
    state: Literal["below", "right", "above", "none"]


class SpareList(Shown):
    """Every product, what is short first."""

    articles: list[SpareOut]


@reads("/spare-stock", "trace.read", SpareList, tag=TAG)
def list_spare(session: Session) -> Any:
    """Spare stock for exchanges, against what the policy wants."""
    lines = spare_lines(session, clock.now(), str(PLANT_ZONE))
    return {"articles": [_spare(line) for line in lines]}


class SpareIn(Told):
    """How much of an article is kept."""

    article: Code
    permille: Annotated[int, Field(strict=True, ge=0, le=1000)]


@writes("/spare-stock", "master.edit", SpareIn, SpareOut, tag=TAG, status=200)
def set_spare(session: Session, body: SpareIn, actor: Actor, now: datetime) -> Any:
    """Say which share of the monthly sales of an article is kept."""
    article = find_article(session, body.article)
    set_policy(session, article.id, body.permille, actor, now)
    session.flush()
    lines = spare_lines(session, now, str(PLANT_ZONE))
    return next(_spare(line) for line in lines if line.article.id == article.id)


def _spare(line: SpareLine) -> dict[str, Any]:
    return {
        "article": line.article.code,
        "permille": line.permille,
        "monthly_sales": line.base,
        "wanted": line.wanted,
        "free": line.free,
        "state": line.state,
    }
