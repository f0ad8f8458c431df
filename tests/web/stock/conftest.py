"""A warehouse with goods in it, and its keeper logged in."""

import pytest
import small_plant
from flask.testing import FlaskClient
from stored_goods import Store, fill_store

from lotmark.web.installation import Installation


@pytest.fixture
def store(house: Installation) -> Store:
    return fill_store(house)


@pytest.fixture
def wang(log_in: small_plant.LogIn, store: Store) -> FlaskClient:
    return log_in("wang")
