"""A long list of ids in a statement."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa


def among(name: str, ids: Iterable[int]) -> sa.BindParameter[Any]:
    """A list of ids for ``IN``, written into the statement itself.

    Engines bound how many parameters a statement may have, and a scope may hold more
    lots than that.
    """
    return sa.bindparam(
        name, sorted(ids), sa.BigInteger(), expanding=True, literal_execute=True
    )
