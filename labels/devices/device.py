"""What the press asks of a printer, however it is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

Fate: TypeAlias = Literal["inside", "out", "doubt"]
"""What became of something sent: still in the printer, printed, or nobody knows."""

WORDS = (
    "paper_out",
    "ribbon_out",
    "head_open",
    "paused",
    "jam",
    "hot",
    "memory",
    "stopped",
    "nonsense",
)
"""Why a printer needs somebody."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a printer said of itself."""

    words: tuple[str, ...] = ()
    """Of ``WORDS``; empty when all is well."""
    busy: bool = False
    """It still has something to print."""
    counter: int | None = None
    """Labels printed in its whole life, if it counts them."""
    labels_left: int | None = None
    """On the roll, if it knows."""


class NotReached(Exception):
    """Nobody answers at the address: nothing was sent."""


class InDoubt(Exception):
    """The connection broke or stalled: what was sent and is not out is in doubt."""


class Device(Protocol):
    """A printer in hand, from opening to closing."""

    def ask(self, patience: float) -> Status | None:
        """What it says of itself; None when it says nothing for so many seconds. With
        no patience it is not asked, only looked whether it is still there.

        Raises InDoubt when the connection is gone or the answer makes no sense.
        """

    def send(self, name: str, data: bytes, rows: int, alive: Callable[[], None]) -> str:
        """Hand over what prints ``rows`` rows of labels; how the printer calls it.

        ``alive`` is called now and then while it takes long. Raises InDoubt.
        """

    def fate(self, remote: str) -> Fate:
        """What became of something sent, as the last ``ask`` knew."""

    def close(self) -> None:
        """Let go of it."""
