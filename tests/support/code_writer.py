"""Issues codes in a process of its own."""

from datetime import datetime

from lotmark.trace.db import Database
from lotmark.trace.people import system
from lotmark.trace.production import codes


def issue(url: str, lot_id: int, times: int, now: datetime) -> None:
    """Issue seven codes ``times`` over, each in its own transaction."""
    database = Database(url)
    for _ in range(times):
        with database.writing() as session:
            codes.issue_codes(session, lot_id, 7, 1, system(), now)
    database.dispose()
