"""An installation with a small plant and its people, served by Flask's test client."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import small_plant
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from lotmark.trace import clock
from lotmark.web.app import create_app
from lotmark.web.installation import Installation, open_installation
from lotmark.web.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def quick_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test makes an application; compiling its texts took most of their time.

    Templates are compiled once for all, and the address of a page when first asked for.
    """
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    compile_now = Rule._compile_builder

    def compile_when_asked(
        rule: Rule, append_unknown: bool = True
    ) -> Callable[..., Any]:
        build = cache(lambda: compile_now(rule, append_unknown))
        return lambda self, *args, **values: build()(self, *args, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", compiled)
        patch.setattr(Rule, "_compile_builder", compile_when_asked)
        yield


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation on each engine, with the cast's plant."""
    settings = Settings(
        home=tmp_path / "home",
        database_url=database_url,
        base_url="https://q.example.cn",
        code_keys="1:" + "5a" * 32,
        secret_key="tests only",
    )
    opened = open_installation(settings)
    with opened.plant.writing() as session:
        small_plant.build(session)
        small_plant.hire(session, clock.now())
    yield opened
    opened.close()


@pytest.fixture
def app(house: Installation) -> Flask:
    return create_app(house, TESTING=True, RATELIMIT_ENABLED=False)


@pytest.fixture
def log_in(app: Flask) -> small_plant.LogIn:
    """A browser in which one of the cast is logged in."""

    def start(login: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        form = {
            "login": login,
            "password": small_plant.PASSWORD,
            **token(client, "/login"),
        }
        assert client.post("/login", data=form).status_code == 302
        return client

    return start


def token(client: FlaskClient, path: str) -> dict[str, str]:
    """The CSRF token of the page at ``path``, as a form sends it."""
    page = client.get(path).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return {"csrf_token": found[1]}
