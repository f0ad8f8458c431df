"""What somebody asks of a scope: the facts typed, read from an address or a form."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from ...recall.scope.criteria import NARROW_LIMIT, Criteria
from ...trace.parties.tables import Line
from ...trace.production.tables import Cleaning, ProcessCheck
from ..facts import FIELDS, SEVERAL, read_facts, split

MOST_TYPED = 80
MOST_SEVERAL = 400
MOST_DECIDED = 500
MOST_RECORDS = 30
"""Cleanings and failed checks the form offers, the newest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in."""

    typed: dict[str, str]
    """By field, those left empty too."""
    origin: str
    hazard: str
    narrow: str
    counted: tuple[int, ...]
    """Possible lots that shall count."""
    left_out: tuple[int, ...]
    """Probable lots that shall not."""

    @property
    def anything(self) -> bool:
        """Whether any fact was typed."""
        return any(self.typed.values())

    @property
    def decided(self) -> dict[int, bool]:
        return dict.fromkeys(self.counted, True) | dict.fromkeys(self.left_out, False)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as names and values of a form, the empty ones left out."""
        rest = {"origin": self.origin, "hazard": self.hazard, "narrow": self.narrow}
        named = [(name, text) for name, text in (self.typed | rest).items() if text]
        named += [("count", str(lot)) for lot in self.counted]
        return named + [("leave", str(lot)) for lot in self.left_out]

    def criteria(self, session: Session) -> Criteria:
        """Raises InvalidInput, NotFound or Conflict for what cannot be read."""
        several = {name: split(self.typed[name]) for name in SEVERAL}
        facts = read_facts(session, self.typed, several)
        return Criteria(tuple(facts), self.origin, self.hazard, self.narrow)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers."""

    lines: list[Line]
    cleanings: list[tuple[Cleaning, Line]]
    checks: list[tuple[ProcessCheck, Line]]


def read_asked(read: Callable[[str, int], str], values: MultiDict[str, str]) -> Asked:
    """What a request asks; ``read`` takes a field's text, ``values`` holds them all.

    Raises InvalidInput for what is too long or cannot be shown.
    """
    typed = {
        name: read(name, MOST_SEVERAL if name in SEVERAL else MOST_TYPED)
        for name in FIELDS
    }
    return Asked(
        typed,
        values.get("origin", "unknown"),
        values.get("hazard", "any"),
        read("narrow", NARROW_LIMIT),
        tuple(values.getlist("count", type=int)[:MOST_DECIDED]),
        tuple(values.getlist("leave", type=int)[:MOST_DECIDED]),
    )


def newest_cleanings(session: Session, most: int) -> list[tuple[Cleaning, Line]]:
    """The newest cleanings of lines and of equipment, withdrawn ones among them."""
    found = session.execute(
        sa.select(Cleaning, Line)
        .join(Line, Line.id == Cleaning.line_id)
        .order_by(Cleaning.ended_at.desc(), Cleaning.id.desc())
        .limit(most)
    ).unique()
    return [(row, line) for row, line in found]


def choices(session: Session) -> Choices:
    """The lines, the newest cleanings and the newest failed checks."""
    lines = session.scalars(sa.select(Line).order_by(Line.site_id, Line.code))
    checks = session.execute(
        sa.select(ProcessCheck, Line)
        .join(Line, Line.id == ProcessCheck.line_id)
        .where(ProcessCheck.result == "fail")
        .order_by(ProcessCheck.at.desc())
        .limit(MOST_RECORDS)
    ).unique()
    return Choices(
        list(lines.unique()),
        [
            told
            for told in newest_cleanings(session, MOST_RECORDS)
            if told[0].withdrawn_at is None
        ],
        [(row, line) for row, line in checks],
    )
