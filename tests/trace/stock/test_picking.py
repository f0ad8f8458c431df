"""What is proposed for picking: first expired first, and what is passed over."""

from datetime import date, datetime, timedelta

from loads import stored
from stockroom import QIAN, WANG, Plant

from lotmark.trace.db import Database, Session
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.tables import Location
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.picking import Proposal, propose_pick
from lotmark.trace.stock.service import identify_items

TODAY = date(2026, 11, 24)


def items(text: str) -> ItemSet:
    return ItemSet.parse(text)


def propose(
    session: Session, plant: Plant, quantity: int, place: str = "W1"
) -> Proposal:
    there = session.get_one(Location, plant.places[place])
    return propose_pick(session, plant.article_id, quantity, [there], TODAY)


def test_what_expires_first_goes_first(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        late = stored(session, plant, now, 50, date(2027, 5, 1))
        none = stored(session, plant, now, 50, None)
        soon = stored(session, plant, now, 30, date(2027, 1, 1))
        older = stored(session, plant, now, 30, date(2027, 1, 1))
        older.produced_on, soon.produced_on = date(2026, 6, 1), date(2026, 7, 1)
        proposal = propose(session, plant, 120)
        assert [(pick.lot.id, pick.quantity) for pick in proposal.picks] == [
            (older.id, 30),
            (soon.id, 30),
            (late.id, 50),
            (none.id, 10),
        ]
        assert (proposal.missing, proposal.skipped) == (0, ())
        assert propose(session, plant, 200).missing == 40


def test_what_may_not_leave_is_passed_over_with_the_reason(
    database: Database, plant: Plant, site: int, now: datetime
) -> None:
    with database.writing() as session:
        lots = [stored(session, plant, now, 20, date(2027, 1, 1)) for _ in range(6)]
        held, fresh, bad, old, part, good = lots
        fresh.status, bad.status, old.expires_on = (
            "testing",
            "recalled",
            TODAY - timedelta(days=1),
        )
        held_now = place_hold(session, [held.id], reason="胀袋", actor=QIAN, now=now)
        some = {part.id: items("0-4")}
        place_hold(session, [part.id], items=some, reason="x", actor=QIAN, now=now)
        proposal = propose(session, plant, 100)
        assert [pick.lot.id for pick in proposal.picks] == [good.id]
        assert {(one.lot.id, one.why) for one in proposal.skipped} == {
            (held.id, "held"),
            (fresh.id, "not_released"),
            (bad.id, "withdrawn"),
            (old.id, "expired"),
            (part.id, "scan_needed"),
        }
        numbers = {one.lot.id: one.holds for one in proposal.skipped}
        assert numbers[held.id] == (held_now[0].number,)
        seen = plant.places["W1"], items("3-9")
        identify_items(session, part.id, *seen, actor=WANG, now=now)
        first, second = propose(session, plant, 25).picks
        assert (first.lot.id, first.items) == (part.id, items("5-9"))
        assert (second.lot.id, second.items) == (good.id, None)
