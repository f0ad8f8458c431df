"""What if these lots were bad? Answered from a copy of the genealogy in memory."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from ...recall.scope.unbatched import possible_consignees
from ...trace import clock
from ...trace.parties.tables import Article, Lot
from ..snapshots import snapshot_of
from .room import asks, reads
from .scopes import TAG
from .values import Asked, Id, Shown, Told


class WhatIfIn(Told):
    """Lots that might be bad."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lots": [9]}]})

    lots: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class WhatIfOut(Shown):
    """What the hazard of these lots together would reach."""

    as_of: datetime
    """When the copy was made; a recall is decided on `POST /scopes`."""
    lot_ids: list[int]
    """All reached, ingredients and packaging included."""
    lots: int
    """Product lots counted in pieces among them."""
    units: int
    """Made of these."""
    consignees: int
    """Firms that have, get or had some of these."""
    possible_units: int
    """At most so many more, that left without a batch and may be of these."""
    possible_consignees: list[str]
    """Codes of the firms these went to."""


@asks("/what-if", "scope.compute", WhatIfIn, WhatIfOut, tag=TAG)
def what_if(session: Session, body: WhatIfIn) -> Any:
    """Say what would be reached if some lots were bad; nothing is kept."""
    as_of, snapshot = snapshot_of(session, clock.now())
    found = snapshot.what_if(body.lots)
    possible = possible_consignees(session, found.lot_ids)
    return {
        "as_of": as_of,
        "lot_ids": list(found.lot_ids),
        "lots": found.lots,
        "units": found.units,
        "consignees": found.consignees,
        "possible_units": sum(one.quantity for one in possible),
        "possible_consignees": sorted({one.consignee for one in possible}),
    }


class BlastOut(Shown):
    """What one lot's hazard would reach."""

    lot_id: int
    lot: str
    article: str
    lots: int
    """Product lots counted in pieces."""
    units: int
    """Made of them."""


class BlastsOut(Shown):
    """The lots that would hurt most."""

    as_of: datetime
    worst: list[BlastOut]


class WorstQuery(Asked):
    limit: int = Field(100, ge=1, le=1000)


@reads("/blast-radius", "scope.compute", BlastsOut, tag=TAG, query=WorstQuery)
def list_worst(session: Session, query: WorstQuery) -> Any:
    """Ingredient and packaging lots by how many units their hazard would reach."""
    as_of, snapshot = snapshot_of(session, clock.now())
    worst = snapshot.blast_radius()[: query.limit]
    rows = session.execute(
        sa.select(Lot.id, Lot.code, Article.code)
        .join(Article, Article.id == Lot.article_id)
        .where(Lot.id.in_([one.lot_id for one in worst]))
    )
    named = {lot_id: (lot, article) for lot_id, lot, article in rows}
    return {
        "as_of": as_of,
        "worst": [
            {
                "lot_id": one.lot_id,
                "lot": named[one.lot_id][0],
                "article": named[one.lot_id][1],
                "lots": one.lots,
                "units": one.units,
            }
            for one in worst
        ],
    }
