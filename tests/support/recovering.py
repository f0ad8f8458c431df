"""A recall under way, with goods that come back."""

from datetime import datetime, timedelta
from typing import NamedTuple

import recalling
import stockroom

from lotmark.recall.recalls.cases import find_recall
from lotmark.recall.recalls.tables import Recall
from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Lot


class Going(NamedTuple):
    """A recall with a locked scope, and the plant it happens in."""

    plant: recalling.Plant
    number: str

    def recall(self, session: Session) -> Recall:
        return find_recall(session, self.number)

    def place(self, code: str) -> int:
        return self.plant.story.plant.places[code]


def later(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes)


def move_b(
    session: Session,
    going: Going,
    route: str,
    quantity: int | None = None,
    at: datetime | None = None,
    *,
    items: str | None = None,
) -> None:
    """Goods of batch B go along a route such as ``C01 > Q1``."""
    story = going.plant.story
    lot = session.get_one(Lot, story.b.id)
    stockroom.move(
        session, story.plant, lot, route, quantity, items, at=at or story.now
    )
