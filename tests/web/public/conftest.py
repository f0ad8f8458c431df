"""Packs on a shelf, and consumer Chen with her telephone."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shelves import PHONE, Shelf, fill

from lotmark.web.installation import Installation


@pytest.fixture
def shelf(house: Installation) -> Shelf:
    return fill(house)


@pytest.fixture
def chen(app: Flask) -> FlaskClient:
    """Consumer Chen's telephone, in English."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
