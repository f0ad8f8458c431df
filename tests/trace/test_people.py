"""Rights, and the plant of three people with no configuration."""

from datetime import datetime

import pytest

from lotmark.trace import people, rules
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput

PASSWORD = "a long password"


def join(
    database: Database, login: str, roles: list[str], now: datetime
) -> people.User:
    with database.writing() as session:
        return people.add_user(session, login, login.title(), PASSWORD, roles, now)


def acting(database: Database, user: people.User) -> people.Actor:
    with database.reading() as session:
        return people.actor_for(session, user)


def test_three_people_can_do_everything_between_them(
    database: Database, now: datetime
) -> None:
    dong = join(database, "dong", ["factory_director"], now)
    qian = join(database, "qian", ["qa_manager"], now)
    wang = join(database, "wang", ["warehouse_keeper"], now)
    rights: set[str] = set()
    for user in (dong, qian, wang):
        rights |= acting(database, user).rights
    assert rights == set(rules.rights().rights)


def test_four_eyes_are_possible_with_three_people(
    database: Database, now: datetime
) -> None:
    dong = join(database, "dong", ["factory_director"], now)
    qian = join(database, "qian", ["qa_manager"], now)
    assert acting(database, qian).may("hold.propose")
    assert acting(database, dong).may("hold.release")


def test_a_filled_role_no_longer_falls_to_the_director(
    database: Database, now: datetime
) -> None:
    dong = join(database, "dong", ["factory_director"], now)
    assert acting(database, dong).may("stock.move")
    join(database, "wang", ["warehouse_keeper"], now)
    assert not acting(database, dong).may("stock.move")


def test_a_right_not_held_is_refused_by_name(database: Database, now: datetime) -> None:
    li = acting(database, join(database, "li", ["production_operator"], now))
    with pytest.raises(Forbidden, match="Li may not do this: the right hold.release"):
        li.require("hold.release")


def test_logging_in(database: Database, now: datetime) -> None:
    join(database, "Li", ["production_operator"], now)
    with database.reading() as session:
        li = people.find_user(session, " LI ")
    assert li is not None
    assert people.password_fits(li, PASSWORD)
    assert not people.password_fits(li, PASSWORD + "x")


@pytest.mark.parametrize("typed", ["nobody", "", "l\x00i", "\x00", "李" * 9_999])
def test_a_name_of_nobody_finds_nobody(
    database: Database, now: datetime, typed: str
) -> None:
    join(database, "li", ["production_operator"], now)
    with database.reading() as session:
        nobody = people.find_user(session, typed)
    assert nobody is None
    assert not people.password_fits(nobody, PASSWORD)


def test_somebody_who_left_cannot_log_in(database: Database, now: datetime) -> None:
    join(database, "li", ["production_operator"], now)
    with database.writing() as session:
        session.query(people.User).one().active = False
    with database.reading() as session:
        assert people.find_user(session, "li") is None


@pytest.mark.parametrize(
    ("login", "password", "roles", "code"),
    [
        ("", PASSWORD, ["qa_manager"], "login_invalid"),
        ("x" * 10_000, PASSWORD, ["qa_manager"], "login_invalid"),
        ("key:li", PASSWORD, ["qa_manager"], "login_invalid"),
        ("li", "short", ["qa_manager"], "password_length"),
        ("li", "x" * 10_000, ["qa_manager"], "password_length"),
        ("li", PASSWORD, ["boss"], "role_unknown"),
    ],
)
def test_bad_users_are_refused(
    database: Database,
    now: datetime,
    login: str,
    password: str,
    roles: list[str],
    code: str,
) -> None:
    with pytest.raises(InvalidInput) as refused, database.writing() as session:
        people.add_user(session, login, "Li", password, roles, now)
    assert refused.value.code == code
    with database.reading() as session:
        assert session.query(people.User).count() == 0


@pytest.mark.parametrize("name", ["x" * 10_000, "Li\n<script>"])
def test_a_name_that_no_screen_can_show_is_refused(
    database: Database, now: datetime, name: str
) -> None:
    with pytest.raises(InvalidInput) as refused, database.writing() as session:
        people.add_user(session, "li", name, PASSWORD, ["qa_manager"], now)
    assert refused.value.code == "name_invalid"


def test_a_log_in_name_is_given_once(database: Database, now: datetime) -> None:
    join(database, "li", ["qa_manager"], now)
    with pytest.raises(Conflict, match="The log-in name li is taken"):
        join(database, "LI", ["qa_manager"], now)


def test_every_role_of_a_right_exists() -> None:
    table = rules.rights()
    named = {role for roles in table.granted.values() for role in roles}
    assert named <= set(table.roles)
