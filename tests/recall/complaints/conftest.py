"""A batch to complain about, and the people who answer."""

from datetime import datetime

import pytest
import small_plant
import sqlalchemy as sa
from complaining import Scene

from lotmark.trace.db import Database
from lotmark.trace.parties.tables import Article, Lot


@pytest.fixture
def scene(database: Database, now: datetime) -> Scene:
    with database.writing() as session:
        small_plant.build(session)
        small_plant.hire(session, now)
        beef = session.scalars(sa.select(Article).filter_by(code="BJ200")).one()
        lot = Lot(article_id=beef.id, code="L2-261118-03", ai10="L2-261118-03")
        session.add(lot)
        session.flush()
        zhou, he, li = (small_plant.actor(session, who) for who in ("zhou", "he", "li"))
        return Scene(lot.id, zhou, he, li)
