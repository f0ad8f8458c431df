"""Whatever a plant did, its files make the same plant in an empty house."""

import os
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from plant_files import bring
from plant_life import begin, live
from plant_steps import STEPS
from same_plants import empty_house, exported, facts

from lotmark.trace.db import Database

# many more under ``make faults``
PLANTS = int(os.environ.get("LOTMARK_PLANTS", "6"))
STEPS_TAKEN = 220


@pytest.mark.parametrize("seed", range(PLANTS))
def test_a_plant_that_lived_comes_back_whole(
    seed: int,
    database: Database,
    sqlite_template: Path,
    tmp_path: Path,
    now: datetime,
) -> None:
    life = begin(database, Random(seed), now)  # noqa: S311 - the same each time
    live(life, STEPS, STEPS_TAKEN)
    files = exported(database)
    with empty_house(sqlite_template, tmp_path / "b") as other:
        bring(other, files, life.now)
        assert exported(other) == files
        assert facts(other) == facts(database)
