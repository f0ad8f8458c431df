"""Where a visitor may be sent after an answer: pages of ours, and nowhere else."""

from urllib.parse import urlsplit


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
