"""Ways a notice goes out: automatic, or a task for a person (DESIGN §10)."""

from dataclasses import dataclass

KINDS = (
    *("company_site", "factory_broadcast", "e_commerce", "regulator_site", "media"),
    *("direct_contact", "trade_letter", "press_release", "point_of_sale"),
    *("safety_business_gateway", "partner_system", "staff"),
)
"""What a channel is for; rule files name those that must be used."""
TRANSPORTS = ("site", "email", "sms", "webhook", "chat", "command", "task")
"""How it gets there; ``site`` is our own pages and feeds, ``task`` a person."""
PER_CONSIGNEE = ("direct_contact", "trade_letter")
"""Kinds with one delivery for each consignee of the scope."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that was set up; how to reach it is known only to who sends."""

    name: str
    kind: str
    transport: str
    recipient: str
    """As people say it, e.g. the name of a shop."""
    address: str = ""
    """What a person opens or dials; no secret."""

    @property
    def automatic(self) -> bool:
        return self.transport != "task"


@dataclass(frozen=True, slots=True)
class Consignee:
    """Somebody with units of the scope."""

    partner_id: int
    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery that a publication asks for."""

    kind: str
    channel: str
    transport: str
    recipient: str
    address: str
    together: bool
    partner_id: int | None = None

    @property
    def automatic(self) -> bool:
        return self.transport != "task"


OWN_SITE = Channel("site", "company_site", "site", "Lotmark")


def plan(
    channels: tuple[Channel, ...],
    together: frozenset[str],
    needed: frozenset[str],
    consignees: tuple[Consignee, ...],
) -> list[Planned]:
    """Every delivery of a publication, those that go together first.

    What nobody set up becomes a task: it is never left out in silence.
    """
    kinds = {*together, *needed, *(one.kind for one in channels)}
    planned: list[Planned] = []
    for kind in sorted(kinds, key=lambda one: (one not in together, KINDS.index(one))):
        ways = [one for one in channels if one.kind == kind]
        if kind == "company_site":
            ways.insert(0, OWN_SITE)
        if kind in PER_CONSIGNEE:
            planned += _letters(kind, ways, kind in together, consignees)
            continue
        planned += [
            Planned(
                kind,
                one.name,
                one.transport,
                one.recipient,
                one.address,
                kind in together,
            )
            for one in ways or [Channel("", kind, "task", "")]
        ]
    return planned


def _letters(
    kind: str,
    ways: list[Channel],
    together: bool,
    consignees: tuple[Consignee, ...],
) -> list[Planned]:
    """To each consignee by every automatic way it can be reached; else a call."""
    letters = []
    for one in consignees:
        reach = {"email": one.email, "sms": one.phone if _mobile(one.phone) else ""}
        able = [way for way in ways if reach.get(way.transport)]
        letters += [
            Planned(
                kind,
                way.name,
                way.transport,
                one.name,
                reach[way.transport],
                together,
                one.partner_id,
            )
            for way in able
        ]
        if not able:
            phone = one.phone or one.email
            letters.append(
                Planned(kind, "", "task", one.name, phone, together, one.partner_id)
            )
    return letters


def _mobile(phone: str) -> bool:
    """A Chinese mobile number, which can get a text message."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return len(digits) in (11, 13) and digits[-11] == "1"
