"""The sample plant's story on both engines: same plant, same scope, same hash."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lotmark.trace import audit
from lotmark.trace.stock.queries import balances
from lotmark.web.creation import create_installation
from lotmark.web.sample.story import Told, tell
from lotmark.web.settings import Settings

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, 2, tzinfo=UTC)


def told_at(url: str, home: Path) -> Told:
    environment = {"LOTMARK_DATABASE_URL": url, "LOTMARK_HOME": str(home)}
    house = create_installation(Settings.from_environment(environment))
    try:
        story = tell(house, 24, TODAY, NOW)
        with house.plant.reading() as session:
            assert audit.verify(session)[1] is None
            ledger = balances(session, [story.held_lot.id])[story.held_lot.id]
            assert ledger.made == 12_000
        return story
    finally:
        house.close()


@pytest.fixture
def sqlite_story(tmp_path: Path) -> Told:
    home = tmp_path / "beside"
    return told_at(f"sqlite:///{home}/lotmark.db", home)


def test_both_engines_tell_the_same_story(
    database_url: str, sqlite_story: Told, tmp_path: Path
) -> None:
    story = told_at(database_url, tmp_path / "home")
    assert story.scope["hash"] == sqlite_story.scope["hash"]
    assert story.scope["positions"] == sqlite_story.scope["positions"]
    assert story.scope["consignees"] == sqlite_story.scope["consignees"]
    assert story.open_lot.code == "L2-261124-01"
    assert story.held_lot.code == "L2-261112-01"
    assert len(set(story.urls)) == 24
