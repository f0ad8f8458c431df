"""What is affected: computed from criteria, or as it was kept."""

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from ...recall.scope.criteria import Criteria
from ...recall.scope.document import scope_document
from ...recall.scope.service import compute_scope
from ...recall.scope.tables import SavedScope, SavedScopeLot
from ...trace import clock
from ...trace.errors import N_, NotFound
from ...trace.parties.tables import Lot
from ..facts import FIELDS, SEVERAL, read_facts
from .master import columns, equal
from .paging import PageQuery, page, page_of
from .room import asks, reads
from .values import PLAIN, Code, Items, Line, Shown, Told

TAG = "Scopes"

Several = Annotated[list[Code], Field(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=64, pattern=PLAIN)]


class ScopeIn(Told):
    """The facts to start from, by name as `lotmark scope` takes them; any of them.

    Times without a zone are the plant's.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"lot": ["L2-261124-01"]},
                {
                    "line": "L2",
                    "from": "2026-11-24T08:00",
                    "to": "2026-11-24T09:30",
                    "origin": "line",
                },
            ]
        }
    )

    lot: Several = Field(default_factory=list)
    """Batch numbers, or `ARTICLE/BATCH` where several articles have one."""
    items: Items | None = None
    """Items of the one lot: evidence, for the whole batch counts."""
    complaint: Several = Field(default_factory=list)
    input_lot: Several = Field(default_factory=list)
    cycle: Several = Field(default_factory=list)
    job: Several = Field(default_factory=list)
    """Numbers of print jobs."""
    shipment: Several = Field(default_factory=list)
    supplier: Text = ""
    received_from: Text = ""
    received_to: Text = ""
    line: Text = ""
    from_: Text = Field("", alias="from")
    to: Text = ""
    cleaning: Text = ""
    check: Text = ""
    produced_from: Text = ""
    produced_to: Text = ""
    article: Text = ""
    on_line: Text = ""
    artwork: Text = ""
    place: Text = ""
    consignee: Text = ""
    there_from: Text = ""
    there_to: Text = ""
    origin: Literal["unknown", "ingredient", "line", "logistics", "label"] = "unknown"
    """Where the hazard is thought to come from."""
    hazard: Literal["any", "allergen"] = "any"
    narrow: Line = ""
    """Why single packs may be told from their batch; empty counts batches whole."""


class ScopeOut(Shown):
    """The scope as `lotmark scope --json` prints it; see docs/scope.schema.json."""

    model_config = ConfigDict(extra="allow")

    criteria: dict[str, Any]
    computed_at: datetime
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Over criteria and membership, the same on every engine."""
    made: int
    """What the positions add up to."""
    narrowed: bool
    """Single packs were told from their batch."""
    unbounded: list[str]
    """Lines whose suspect time no clean break begins: somebody must approve it."""
    lots: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    places: list[dict[str, Any]]
    """Places of ours where somebody can go."""
    consignees: list[dict[str, Any]]
    on_the_way: list[dict[str, Any]]


@asks("/scopes", "scope.compute", ScopeIn, ScopeOut, tag=TAG)
def compute(session: Session, body: ScopeIn) -> Any:
    """Compute what is affected, why, and where every unit of it is.

    Nothing is kept: the same facts give another answer when more is known.
    """
    said = body.model_dump(by_alias=True)
    typed = {name: said[name] or "" for name in FIELDS if name not in SEVERAL}
    facts = read_facts(session, typed, {name: said[name] for name in SEVERAL})
    criteria = Criteria(tuple(facts), body.origin, body.hazard, body.narrow)
    return scope_document(compute_scope(session, criteria, clock.now()))


class SavedScopeOut(Shown):
    """A scope as it was computed at one moment."""

    id: int
    number: str
    title: str
    criteria: dict[str, Any]
    hash: str
    state: Literal["draft", "stale", "superseded"]
    computed_at: datetime
    computed_by: str
    stale_at: datetime | None
    """When a recomputation first gave another hash."""


class ScopeQuery(PageQuery):
    number: Code | None = None
    state: Literal["draft", "stale", "superseded"] | None = None


@reads("/scopes", "scope.compute", page_of(SavedScopeOut), tag=TAG, query=ScopeQuery)
def list_scopes(session: Session, query: ScopeQuery) -> Any:
    """Scopes that were kept."""
    select = sa.select(*columns(SavedScope, SavedScopeOut))
    return page(session, equal(select, query, SavedScope), query, SavedScope.id)


class SavedLotOut(Shown):
    """A lot of a kept scope."""

    lot_id: int
    lot: str
    tier: int
    """1 confirmed, 2 probable, 3 possible."""
    items: str | None
    """Null is the whole lot."""
    quantity: int
    counted: bool
    why: list[Any]


class SavedScopeDetail(SavedScopeOut):
    """A kept scope with its lots and where they were."""

    positions: dict[str, Any]
    lots: list[SavedLotOut]


@reads("/scopes/<int:scope_id>", "scope.compute", SavedScopeDetail, tag=TAG)
def get_scope(session: Session, scope_id: int) -> Any:
    """A scope that was kept, with its lots."""
    scope = session.get(SavedScope, scope_id)
    if scope is None:
        raise NotFound(
            "scope_unknown", N_("No scope %(scope)s is recorded."), scope=scope_id
        )
    rows = session.execute(
        sa.select(*columns(SavedScopeLot, SavedLotOut, lot=Lot.code))
        .join(Lot, Lot.id == SavedScopeLot.lot_id)
        .where(SavedScopeLot.scope_id == scope_id)
        .order_by(SavedScopeLot.tier, SavedScopeLot.lot_id)
    )
    shown = {name: getattr(scope, name) for name in SavedScopeOut.model_fields}
    return {
        **shown,
        "positions": scope.positions,
        "lots": [dict(row) for row in rows.mappings()],
    }
