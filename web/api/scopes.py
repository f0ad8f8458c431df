"""What is affected: computed from facts, with where every unit of it is."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from ...recall.scope.criteria import Criteria
from ...recall.scope.document import scope_document
from ...recall.scope.service import compute_scope
from ...trace import clock
from ..facts import FIELDS, SEVERAL, read_facts
from .room import asks
from .values import PLAIN, Code, Items, Line, Shown, Told

TAG = "Scopes"

Several = Annotated[list[Code], Field(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=64, pattern=PLAIN)]
Time = Annotated[
    str,
    StringConstraints(
        max_length=40,
        pattern=r"^$|^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
        r"(Z|[+-]\d\d:\d\d)$",
    ),
]
"""A time with its zone, such as `2026-11-24T08:00+08:00`; or nothing."""
Date = Annotated[str, StringConstraints(pattern=r"^$|^\d{4}-\d\d-\d\d$")]
"""A day, such as `2026-11-24`; or nothing."""


class ScopeIn(Told):
    """The facts to start from, by name as `lotmark scope` takes them; any of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"lot": ["L2-261124-01"]},
                {
                    "line": "L2",
                    "from": "2026-11-24T08:00+08:00",
                    "to": "2026-11-24T09:30+08:00",
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
    received_from: Date = ""
    received_to: Date = ""
    line: Text = ""
    from_: Time = Field("", alias="from")
    to: Time = ""
    equipment: Text = ""
    """Retort, kettle or chiller, with `used_from` and `used_to`."""
    used_from: Time = ""
    used_to: Time = ""
    cleaning: Text = ""
    check: Text = ""
    produced_from: Date = ""
    produced_to: Date = ""
    article: Text = ""
    on_line: Text = ""
    artwork: Text = ""
    place: Text = ""
    consignee: Text = ""
    unit: Text = ""
    """SSCC of a case or pallet, with `there_from` and `there_to`."""
    there_from: Time = ""
    there_to: Time = ""
    origin: Literal["unknown", "ingredient", "line", "logistics", "label"] = "unknown"
    """Where the hazard is thought to come from."""
    hazard: Literal["any", "allergen", "equipment"] = "any"
    """What sticks to equipment reaches the other loads between two cleanings of it."""
    narrow: Line = ""
    """Why single packs may be told from their batch; empty counts batches whole."""


class OpenTankOut(Shown):
    """A tank whose content goes on spreading."""

    cycle: str
    since: datetime
    lots: int
    made: int


class UnitsOut(Shown):
    """The affected cases and pallets; at most 500 are listed."""

    total: int
    mixed: int
    """Those that hold something else too."""
    listed: list[dict[str, Any]]


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
    common: list[dict[str, Any]]
    """What the suspect batches share, the likeliest cause first."""
    open_tanks: list[OpenTankOut]
    """Tanks not emptied and cleaned since: somebody must decide."""
    unbounded: list[str]
    """Lines whose suspect time no clean break begins: somebody must approve it."""
    unbounded_equipment: list[str]
    """Retorts, kettles and chillers likewise."""
    lots: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    places: list[dict[str, Any]]
    """Places of ours where somebody can go."""
    consignees: list[dict[str, Any]]
    on_the_way: list[dict[str, Any]]
    units: UnitsOut
    """Cases and pallets with anything affected inside, mixed ones first."""
    repacked: list[dict[str, Any]]
    """Affected packs that were repacked, and the packs they became."""
    unbatched: list[dict[str, Any]]
    """What left without a batch written down, and may be affected."""


@asks("/scopes", "scope.compute", ScopeIn, ScopeOut, tag=TAG)
def compute(session: Session, body: ScopeIn) -> Any:
    """Compute what is affected, why, and where every unit of it is.

    Nothing is kept: the same facts give another answer when more is known. A lot whose
    packs can be at several places has a `scan`: the one that would settle most, and how
    much it buys.
    """
    criteria = read_criteria(session, body)
    return scope_document(compute_scope(session, criteria, clock.now()))


def read_criteria(session: Session, body: ScopeIn) -> Criteria:
    """The criteria of a request. Raises InvalidInput, NotFound or Conflict."""
    said = body.model_dump(by_alias=True)
    typed = {name: said[name] or "" for name in FIELDS if name not in SEVERAL}
    facts = read_facts(session, typed, {name: said[name] for name in SEVERAL})
    return Criteria(tuple(facts), body.origin, body.hazard, body.narrow)
