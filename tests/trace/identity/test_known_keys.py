"""A wrong or lost code key is noticed before it reads nothing and prints forgeries."""

import pytest

from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict
from lotmark.trace.identity.codes import CodeKey
from lotmark.trace.identity.keys import KeyRing
from lotmark.trace.identity.known_keys import check_keys, remember_keys

ONE, OTHER, TWO = CodeKey(1, bytes(32)), CodeKey(1, b"x" * 32), CodeKey(2, bytes(32))


def remember(database: Database, *keys: CodeKey) -> None:
    with database.writing() as session:
        remember_keys(session, KeyRing.of(keys))


def check(database: Database, *keys: CodeKey) -> bool:
    with database.reading() as session:
        return check_keys(session, KeyRing.of(keys))


def test_new_versions_are_told_and_remembered_once(database: Database) -> None:
    assert not check(database, ONE)
    remember(database, ONE)
    remember(database, ONE)
    assert check(database, ONE)
    assert not check(database, ONE, TWO)
    remember(database, ONE, TWO)
    assert check(database, ONE, TWO)


def test_another_key_of_the_same_version_is_refused(database: Database) -> None:
    remember(database, ONE)
    with pytest.raises(Conflict, match="version 1 is not the key") as refused:
        check(database, OTHER)
    assert refused.value.code == "code_key_changed"


def test_a_lost_version_is_refused(database: Database) -> None:
    remember(database, ONE, TWO)
    with pytest.raises(Conflict, match="version 1 is not at hand"):
        check(database, TWO)


def test_the_check_value_tells_nothing_of_the_key() -> None:
    assert ONE.check_value != TWO.check_value or ONE.secret == TWO.secret
    assert ONE.check_value != OTHER.check_value
    assert len(ONE.check_value) == 32
