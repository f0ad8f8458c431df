"""Everything Lotmark refuses, and why.

An error holds a stable ``code``, one sentence with named places, and the values for
them; ``web`` translates the sentence and picks the HTTP status or exit code by class::

    LotmarkError
    ├── InvalidInput   the value cannot be right, whatever the state       400, exit 2
    │   └── TooLarge   too many bytes, rows or items                       413, exit 2
    ├── NotFound       nothing of that name is here                        404, exit 2
    ├── Forbidden      this person may not do it                           403, exit 2
    └── Conflict       right in itself, but not in the present state       409, exit 2

A sentence says what was expected, what was found and what to do next.
"""


def N_(text: str) -> str:
    """Mark ``text`` for translation; it is translated where it is shown."""
    return text


class LotmarkError(Exception):
    """The root of everything Lotmark refuses.

    >>> str(NotFound("lot_unknown", N_("No lot %(lot)s is recorded."), lot="A1"))
    'No lot A1 is recorded.'
    """

    code: str
    """Stable name of the reason, e.g. ``lot_on_hold``; partners rely on it."""
    text: str
    """The English sentence, with ``%(name)s`` places: the key of its translation."""
    params: dict[str, object]
    """Values for the places."""

    def __init__(self, code: str, text: str, /, **params: object) -> None:
        super().__init__(code, text, params)
        self.code, self.text, self.params = code, text, params

    def __str__(self) -> str:
        return self.text % self.params


class InvalidInput(LotmarkError):
    """The value cannot be right, whatever the state."""


class TooLarge(InvalidInput):
    """Too many bytes, rows or items at once."""


class NotFound(LotmarkError):
    """Nothing of that name is recorded here."""


class Forbidden(LotmarkError):
    """This person may not do that."""


class Conflict(LotmarkError):
    """Right in itself, but not in the present state."""
