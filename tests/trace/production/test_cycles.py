"""A load of a retort is found by the number people call it."""

from datetime import datetime, timedelta

import pytest

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, NotFound
from lotmark.trace.parties.tables import Site
from lotmark.trace.production.cycles import find_cycle
from lotmark.trace.production.tables import EquipmentCycle


@pytest.fixture
def cycles(database: Database, now: datetime) -> Database:
    """Two sites with one number in common."""
    loads = (("YL1", "R1-0461"), ("YL2", "R1-0461"), ("YL1", "R1-0462"), ("YL1", "7/8"))
    with database.writing() as session:
        sites = {}
        for code in ("YL1", "YL2"):
            sites[code] = Site(code=code, name=code, name_en=code)
        session.add_all(sites.values())
        session.flush()
        session.add_all(
            EquipmentCycle(
                site_id=sites[site].id,
                number=number,
                equipment="R1",
                kind="retort",
                started_at=now,
                ended_at=now + timedelta(hours=1),
                result="pass",
            )
            for site, number in loads
        )
    return database


@pytest.mark.parametrize(
    ("text", "site", "number"),
    [
        ("R1-0462", "YL1", "R1-0462"),
        (" YL2/R1-0461 ", "YL2", "R1-0461"),
        ("7/8", "YL1", "7/8"),
        ("YL1/7/8", "YL1", "7/8"),
    ],
)
def test_a_number_names_a_cycle(
    cycles: Database, text: str, site: str, number: str
) -> None:
    with cycles.reading() as session:
        found = find_cycle(session, text)
        assert (found.site.code, found.number) == (site, number)


def test_a_number_of_two_sites_names_none(cycles: Database) -> None:
    sentence = "Write one of: YL1/R1-0461, YL2/R1-0461"
    with (
        cycles.reading() as session,
        pytest.raises(Conflict, match=sentence) as refusal,
    ):
        find_cycle(session, "R1-0461")
    assert refusal.value.code == "cycle_ambiguous"


@pytest.mark.parametrize("text", ["", "R1", "YL3/R1-0461", "YL2/R1-0462", "/R1-0462"])
def test_an_unknown_cycle_is_named(cycles: Database, text: str) -> None:
    with cycles.reading() as session, pytest.raises(NotFound) as refusal:
        find_cycle(session, text)
    assert refusal.value.code == "cycle_unknown"
