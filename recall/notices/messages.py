"""What is sent where a whole notice does not fit: texts from templates."""

from dataclasses import dataclass
from functools import cache

from ...trace import rules
from .lint import DRILL_MARK
from .values import Content, Published, Wording

SHORT = 240
"""Characters of a text message; the address at its end is never cut."""
FEW = 3
"""Batches named in a short text; the rest are a number and stand on the page."""


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as one channel carries it."""

    subject: str
    text: str
    short: str
    url: str


def message(notice: Published, wording: Wording, recipient: str, url: str) -> Message:
    """The letter and the short text to somebody, in the wording's language."""
    told = places(notice, wording, recipient, url)
    short = _fill("short", wording.language, told)
    if len(short) > SHORT:
        without = told | {"url": ""}
        room = SHORT - len(url) - 1
        short = f"{_fill('short', wording.language, without)[:room].rstrip()} {url}"
    return Message(
        _fill("subject", wording.language, told),
        _fill("letter", wording.language, told),
        short,
        url,
    )


def script(notice: Published, wording: Wording, url: str) -> str:
    """What is read out over the factory's loudspeakers."""
    return _fill("script", wording.language, places(notice, wording, "", url))


def delisting(notice: Published, wording: Wording, url: str) -> str:
    """What a shop is asked for."""
    return _fill("delist", wording.language, places(notice, wording, "", url))


def product_names(content: Content, language: str) -> str:
    """The products, each once."""
    names = [one.name if language == "zh" else one.name_en for one in content.products]
    join = "、" if language == "zh" else ", "
    return join.join(dict.fromkeys(names))


def batch_list(content: Content, language: str, most: int = FEW) -> str:
    """The first batch numbers, and how many there are.

    >>> from .values import Product
    >>> two = tuple(Product(n, f"B{n}", "A", "肉", "beef") for n in (1, 2))
    >>> batch_list(Content(two, {}, "", ""), "en", most=1)
    'B1 and 1 more'
    """
    codes = [one.code for one in content.products]
    rest = len(codes) - most
    join = "、" if language == "zh" else ", "
    named = join.join(codes[:most])
    if rest <= 0:
        return named
    return (
        f"{named}等{len(codes)}个批次"
        if language == "zh"
        else f"{named} and {rest} more"
    )


def places(
    notice: Published, wording: Wording, recipient: str, url: str
) -> dict[str, str]:
    """What fills the places of the templates."""
    said, language = wording.fields, wording.language
    return {
        "drill": f"【{DRILL_MARK}】" if notice.drill else "",
        "number": notice.number,
        "title": wording.title,
        "recipient": recipient,
        "company": said.get("company", ""),
        "product": product_names(notice.content, language),
        "batches": batch_list(notice.content, language),
        "spoken": batch_list(notice.content, language, most=50),
        "products": _product_lines(notice.content, language),
        "reason": said.get("reason", ""),
        "hazard": said.get("hazard", ""),
        "duties": said.get("operator_duties", ""),
        "steps": said.get("consumer_steps", "") or said.get("remedy", ""),
        "phone": said.get("phone", ""),
        "regulator_phone": said.get("regulator_phone", ""),
        "url": url,
    }


def _product_lines(content: Content, language: str) -> str:
    return "\n".join(
        f"- {one.name if language == 'zh' else one.name_en} {one.code} {one.made_on}"
        for one in content.products
    )


def _fill(kind: str, language: str, told: dict[str, str]) -> str:
    known = _templates()
    template = known.get((kind, language)) or known[kind, "en"]
    return template.format_map(told).strip()


@cache
def _templates() -> dict[tuple[str, str], str]:
    return {
        (entry["kind"], entry["language"]): entry["text"]
        for entry in rules.read("notice")["message"]
    }
