"""The pages of codes for print houses, and their commands."""

import io
import re

import pytest
import pyzipper
import small_plant
from flask.testing import FlaskClient
from staff_pages import change, said, shown

from lotmark.web.installation import Installation


@pytest.fixture
def dong(log_in: small_plant.LogIn, house: Installation) -> FlaskClient:
    """The director orders labels where nobody else does."""
    return log_in("dong")


def ordered(client: FlaskClient, count: int = 50) -> str:
    sent = change(
        client, "/codes", house="印得快", kind="roll", article="1", count=str(count)
    )
    assert sent.status_code == 302, said(sent)
    return str(sent.location)


def fetched(client: FlaskClient, order: str) -> list[str]:
    """The serials of an order, from the sealed file."""
    page = change(client, f"{order}/fetch").text
    found = re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){4}", page)
    assert found
    file = change(client, f"{order}/file")
    assert file.mimetype == "application/zip"
    sealed = io.BytesIO(file.data)
    file.close()
    with pyzipper.AESZipFile(sealed) as archive:
        archive.setpassword(found[0].encode())
        rows = archive.read("codes.csv").decode("utf-8-sig").splitlines()[1:]
    assert found[0] not in shown(client, order)
    return [row.split(",")[0] for row in rows]


def test_from_the_order_to_the_delivery(dong: FlaskClient) -> None:
    order = ordered(dong)
    serials = fetched(dong, order)
    assert len(set(serials)) == 50
    again = change(dong, f"{order}/fetch")
    assert again.status_code == 409
    assert "nobody gets them twice" in said(again)
    form = {
        "paper": "D7",
        "first": serials[0],
        "last": serials[44],
        "faulty": f"{serials[3]} ~ {serials[5]}\n{serials[9]}",
    }
    wrong = change(dong, f"{order}/return", delivered="45", **form)
    assert wrong.status_code == 409
    assert "that makes 41, but 45 were delivered" in said(wrong)
    assert change(dong, f"{order}/return", delivered="41", **form).status_code == 302
    page = shown(dong, order)
    assert "Labels delivered" in page
    assert "Delivery note D7" in page
    assert "印得快" in shown(dong, "/codes")


def test_nobody_else_gets_the_file(
    dong: FlaskClient, log_in: small_plant.LogIn
) -> None:
    order = ordered(dong)
    refused = change(dong, f"{order}/file")
    assert refused.status_code == 409
    assert "after you fetched the codes" in said(refused)
    assert change(log_in("li"), f"{order}/file").status_code == 403


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"count": "0"}, 400),
        ({"count": "1000000000"}, 400),
        ({"house": ""}, 400),
        ({"article": "99"}, 404),
        ({"kind": "batch", "lot": "L9-1"}, 404),
        ({"kind": "sheet"}, 400),
    ],
)
def test_wrong_orders_are_refused(
    dong: FlaskClient, form: dict[str, str], status: int
) -> None:
    good = {"house": "印得快", "kind": "roll", "article": "1", "count": "50"}
    sent = change(dong, "/codes", **good | form)
    assert sent.status_code == status
    assert said(sent)
    assert "No codes were handed out yet" in shown(dong, "/codes")
