"""A recall as one would keep it on paper: the naive model that the machine must obey.

Everybody here may do everything, so that nothing but the second person stops them.
"""

from dataclasses import dataclass, field

SOURCES = {
    "dismiss": {"assessment"},
    "start": {"scope_locked"},
    "start_alone": {"assessment", "decided", "scope_locked"},
    "publish": {"started"},
    "publish_alone": {"started"},
    "complete": {"published"},
    "dispose": {"completed"},
    "close": {"dispositioned"},
    "cancel": {"assessment", "decided", "scope_locked"},
}
TARGETS = {
    "dismiss": "not_required",
    "start": "started",
    "start_alone": "started",
    "publish": "published",
    "publish_alone": "published",
    "complete": "completed",
    "dispose": "dispositioned",
    "close": "closed",
    "cancel": "cancelled",
}
PAPERS = {
    "dismiss": {"risk_assessment"},
    "start": {"plan", "submission"},
    "start_alone": set(),
    "publish": {"notices"},
    "publish_alone": {"notices"},
    "complete": {"plan", "submission", "effectiveness"},
    "dispose": {"advance_notice", "dispositions"},
    "close": {"summary", "root_cause", "capa", "settlement"},
    "cancel": {"evidence"},
}
SIGNED_BY_TWO = {"dismiss", "publish", "dispose", "cancel"}
ENDED = {"not_required", "closed", "cancelled"}
LOTS = {"small": {"B"}, "middle": {"A", "B"}, "big": {"A", "B", "C"}}


@dataclass
class Version:
    scope: str
    proposed_by: str
    locked_by: str | None = None


@dataclass
class Alone:
    who: str
    signed_by: str | None = None


@dataclass
class Paper:
    """The recall on paper; each deed says whether it went through."""

    state: str = "assessment"
    asked: tuple[str, str] | None = None
    signed: set[tuple[str, int]] = field(default_factory=set)
    versions: list[Version] = field(default_factory=list)
    alone: list[Alone] = field(default_factory=list)
    provisional: bool = False
    wave: int = 1

    def decide(self) -> bool:
        if self.state == "assessment":
            self.state, self.asked = "decided", None
            return True
        return self.state == "decided"

    def propose(self, who: str, scope: str) -> bool:
        newest = self.versions[-1] if self.versions else None
        if newest and newest.scope == scope:
            return True
        binding = [v for v in self.versions if v.locked_by or self.provisional]
        if binding and not LOTS[binding[-1].scope] <= LOTS[scope]:
            return False
        if not self.provisional and self.state not in (
            "assessment",
            "decided",
            "expanded",
        ):
            if self.state not in ("scope_locked", "started", "published", "completed"):
                return False
            self.state, self.asked = "expanded", None
            self.wave += 1
        self.versions.append(Version(scope, who))
        return True

    def lock(self, who: str) -> bool:
        newest = self.versions[-1] if self.versions else None
        if newest is None:
            return False
        if newest.locked_by == who:
            return True
        if newest.locked_by or newest.proposed_by == who:
            return False
        if self.provisional and self.state in ("started", "published"):
            pass
        elif self.state in ("decided", "expanded"):
            self.state, self.asked = "scope_locked", None
        else:
            return False
        newest.locked_by, self.provisional = who, False
        return True

    def ready(self, step: str) -> bool:
        papers = all((name, self.wave) in self.signed for name in PAPERS[step])
        signed = all(one.signed_by for one in self.alone)
        if step == "start_alone":
            return bool(self.versions)
        if step == "complete":
            return papers and signed and not self.provisional
        return papers and (signed or step != "close")

    def ask(self, who: str, step: str) -> bool:
        if self.state not in SOURCES[step]:
            return False
        if self.asked == (step, who):
            return True
        if self.asked is not None or not self.ready(step):
            return False
        self.asked = (step, who)
        return True

    def take(self, who: str, step: str) -> bool:
        if self.state == TARGETS[step]:
            return True
        if self.state not in SOURCES[step] or not self.ready(step):
            return False
        if step in SIGNED_BY_TWO and (
            self.asked is None or self.asked[0] != step or self.asked[1] == who
        ):
            return False
        if step == "start_alone":
            self.provisional = self.state != "scope_locked"
        if step.endswith("_alone"):
            self.alone.append(Alone(who))
        self.state, self.asked = TARGETS[step], None
        return True

    def sign(self, guard: str) -> bool:
        if self.state in ENDED:
            return False
        self.signed.add((guard, self.wave))
        return True

    def countersign(self, who: str) -> bool:
        """The first thing done alone that nobody signed."""
        waiting = [one for one in self.alone if one.signed_by is None]
        if not waiting or waiting[0].who == who:
            return False
        waiting[0].signed_by = who
        return True
