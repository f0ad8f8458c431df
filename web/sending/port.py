"""What every way of sending takes and gives, and the one that keeps it (a fake)."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ...recall.notices.messages import Message


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice on its way to one recipient."""

    key: str
    """The same for every try of this delivery: receivers know a repetition by it."""
    address: str
    recipient: str
    message: Message
    places: dict[str, str]
    """Single words for text messages with an approved template."""
    document: dict[str, Any]
    """The notice for machines."""
    script: str
    """What is read aloud."""


class SendError(Exception):
    """It was not sent; ``final`` when trying again cannot help."""

    def __init__(self, text: str, *, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


Send: TypeAlias = Callable[[Outgoing], str]
"""Sends and gives what the receiver calls it. Raises SendError."""


def sandbox(folder: Path) -> Send:
    """Keeps what would have been sent as files, and sends nothing: for exercises."""

    def keep(outgoing: Outgoing) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(outgoing), ensure_ascii=False, indent=1)
        (folder / f"{outgoing.key}.json").write_text(text, "utf-8")
        return "DRILL"

    return keep
