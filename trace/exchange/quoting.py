"""Text in a cell that a spreadsheet must not run as a formula (domain.md §9 item 33).

Excel and its kin run a cell that begins with ``=``, ``+``, ``-`` or ``@``, also from a
CSV file. An apostrophe before it says: this is text. Import takes one off again, so
that what was exported comes back as it was, apostrophes of its own included.
"""

import re

_FORMULA = re.compile(r"['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
"""Also after blanks, and in full width, which some programs fold."""


def quote_text(text: str) -> str:
    """Text as a cell may carry it.

    >>> quote_text("=1+1"), quote_text("'=1"), quote_text("BY-26"), quote_text("'s")
    ("'=1+1", "''=1", 'BY-26', "'s")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unquote_text(cell: str) -> str:
    """The text of such a cell.

    >>> unquote_text("'=1+1"), unquote_text("''=1"), unquote_text("'s")
    ('=1+1', "'=1", "'s")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
