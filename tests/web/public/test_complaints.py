"""Complaining: a minute, without a code if need be, and nothing typed is ever lost."""

import io
import re
from html import unescape
from pathlib import Path

import pillow_heif
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from shelves import GTIN, LOT, Shelf, count, csrf
from werkzeug.test import TestResponse

from lotmark.recall.complaints.tables import (
    Complainant,
    Complaint,
    ComplaintPhoto,
    HealthReport,
)
from lotmark.trace import files
from lotmark.trace.files import StoredFile
from lotmark.web.installation import Installation
from lotmark.web.public import photos


def open_form(client: FlaskClient, code: str = "") -> dict[str, object]:
    """The hidden fields of a fresh form."""
    page = client.get("/complaints/new", query_string={"code": code}).text
    key = re.search(r'name="request_key" value="([0-9a-f]{32})"', page)
    assert key
    return {"request_key": key[1], "code": code, **csrf(client, "/complaints/new")}


def send(client: FlaskClient, fields: dict[str, object]) -> TestResponse:
    return client.post(
        "/complaints/new", data=fields, content_type="multipart/form-data"
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200)) -> io.BytesIO:
    """A photo that says where it was taken."""
    pillow_heif.register_heif_opener()
    image = Image.new("RGB", size, "#a33")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}  # GPS
    exif[0x010E] = "secret place"
    drawn = io.BytesIO()
    image.save(drawn, kind, exif=exif)
    drawn.seek(0)
    return drawn


def only(house: Installation) -> Complaint:
    with house.plant.reading() as session:
        return session.scalars(sa.select(Complaint)).unique().one()


def test_from_the_scan_to_the_link(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    pack = chen.get(f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}").text
    link = re.search(r'href="(/complaints/new\?code=[^"]+)"', pack)
    assert link
    form = chen.get(unescape(link[1])).text
    assert LOT in form
    assert 'name="pack_text"' not in form
    assert "checked" not in form  # neither a kind nor a consent is chosen for anybody
    fields = open_form(chen, f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}")
    answer = send(chen, fields | {"kind": "swollen", "text": "both swollen"})
    filed = only(house)
    assert (answer.status_code, answer.location) == (303, f"/c/{filed.token}")
    assert (filed.lot_id, filed.item, filed.channel) == (shelf.lot_id, 0, "qr")
    assert (filed.language, filed.severity, filed.pack_text) == ("en", "quality", "")
    page = chen.get(f"/c/{filed.token}").text
    for shown in (
        filed.number,
        "within 29 min",
        "both swollen",
        LOT,
        "q.example.cn/c/",
    ):
        assert shown in page


def test_sent_twice_is_one(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    fields = open_form(chen) | {"kind": "other"}
    assert send(chen, fields).location == send(chen, fields).location
    assert count(house, Complaint) == 1


def test_without_a_code_the_pack_is_described_and_never_guessed(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    fields = open_form(chen) | {"kind": "smell", "pack_text": f"Beef, {LOT}, line 2"}
    assert send(chen, fields).status_code == 303
    filed = only(house)
    assert (filed.lot_id, filed.item, filed.channel) == (None, None, "typed")
    assert filed.pack_text == f"Beef, {LOT}, line 2"


def test_whatever_is_wrong_with_a_code_its_complaint_is_taken(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    for serial in (shelf.voided, shelf.recalled, shelf.held, shelf.suspect):
        fields = open_form(chen, f"/t/{serial}") | {"kind": "foreign"}
        assert send(chen, fields).status_code == 303
    with house.plant.reading() as session:
        filed = session.scalars(sa.select(Complaint)).unique().all()
    assert {(row.lot_id, row.item) for row in filed} == {
        (shelf.lot_id, item) for item in (1, 2, 3, 4)
    }


def test_what_does_not_fit_is_told_to_staff(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    address = f"/01/{GTIN}/10/L9/21/{shelf.clear}"
    assert send(chen, open_form(chen, address) | {"kind": "label"}).status_code == 303
    filed = only(house)
    assert (filed.lot_id, filed.pack_text) == (shelf.lot_id, address)


def test_an_illness_needs_its_own_consent(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    fields = open_form(chen) | {"kind": "ill", "health_text": "sick since noon"}
    answer = send(chen, fields)
    assert answer.status_code == 400
    assert 'id="health_consent-error"' in answer.text
    assert "sick since noon" in answer.text
    assert count(house, Complaint) == 0
    assert send(chen, fields | {"health_consent": "on"}).status_code == 303
    with house.plant.reading() as session:
        assert session.scalars(sa.select(HealthReport.text)).all() == [
            "sick since noon"
        ]
    assert "sick since noon" not in chen.get(f"/c/{only(house).token}").text


def test_nothing_is_lost_when_something_is_wrong(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    long = "长😀<b>" * 2000
    fields = open_form(chen, f"/t/{shelf.clear}") | {
        "text": long,
        "contact": "130 0000 0000",
        "photos": [(picture(), "a.jpg"), (io.BytesIO(b"not a photo"), "b.jpg")],
    }
    answer = send(chen, fields)
    page = answer.text
    assert answer.status_code == 400
    for name in ("kind", "text", "photos", "consent"):
        assert f'id="{name}-error"' in page
    assert "at most 2,000 characters, got 10,000" in page
    assert long in unescape(page)
    assert "<b>" not in page
    assert 'value="130 0000 0000"' in page
    assert 'role="alert" tabindex="-1" autofocus' in page
    assert f'value="{fields["request_key"]}"' in page
    kept = re.search(r'name="kept" value="([^"]+)" checked', page)
    assert kept
    assert 'src="data:image/jpeg;base64,' in page
    assert count(house, StoredFile) == 0  # nobody consented yet: no row keeps it
    again = {name: fields[name] for name in ("request_key", "code", "csrf_token")}
    again |= {"kind": "other", "text": "short", "kept": kept[1], "consent": "on"}
    assert send(chen, again).status_code == 303
    assert count(house, ComplaintPhoto) == 1


FIELDS = (
    "kind",
    "text",
    "pack_text",
    "contact",
    "health_text",
    "code",
    "request_key",
)


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "x" * 10_000,
        "=cmd|' /C calc'!A0",
        "\x00\x1b[2J",
        "{{7*7}}%s%(x)s",
        "\u202e אב 😀 ' OR 1=1 --",
    ],
    ids=["html", "long", "formula", "control", "template", "scripts"],
)
def test_odd_input_is_shown_as_text_or_refused(
    house: Installation, chen: FlaskClient, shelf: Shelf, value: str
) -> None:
    for field in FIELDS:
        fields = open_form(chen) | {"kind": "ill", "consent": "on"}
        answer = send(chen, fields | {"health_consent": "on", field: value})
        assert answer.status_code in (303, 400)
        page = chen.get(answer.location).text if answer.location else answer.text
        assert "<script" not in page
        assert ">49%s" not in page


def test_photos_lose_their_place_and_their_size(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    sent = [(picture(kind), f"a.{kind}") for kind in ("JPEG", "PNG", "HEIF")]
    fields = open_form(chen) | {"kind": "swollen", "photos": sent, "consent": "on"}
    assert send(chen, fields).status_code == 303
    with house.plant.reading() as session:
        rows = session.scalars(sa.select(StoredFile)).all()
    assert rows
    for row in rows:
        content = files.path_of(house.settings.files, row.sha256).read_bytes()
        assert b"secret place" not in content
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "JPEG"
            assert image.size == (2000, 1000)
            assert not image.getexif()


def test_four_photos_are_one_too_many(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    sent = [(picture(size=(50 + n, 40)), f"{n}.jpg") for n in range(4)]
    fields = open_form(chen) | {"kind": "swollen", "photos": sent, "consent": "on"}
    answer = send(chen, fields)
    assert answer.status_code == 400
    assert "at most 3 photos, got 4" in answer.text
    assert answer.text.count('name="kept"') == 3


def test_kept_photos_are_read_once_and_at_most_three(
    app: Flask, house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    read = Path.read_bytes

    def note(path: Path) -> bytes:
        opened.append(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    with app.test_request_context():
        names = [photos.keep_for_now(b"%d" % n, "key") for n in range(5)]
        kept = photos.kept_photos(names[:1] * 1000 + names[1:], "key", 3)
    assert kept == [b"0", b"1", b"2"]
    assert len(opened) == 3


def test_a_kept_photo_is_for_its_form_and_its_day(
    app: Flask, house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.test_request_context():
        name = photos.keep_for_now(b"jpeg", "key")
        assert photos.kept_photos([name], "key", 3) == [b"jpeg"]
        assert photos.kept_photos([name], "other key", 3) == []
        monkeypatch.setattr(photos, "KEPT_FOR", -1)
        assert photos.kept_photos([name], "key", 3) == []


def test_a_form_that_finds_no_turn_for_its_photo_comes_back(
    house: Installation,
    chen: FlaskClient,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photos, "WAIT", 0.05)
    fields = open_form(chen) | {"kind": "other", "text": "still here", "consent": "on"}
    with photos.photo_turn(), photos.photo_turn():
        answer = send(chen, fields | {"photos": [(picture(), "a.jpg")]})
    assert answer.status_code == 400
    assert "Wait half a minute" in answer.text
    assert "still here" in answer.text


def test_a_kept_photo_must_be_ours(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    fields = open_form(chen) | {"kind": "swollen", "kept": "../../secret-key"}
    assert send(chen, fields).status_code == 303
    assert count(house, ComplaintPhoto) == 0


def test_the_contact_is_kept_apart_and_not_shown(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    fields = open_form(chen) | {"kind": "other", "contact": "13000000000"}
    assert send(chen, fields).status_code == 400
    assert send(chen, fields | {"consent": "on"}).status_code == 303
    assert count(house, Complainant) == 1
    assert "13000000000" not in chen.get(f"/c/{only(house).token}").text


def test_a_wrong_link_opens_nothing(chen: FlaskClient, shelf: Shelf) -> None:
    for wrong in ("nothing", "A" * 2000, "KS-26-0001"):
        answer = chen.get(f"/c/{wrong}")
        assert answer.status_code == 404
        assert "This link opens nothing" in answer.text


def test_a_form_without_its_token_is_refused(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    assert send(chen, {"kind": "other"}).status_code == 400
    assert count(house, Complaint) == 0


def test_privacy_names_the_handler_and_the_rights(chen: FlaskClient) -> None:
    page = chen.get("/privacy").text
    for said in ("Main works", "400-000-0000", "withdraw your consent", "3 years"):
        assert said in page
