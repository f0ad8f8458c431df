"""What laboratories say of lots in an import, beside what is recorded of them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..production.inspections import Result, is_bad, receiving_results
from .book import Book
from .rows import Row


@dataclass(frozen=True, slots=True)
class Certified:
    """A new batch that was released with a certificate."""

    certificate: str
    at: datetime
    row: Row


@dataclass(slots=True)
class Inspected:
    """Inspections of an import."""

    certified: dict[int, Certified] = field(default_factory=dict)
    """New batches that need a passed inspection on record."""
    passed: set[int] = field(default_factory=set)
    """Lots that the files give a passed outgoing inspection."""
    received: dict[int, list[Result]] = field(default_factory=dict)
    """Receiving inspections in the files, by lot."""
    _recorded: dict[int, list[Result]] | None = None

    def has_failed(
        self, session: Session, book: Book, lot_id: int, at: datetime
    ) -> bool:
        """As ``inspections.has_failed``, with what the files tell."""
        if self._recorded is None:
            self._recorded = receiving_results(session, book.recorded)
        recorded = self._recorded.get(lot_id, [])
        told = self.received.get(lot_id, [])
        return is_bad([*reversed(told), *recorded], at)
