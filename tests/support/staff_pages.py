"""Using staff pages as a person does: read, fill in, read what is said."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def shown(client: FlaskClient, path: str) -> str:
    """The text of a page that opens."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return html.unescape(page.text)


def said(refused: TestResponse) -> str:
    """The one sentence with which something was refused."""
    alerts = re.findall(
        r'<(p|section)[^>]* role="alert">(.*?)</\1>', refused.text, re.DOTALL
    )
    assert len(alerts) == 1, refused.text
    return html.unescape(alerts[0][1])


def change(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    """Send a form to ``path`` with the token that the session's pages carry."""
    page = client.get("/admin/components").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return client.post(path, data={"csrf_token": found[1], **form})


def fill_in(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Open the form at ``path`` and send it there, with its hidden fields as they are.

    ``form`` is what is typed; it may also replace a hidden field.
    """
    hidden = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown(client, path)
    )
    return client.post(path, data=dict(hidden) | form)
