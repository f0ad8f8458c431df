"""Where an answer may lead: to a page of ours, whatever the address asks for."""

from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from small_plant import PASSWORD

from lotmark.web.paths import safe_path

GOOD = ["/", "/desk", "/desk?q=beef&mine=1", "/line/batches/1#print", "/t/0000", "/查"]
NASTY = [
    "",
    "desk",
    "//evil.com",
    "///evil.com",
    "/\\evil.com",
    "\\\\evil.com",
    "/\t/evil.com",
    "\t//evil.com",
    " //evil.com",
    "/\n/evil.com",
    "/\r\nX:1",
    "/\x00",
    "/\x7f/evil.com",
    "/ /evil.com",
    "https://evil.com",
    "https:evil.com",
    "javascript:alert(1)",
    "@evil.com",
]


@pytest.mark.parametrize("path", GOOD)
def test_paths_of_ours(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize("path", NASTY)
def test_everything_else_is_the_first_page(path: str) -> None:
    assert safe_path(path) == "/"


@pytest.mark.parametrize("path", NASTY)
def test_neither_the_language_nor_the_log_in_leads_away(app: Flask, path: str) -> None:
    client = app.test_client()
    switched = client.get("/language/en", query_string={"back": path})
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"login": "dong", "password": PASSWORD, "next": path}
    for answer in (switched, client.post("/login", data=form)):
        assert answer.status_code == 302
        there = urlsplit(urljoin("http://localhost/", answer.location))
        assert there.netloc == "localhost"
