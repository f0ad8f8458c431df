"""Addresses of ours: what may stand in them, and where a visitor may be sent."""

from urllib.parse import urlsplit

from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

ID_DIGITS = 18
"""Digits of the longest number that every database takes for an id."""


class IdConverter(IntegerConverter):
    """``<int:…>``: the number of a row. No row has a longer one than fits."""

    def to_python(self, value: str) -> int:
        if len(value) > ID_DIGITS:
            raise ValidationError
        return int(super().to_python(value))


class NameConverter(UnicodeConverter):
    """``<…>``: a name or number as text. PostgreSQL takes no text with a NUL in it."""

    def to_python(self, value: str) -> str:
        if "\0" in value:
            raise ValidationError
        return str(super().to_python(value))


CONVERTERS = {"int": IdConverter, "default": NameConverter, "string": NameConverter}
"""For every rule of the application: what they refuse is no page of ours, 404."""


def safe_path(text: str) -> str:
    r"""``text`` when it is a path of this site, else ``/``.

    Browsers drop tabs and line breaks from an address and read a backslash as a slash,
    so that ``/<tab>/other.example`` would lead away.

    >>> safe_path("/desk?q=beef"), safe_path("//other.example"), safe_path("/\t/x.cn")
    ('/desk?q=beef', '/', '/')
    """
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return "/"
    if any(letter <= " " or letter == "\x7f" for letter in text):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text
