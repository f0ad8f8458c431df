"""The linter of notices (domain.md §6.4): eleven rules, each a plain function.

What is an error blocks the approval; a warning is shown to whoever signs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...trace.errors import N_, LotmarkError
from . import rulebook, wordlint
from .values import Draft, Wording

DRILL_MARK = "演练 DRILL"
"""Stands in every title of an exercise."""
PHOTO, TITLE = "photo", "title"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and what to do about it."""

    rule: int
    """1 to 11, as domain.md §6.4 numbers them."""
    where: str
    """``cn_food.zh.hazard``; the part before the last dot is the wording's key."""
    message: str
    """Key of a sentence; ``params`` fill it."""
    params: dict[str, Any] = field(default_factory=dict)
    severity: str = "error"

    @property
    def blocks(self) -> bool:
        return self.severity == "error"


Rule = Callable[[Draft], Iterator[Finding]]


def lint(draft: Draft) -> list[Finding]:
    """Everything found, errors first, each in the order of the rules."""
    found = [finding for rule in RULES for finding in rule(draft)]
    return sorted(found, key=lambda one: (not one.blocks, one.rule))


def filled(draft: Draft) -> Iterator[Finding]:
    """1: every mandatory box is filled, in every language the law asks for."""
    for name in draft.levels:
        law = rulebook.jurisdiction(name, draft.today)
        written = {one.language for one in draft.wordings if one.jurisdiction == name}
        for language in law.languages:
            if language not in written:
                yield Finding(
                    1,
                    f"{name}.{language}.{TITLE}",
                    N_("The notice is missing in this language: write it."),
                )
        for wording in _of(draft, name):
            for field_name in law.mandatory:
                if not wording.fields.get(field_name, "").strip():
                    yield Finding(
                        1, f"{wording.key}.{field_name}", N_("Fill in this field.")
                    )
        if law.photo and not draft.content.photos:
            yield Finding(
                1, f"{name}.{PHOTO}", N_("Add a photo of the product: the law asks it.")
            )


def same_batches(draft: Draft) -> Iterator[Finding]:
    """2: the batches are those of the scope, each with its date."""
    told = {(one.lot_id, one.items) for one in draft.content.products}
    scope = set(draft.scope)
    if not scope:
        yield Finding(2, "products", N_("The scope has no batches: compute it first."))
    if told != scope:
        yield Finding(
            2,
            "products",
            N_(
                "The batches are not those of the scope (%(missing)s missing, "
                "%(extra)s too many): take them from the scope again."
            ),
            {"missing": len(scope - told), "extra": len(told - scope)},
        )
    for one in draft.content.products:
        if not (one.made_on or one.expires_on):
            yield Finding(
                2,
                "products",
                N_("Batch %(batch)s has neither date of production nor of expiry."),
                {"batch": one.code},
                "warning",
            )


def no_playing_down(draft: Draft) -> Iterator[Finding]:
    """3: words that play the danger down (GPSR art. 36(2)(c)), in all languages."""
    for wording in draft.wordings:
        law = rulebook.jurisdiction(wording.jurisdiction, draft.today)
        for name, text in _texts(wording):
            for word in wordlint.banned(text, wording.fields.get("company", "")):
                yield Finding(
                    3,
                    f"{wording.key}.{name}",
                    N_("“%(word)s” plays the danger down: say it without."),
                    {"word": word},
                    law.banned,
                )


def levels_agree(draft: Draft) -> Iterator[Finding]:
    """4: the level is decided, is the case's, and no text names another."""
    for name, level in draft.levels.items():
        if level is None:
            yield Finding(
                4, f"{name}.level", N_("The level is not decided: it counts as I.")
            )
        elif draft.content.levels.get(name) != level:
            yield Finding(
                4,
                f"{name}.level",
                N_("The notice says level %(said)s, the case %(level)s: refresh it."),
                {"said": draft.content.levels.get(name) or "–", "level": level},
            )
        for wording in _of(draft, name):
            for field_name, text in _texts(wording):
                for said in wordlint.levels_in(text) - {level or "I"}:
                    yield Finding(
                        4,
                        f"{wording.key}.{field_name}",
                        N_("The text says level %(said)s, the case %(level)s."),
                        {"said": said, "level": level or "I"},
                    )


def dates_fit(draft: Draft) -> Iterator[Finding]:
    """5: it begins not before T0 and ends by the completion deadline."""
    start, end = _day(draft.content.starts_on), _day(draft.content.ends_on)
    if start is None:
        yield Finding(5, "starts_on", N_("Give the day the recall begins."))
    elif start < draft.aware_on:
        yield Finding(
            5,
            "starts_on",
            N_("It begins before the firm knew of it (%(day)s): correct the day."),
            {"day": draft.aware_on.isoformat()},
        )
    if end is None:
        yield Finding(5, "ends_on", N_("Give the day the recall ends."))
        return
    if start is not None and end < start:
        yield Finding(5, "ends_on", N_("It ends before it begins: correct the days."))
    if draft.complete_by is not None and end > draft.complete_by:
        yield Finding(
            5,
            "ends_on",
            N_("It ends after the completion deadline (%(day)s): choose that or less."),
            {"day": draft.complete_by.isoformat()},
        )


def reachable(draft: Draft) -> Iterator[Finding]:
    """6: telephone numbers and e-mail addresses can be used as they stand."""
    checks = {"phone": wordlint.is_phone, "email": wordlint.is_email}
    for wording in draft.wordings:
        for name, kind in rulebook.field_kinds().items():
            text = wording.fields.get(name, "").strip()
            if text and kind in checks and not checks[kind](text):
                message = (
                    N_("No telephone number: write it as people dial it, 400-000-0000.")
                    if kind == "phone"
                    else N_("No e-mail address.")
                )
                yield Finding(6, f"{wording.key}.{name}", message)


def nobody_named(draft: Draft) -> Iterator[Finding]:
    """7: no personal data, except the firm's own lines."""
    for wording in draft.wordings:
        own = {
            wordlint.digits(wording.fields.get(name, ""))
            for name, kind in rulebook.field_kinds().items()
            if kind == "phone"
        }
        mail = wording.fields.get("email", "").strip().casefold()
        for name, text in _texts(wording):
            for found in wordlint.personal_data(text, own, mail):
                yield Finding(
                    7,
                    f"{wording.key}.{name}",
                    N_("“%(found)s” identifies a person: take it out."),
                    {"found": found},
                )


def no_waiver(draft: Draft) -> Iterator[Finding]:
    """8: no cap on compensation, no waiver of rights (消费者权益保护法 26)."""
    for wording in draft.wordings:
        for name, text in _texts(wording):
            for word in wordlint.listed("waiver", text):
                yield Finding(
                    8,
                    f"{wording.key}.{name}",
                    N_("“%(word)s” limits people's rights: take it out."),
                    {"word": word},
                )


def hazard_plain(draft: Draft) -> Iterator[Finding]:
    """9: what may happen is said, and said plainly."""
    for wording in draft.wordings:
        hazard = wording.fields.get("hazard", "").strip()
        if hazard and wordlint.says_little(hazard):
            yield Finding(
                9,
                f"{wording.key}.hazard",
                N_("Say what may happen to whom, in a whole sentence."),
            )
        for name in ("hazard", "reason"):
            for word in wordlint.listed("euphemism", wording.fields.get(name, "")):
                yield Finding(
                    9,
                    f"{wording.key}.{name}",
                    N_("“%(word)s” hides the danger: say what may happen to whom."),
                    {"word": word},
                )


def accessible(draft: Draft) -> Iterator[Finding]:
    """10: everybody can read it: words for pictures, no markup, no odd characters."""
    languages = {one.language for one in draft.wordings}
    for photo in draft.content.photos:
        for language in sorted(languages):
            if not photo.alt.get(language, "").strip():
                yield Finding(
                    10,
                    f"photo.{language}",
                    N_("Say in words what the photo shows, for those who cannot see."),
                )
    for wording in draft.wordings:
        for name, text in _texts(wording):
            if wordlint.unreadable(text):
                yield Finding(
                    10,
                    f"{wording.key}.{name}",
                    N_("Markup or characters that cannot be read aloud: plain text."),
                )


def drill_marked(draft: Draft) -> Iterator[Finding]:
    """11: an exercise says so in every title, a real notice in none; and the title of
    a law that gives one stands word for word.
    """
    for wording in draft.wordings:
        where = f"{wording.key}.{TITLE}"
        marked = DRILL_MARK in wording.title
        if draft.drill and not marked:
            yield Finding(
                11, where, N_("An exercise: the title must say %(mark)s."), _mark()
            )
        elif not draft.drill and ("演练" in wording.title or marked):
            yield Finding(
                11, where, N_("This is not an exercise: take %(mark)s out."), _mark()
            )
        law = rulebook.jurisdiction(wording.jurisdiction, draft.today)
        given = law.titles.get(wording.language)
        if not law.title_fixed:
            if not wording.title.strip():
                yield Finding(1, where, N_("Give the notice a title."))
        elif given is None:
            yield Finding(
                1,
                where,
                N_(
                    "The law's heading in this language was not verified: ask counsel "
                    "and add it to the rule file."
                ),
            )
        elif wording.title.replace(DRILL_MARK, "").strip() != given:
            yield Finding(
                1,
                where,
                N_("The law gives the heading: “%(title)s”, word for word."),
                {"title": given},
            )


RULES: tuple[Rule, ...] = (
    *(filled, same_batches, no_playing_down, levels_agree, dates_fit, reachable),
    *(nobody_named, no_waiver, hazard_plain, accessible, drill_marked),
)
"""In the order of domain.md §6.4."""


def blocked(findings: list[Finding]) -> bool:
    """Whether the notice cannot be approved as it is."""
    return any(finding.blocks for finding in findings)


def as_error(finding: Finding) -> LotmarkError:
    """A finding as something that ``say`` translates."""
    return LotmarkError("notice_lint", finding.message, **finding.params)


def _of(draft: Draft, jurisdiction: str) -> list[Wording]:
    return [one for one in draft.wordings if one.jurisdiction == jurisdiction]


def _texts(wording: Wording) -> Iterator[tuple[str, str]]:
    yield TITLE, wording.title
    yield from wording.fields.items()


def _mark() -> dict[str, str]:
    return {"mark": DRILL_MARK}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
