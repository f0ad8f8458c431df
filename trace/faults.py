"""Why some work failed, kept so that every screen can say it in its own language."""

import json

from .errors import LotmarkError


def write_fault(error: LotmarkError) -> str:
    """The error as one line of text for the work’s row.

    Frozen format 1: ``[code, sentence, values for its places]``.
    """
    told = [error.code, error.text, error.params]
    return json.dumps(told, ensure_ascii=False, default=str)


def read_fault(text: str) -> LotmarkError:
    """The error that ``write_fault`` wrote.

    >>> str(read_fault('["stock_unknown", "No paper %(name)s.", {"name": "x"}]'))
    'No paper x.'
    """
    code, sentence, params = json.loads(text)
    return LotmarkError(code, sentence, **params)
