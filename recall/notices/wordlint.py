"""What single texts of a notice hold: banned words, numbers, names."""

import re
import unicodedata

from . import rulebook

_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]*[0-9]( ?(ext|转|x)\.? ?[0-9]{1,6})?", re.I)
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[A-Za-z]{2,}")
_EMAIL_IN = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MOBILE_IN = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?(1[3-9](?:[ -]?[0-9]){9})(?![0-9])")
_ID_CARD_IN = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>|&[a-z]+;|&#[0-9]+;")
_LEVEL_ZH = re.compile(r"([一二三])级召回|召回等级\s*[:：]?\s*([一二三])级")
_LEVEL_EN = re.compile(r"\b(?:class|level)\s+(III|II|I)\b", re.I)
_NUMERALS = {"一": "I", "二": "II", "三": "III"}
_HOLLOW = {"unknown", "none", "n/a", "tbd", "无", "暂无", "待定", "未知", "不详", "略"}


def folded(text: str) -> str:
    """As words are compared: full-width letters and case make no difference."""
    return unicodedata.normalize("NFKC", text).casefold()


def banned(text: str, company: str = "") -> list[str]:
    """Words that play a danger down, as listed; not in what is allowed, and not inside
    the firm's own name (domain.md §9.44).

    >>> banned("我公司主动召回"), banned("as a precaution we recall")
    ([], ['precaution'])
    >>> banned("自愿食品有限公司召回", "自愿食品有限公司")
    []
    """
    left = folded(text)
    for harmless in (folded(company), *rulebook.words("allowed")):
        if harmless:
            left = left.replace(harmless, "\0")
    return [word for word in rulebook.words("banned") if word in left]


def listed(kind: str, text: str) -> list[str]:
    """Words of a kind in the rule file that stand in a text."""
    left = folded(text)
    return [word for word in rulebook.words(kind) if word in left]


def levels_in(text: str) -> set[str]:
    """Levels of a recall that a text names.

    >>> levels_in("本次为二级召回"), levels_in("a Class I recall")
    ({'II'}, {'I'})
    """
    chinese = {_NUMERALS[one or other] for one, other in _LEVEL_ZH.findall(text)}
    return chinese | {found.upper() for found in _LEVEL_EN.findall(text)}


def is_phone(text: str) -> bool:
    """Whether it can be dialled; 12315 can, ``call us`` cannot."""
    typed = unicodedata.normalize("NFKC", text).strip()
    return bool(_PHONE.fullmatch(typed)) and 3 <= len(digits(typed)) <= 20


def is_email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text.strip()))


def digits(text: str) -> str:
    """The digits of a telephone number."""
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))


def personal_data(text: str, own_numbers: set[str], own_mail: str) -> list[str]:
    """Mobile numbers, identity numbers and mail addresses that are not the firm's."""
    plain = unicodedata.normalize("NFKC", text)
    found = [match[0] for match in _ID_CARD_IN.finditer(plain)]
    found += [
        match[1]
        for match in _MOBILE_IN.finditer(plain)
        if not {digits(match[1]), digits(match[0])} & own_numbers
    ]
    return found + [
        match[0]
        for match in _EMAIL_IN.finditer(plain)
        if match[0].casefold() != own_mail
    ]


def says_little(hazard: str) -> bool:
    """Nothing a reader could act on: a word or two.

    >>> says_little("不详"), says_little("可能引起腹泻、呕吐")
    (True, False)
    """
    text = folded(hazard).strip(" .。!")
    wide = sum(letter >= "\u2e80" for letter in text)
    return text in _HOLLOW or (len(text) < 15 and wide < 6)


def unreadable(text: str) -> bool:
    """Markup, or characters that are no text."""
    odd = any(
        unicodedata.category(letter) in ("Cc", "Co", "Cn", "Cs") and letter not in "\n"
        for letter in text
    )
    return odd or bool(_MARKUP.search(text))
