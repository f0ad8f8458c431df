"""What an import was worked out from, and whether it still holds.

While an import is worked out others go on writing. What it asked the database is kept
with a mark of each answer; asked again under the locks, the same answers mean that it
may be written as it is. Asking takes a small part of the time of working out.
"""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

MASK = 2**64 - 1


class Facts:
    """Questions that were asked, and marks of the answers; both wait on disk."""

    def __init__(self) -> None:
        self._questions = tempfile.TemporaryFile()  # noqa: SIM115 - until ``close``
        self._answers: list[tuple[int, int]] = []

    def close(self) -> None:
        self._questions.close()

    @contextmanager
    def noted(self, session: Session) -> Iterator[None]:
        """Note what is asked within; all of it must see one state of the database."""
        link = session.connection()

        def note(
            _link: Connection, _cursor: Any, text: str, values: Any, *_rest: Any
        ) -> None:
            if text.startswith(("SELECT", "WITH")):
                question = text, values
                pickle.dump(question, self._questions, pickle.HIGHEST_PROTOCOL)

        event.listen(link, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(link, "before_cursor_execute", note)
        self._answers = list(self._ask(link))

    def hold(self, session: Session) -> bool:
        """Whether all answers are the same now."""
        session.flush()
        found = self._ask(session.connection())
        return all(now == then for now, then in zip(found, self._answers, strict=True))

    def _ask(self, link: Connection) -> Iterator[tuple[int, int]]:
        """How many rows each question finds, and a mark of them in whatever order."""
        end = self._questions.tell()
        self._questions.seek(0)
        cursor = link.connection.cursor()
        try:
            while self._questions.tell() < end:
                text, values = pickle.load(self._questions)  # noqa: S301 - our own file
                cursor.execute(text, values)
                count, mark = 0, 0
                for row in iter(cursor.fetchone, None):
                    count, mark = count + 1, (mark + hash(repr(row))) & MASK
                yield count, mark
        finally:
            cursor.close()
            self._questions.seek(end)
