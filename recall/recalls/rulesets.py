"""Which dated rules a recall runs under, and the deadlines they give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ...trace import rules
from ...trace.calendars import end_of_working_days
from ...trace.errors import N_, Conflict, InvalidInput

ZONE = ZoneInfo("Asia/Shanghai")
UNKNOWN = "I"
"""What an unknown level counts as (domain.md §1.2)."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What the law of one place asks of a recall, from a day on."""

    id: str
    jurisdiction: str
    country: str
    since: date | None
    """None: not known to be in force."""
    source: str
    evidence: str
    """``read``, ``secondary`` or ``our_choice``: how far it was checked."""
    start_hours: Mapping[str, int]
    start_days: Mapping[str, int]
    """Working days, where the law counts the start in them."""
    start_statutory: bool
    completion_days: Mapping[str, int]
    """Working days from publication; empty where none are known."""
    report_days: Mapping[str, int]
    report_source: str
    effectiveness: Mapping[str, str]
    channels: tuple[str, ...]
    """Mandatory channels of the announcement."""
    authority: str

    def start_due(self, aware_at: datetime, level: str | None) -> datetime:
        """Until when a recall must be started and reported.

        Hours begin at the moment itself (Civil Code art. 201(2)).
        """
        grade = level or UNKNOWN
        if grade in self.start_hours:
            return aware_at + timedelta(hours=self.start_hours[grade])
        return end_of_working_days(
            aware_at, self.start_days[grade], ZONE.key, self.country
        )

    def completion_due(
        self, published_at: datetime, level: str | None
    ) -> datetime | None:
        """Until when everything must be recovered; None where no limit is known.

        Raises Conflict when no confirmed calendar reaches so far.
        """
        days = self.completion_days.get(level or UNKNOWN)
        if days is None:
            return None
        return end_of_working_days(published_at, days, ZONE.key, self.country)

    def report_due(self, last: datetime, level: str | None) -> datetime | None:
        """When the next interim report is due; None where none is asked."""
        days = self.report_days.get(level or UNKNOWN)
        return None if days is None else last + timedelta(days=days)


@cache
def every_set() -> dict[str, RuleSet]:
    """All rule sets by id, in the order of their file."""
    return {entry["id"]: _read(entry) for entry in rules.read("recall")["set"]}


def jurisdictions() -> tuple[str, ...]:
    """The places whose rules are known."""
    return tuple(dict.fromkeys(one.jurisdiction for one in every_set().values()))


def rule_set(name: str) -> RuleSet:
    """The set of that id. Raises InvalidInput ``rule_set_unknown``."""
    found = every_set().get(name)
    if found is None:
        raise InvalidInput(
            "rule_set_unknown",
            N_("No rule set %(name)s. Expected one of: %(known)s."),
            name=name,
            known=", ".join(every_set()),
        )
    return found


def set_in_force(jurisdiction: str, aware_at: datetime) -> RuleSet:
    """The rules of a place on the day of T0.

    Raises InvalidInput ``jurisdiction_unknown``, Conflict ``rules_missing``.
    """
    if jurisdiction not in jurisdictions():
        raise InvalidInput(
            "jurisdiction_unknown",
            N_("No recall rules for %(name)s. Expected one of: %(known)s."),
            name=jurisdiction,
            known=", ".join(jurisdictions()),
        )
    day = aware_at.astimezone(ZONE).date()
    dated = [
        (one.since, one)
        for one in every_set().values()
        if one.jurisdiction == jurisdiction and one.since and one.since <= day
    ]
    if not dated:
        raise Conflict(
            "rules_missing",
            N_("No recall rules for %(name)s are in force on %(day)s."),
            name=jurisdiction,
            day=day,
        )
    return max(dated, key=lambda pair: pair[0])[1]


def _read(entry: dict[str, Any]) -> RuleSet:
    told = dict(entry)
    told["since"] = told.pop("from", None)
    for name in ("start_hours", "start_days", "completion_days", "report_days"):
        told.setdefault(name, {})
    told.setdefault("start_statutory", True)
    told.setdefault("report_source", "")
    told["channels"] = tuple(entry["channels"])
    return RuleSet(**told)
