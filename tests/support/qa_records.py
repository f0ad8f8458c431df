"""Batch 1 in test, and what QA sends in about it, for tests of its page."""

import io

import pypdfium2
from flask.testing import FlaskClient
from PIL import Image
from staff_pages import change
from werkzeug.test import TestResponse

from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot
from lotmark.web.installation import Installation

LOT = "/quality/lots/1"
NOW = "2026-11-20T10:00"


def in_test(house: Installation) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).status = "testing"


def pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


def inspect(client: FlaskClient, **more: object) -> TestResponse:
    form = {
        "kind": "outgoing",
        "result": "pass",
        "at": NOW,
        "certificate": "YL-J-9",
        "parameter": ["Nitrite", "", "Plate count", "", ""],
        "limit": ["≤ 30 mg/kg", "", "", "", ""],
        "value": ["12 mg/kg", "", "1,200 CFU/g", "", ""],
    }
    return change(client, f"{LOT}/inspections", **(form | more))


def place_id(house: Installation, code: str) -> int:
    with house.plant.reading() as session:
        return find_place(session, code).id
