"""Asking what codes are."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from ..current import house
from ..verify import verify_text
from .room import asks
from .values import PLAIN, Shown, Told

CodeText = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=PLAIN)
]


class VerifyIn(Told):
    """Codes as they were scanned or typed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"codes": ["7K3M9QXW2D5RVT8H"]}]}
    )

    codes: Annotated[list[CodeText], Field(min_length=1, max_length=1000)]
    """Serials or web addresses."""


class RepackedOut(Shown):
    """Packs of another batch, by their numbers and the first of their codes."""

    lot: str
    items: str
    serials: list[str]


class Verified(Shown):
    """What one code is, as `lotmark verify --json` prints it."""

    input: str
    ok: bool
    """Ours, issued, and nothing speaks against it."""
    gtin: str | None
    lot: str | None
    item: int | None
    """Its number in the lot."""
    serial: str | None
    status: Literal[
        "unbound", "printed", "applied", "voided", "recalled", "suspect", "unknown"
    ]
    reason: str
    """`ok`, or why not."""
    repacked_into: list[RepackedOut]
    """The packs it became, or is among."""
    repacked_from: list[RepackedOut]
    """The packs it was before."""


class VerifyOut(Shown):
    """What the codes are, in their order."""

    answers: list[Verified]


@asks("/verify", "trace.read", VerifyIn, VerifyOut, tag="Codes")
def verify(session: Session, body: VerifyIn) -> Any:
    """Say what codes are.

    A code that was tampered with and one that never existed get the same answer.
    """
    keys = house().keys
    found = [verify_text(session, keys, text).document() for text in body.codes]
    return {"answers": found}
