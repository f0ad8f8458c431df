"""What stands before every page: the proxy in front, and what browsers are told."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request, url_for

from lotmark.web.app import create_app
from lotmark.web.installation import Installation

FORWARDED = {
    "X-Forwarded-For": "9.9.9.9, 203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "q.example.cn",
}


def served(house: Installation, **settings: Any) -> Flask:
    changed = replace(house.settings, **settings)
    app = create_app(
        replace(house, settings=changed), TESTING=True, RATELIMIT_ENABLED=False
    )
    app.add_url_rule("/seen", "seen", _seen)
    return app


def _seen() -> str:
    return f"{request.remote_addr} {url_for('seen', _external=True)}"


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, "127.0.0.1 http://localhost/seen"),
        (1, "203.0.113.7 https://q.example.cn/seen"),
    ],
)
def test_only_proxies_of_ours_are_believed(
    house: Installation, proxies: int, seen: str
) -> None:
    client = served(house, trusted_proxies=proxies).test_client()
    assert client.get("/seen", headers=FORWARDED).text == seen


def test_who_waits_in_vain_to_write_reads_why(house: Installation) -> None:
    """A large import may keep others on SQLite from saving longer than they wait."""
    app = served(house)
    app.add_url_rule("/fault", "fault", _fail)
    client = app.test_client()
    english = {"Accept-Language": "en"}
    answer = client.get("/fault?told=database+is+locked", headers=english)
    assert answer.status_code == 503
    assert "try again in a minute" in answer.text
    with pytest.raises(sa.exc.OperationalError):
        client.get("/fault?told=disk+I/O+error")


def _fail() -> str:
    fault = sqlite3.OperationalError(request.args["told"])
    raise sa.exc.OperationalError("BEGIN", {}, fault)


@pytest.mark.parametrize(
    ("base_url", "told"),
    [("https://q.example.cn", "max-age=31536000"), ("http://127.0.0.1:8000", None)],
)
def test_https_is_for_good(
    house: Installation, base_url: str, told: str | None
) -> None:
    answer = served(house, base_url=base_url).test_client().get("/")
    assert answer.headers.get("Strict-Transport-Security") == told
    assert answer.headers["Cache-Control"] == "private, no-store"
