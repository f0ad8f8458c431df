"""Settings: nothing set just runs; what cannot be is refused with a sentence."""

from pathlib import Path

import pytest

from lotmark.trace.errors import Conflict, InvalidInput
from lotmark.web.creation import create_installation
from lotmark.web.installation import open_installation
from lotmark.web.settings import Settings


def test_with_nothing_set_all_is_in_the_instance_folder() -> None:
    settings = Settings.from_environment({})
    assert settings.home == Path("instance")
    assert settings.database_url.endswith("/instance/lotmark.db")


def test_beside_an_sqlite_database_lie_its_keys(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/lotmark.db"
    settings = Settings.from_environment({"LOTMARK_DATABASE_URL": url})
    assert settings.key_file == tmp_path / "code-keys.json"


def test_secrets_are_not_in_its_text() -> None:
    settings = Settings.from_environment({"LOTMARK_SECRET_KEY": "very secret"})
    assert "very secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("LOTMARK_DATABASE_URL", "mysql://x", "database_url"),
        ("LOTMARK_DATABASE_URL", "not a url", "database_url"),
        ("LOTMARK_BASE_URL", "ftp://plant.example", "link_base_invalid"),
        ("LOTMARK_CODE_KEYS", "1:xyz", "code_keys_malformed"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, name: str, value: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        settings = Settings.from_environment({name: value}, tmp_path)
        create_installation(settings)
    assert refused.value.code == code


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="run lotmark init or lotmark demo"):
        open_installation(Settings.from_environment({}, tmp_path))


def test_the_cookie_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, tmp_path)
    assert settings.signing_key() == settings.signing_key()
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
