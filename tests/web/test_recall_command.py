"""``lotmark recall``: the same steps at a terminal, each signed with a password."""

import json
from typing import Any

import pytest
import small_plant
import sqlalchemy as sa
from click.testing import CliRunner, Result

from lotmark.recall.scope.criteria import Criteria, LotCriterion
from lotmark.recall.scope.saved import save_scope
from lotmark.recall.signals.service import raise_signal
from lotmark.trace import clock
from lotmark.trace.errors import Conflict, Forbidden
from lotmark.trace.parties.tables import Article, Lot
from lotmark.web.cli.main import group
from lotmark.web.i18n import PLANT_ZONE
from lotmark.web.installation import Installation


@pytest.fixture
def told(house: Installation) -> tuple[str, str]:
    """Numbers of a signal and of a kept scope."""
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(code="BJ200")).one()
        lot = Lot(article_id=beef.id, code="B1", ai10="B1", status="released")
        session.add(lot)
        session.flush()
        wang, qian = (small_plant.actor(session, who) for who in ("wang", "qian"))
        signal = raise_signal(
            session,
            kind="lab_positive",
            text="检出",
            lot_ids=[lot.id],
            request_key="k1",
            actor=wang,
            now=clock.now(),
        )
        facts = Criteria((LotCriterion(lot.id),))
        scope = save_scope(session, facts, "", qian, clock.now())
        return signal.number, scope.number


def call(house: Installation, *words: str, password: str = "") -> Result:
    environment = {
        "LOTMARK_HOME": str(house.settings.home),
        "LOTMARK_DATABASE_URL": house.settings.database_url,
        "LOTMARK_CODE_KEYS": house.settings.code_keys or "",
        "LOTMARK_PASSWORD": password or small_plant.PASSWORD,
    }
    return CliRunner().invoke(group, ["recall", *words], env=environment)


def done(house: Installation, *words: str) -> Any:
    result = call(house, *words, "--json")
    assert result.exit_code == 0, result.exception
    return json.loads(result.output)


def test_two_people_lock_a_scope_at_a_terminal(
    house: Installation, told: tuple[str, str]
) -> None:
    signal, scope = told
    opened = done(
        house, "start-assessment", signal, "--title", "酱牛肉", "--as", "qian"
    )
    number = opened["number"]
    at = f"{clock.now().astimezone(PLANT_ZONE):%Y-%m-%dT%H:%M}"
    done(house, "aware", number, at, "--as", "qian")
    decided = (
        *("decide", number, "--level", "cn_food=I"),
        *("--reason", "检出", "--hazard", "重病"),
    )
    assert done(house, *decided, "--as", "dong")["state"] == "decided"
    proposed = done(house, "propose-scope", number, scope, "--as", "fang")
    seen = proposed["scope"]["hash"]
    alone = call(house, "lock-scope", number, seen, "--as", "fang")
    assert isinstance(alone.exception, Conflict)
    assert alone.exception.code == "second_person"
    locked = done(house, "lock-scope", number, seen, "--as", "qian")
    assert locked["state"] == "scope_locked"
    assert locked["next"] == "take start"
    assert locked["missing"] == ["plan", "submission"]
    (line,) = done(house, "list")
    assert line["number"] == number
    assert number in call(house, "show", number).output


def test_nobody_signs_with_the_name_of_another(
    house: Installation, told: tuple[str, str]
) -> None:
    words = ("start-assessment", told[0], "--title", "酱牛肉", "--as")
    for who, password in (("qian", "a guess"), ("nobody", small_plant.PASSWORD)):
        refused = call(house, *words, who, password=password)
        assert isinstance(refused.exception, Forbidden)
        assert refused.exception.code == "log_in_wrong"
