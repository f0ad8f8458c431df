"""A scope is narrowed by reported times: only what is sure of them counts."""

from datetime import datetime, timedelta

from batch_work import make

from lotmark.trace.db import Database
from lotmark.trace.production.device_times import Times, believed

HOUR = timedelta(hours=1)


def test_a_clock_that_may_be_hours_behind_is_not_believed(
    plant: Database, now: datetime
) -> None:
    """Its times lie after the issue of the codes three hours ago: not plainly wrong."""
    with plant.writing() as session:
        lot = make(session, "L2-1", now)
        old = now - 2 * HOUR
        told = Times(old, old, None)
        assert believed(session, lot, told, now) == ((now - 3 * HOUR, now), ["late"])
        shown = Times(old, old, now)  # it shows the right time: it was offline
        assert believed(session, lot, shown, now) == ((old, old), ["late"])
        fresh = now - HOUR / 2
        live = Times(fresh, fresh, None)
        assert believed(session, lot, live, now) == ((fresh, fresh), [])
