"""The first page: codes typed and photographed."""

import io

import pytest
import qrcode
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image
from qrcode.image.pil import PilImage
from shelves import GTIN, LOT, Shelf, csrf
from werkzeug.test import TestResponse

from lotmark.trace.parties.tables import Article, Lot
from lotmark.web.installation import Installation
from lotmark.web.public import photos


def ask(
    client: FlaskClient, typed: str = "", photo: bytes | None = None
) -> TestResponse:
    data: dict[str, object] = {"code": typed, **csrf(client, "/")}
    if photo is not None:
        data["photo"] = (io.BytesIO(photo), "photo.png")
    return client.post("/check", data=data, content_type="multipart/form-data")


def photo_of(*texts: str) -> bytes:
    sheet = Image.new("RGB", (420 * max(len(texts), 1), 420), "white")
    for place, text in enumerate(texts):
        code = qrcode.make(text, image_factory=PilImage, box_size=6).get_image()
        sheet.paste(code, (420 * place + 20, 20))
    drawn = io.BytesIO()
    sheet.save(drawn, "PNG")
    return drawn.getvalue()


def test_a_typed_code_leads_to_its_page(chen: FlaskClient, shelf: Shelf) -> None:
    typed = " ".join(shelf.clear[i : i + 4].lower() for i in range(0, 16, 4))
    answer = ask(chen, typed)
    assert (answer.status_code, answer.location) == (303, f"/t/{shelf.clear}")
    whole = f"HTTPS://Q.EXAMPLE.CN/01/{GTIN}/10/{LOT}/21/{shelf.clear}?x=1"
    assert ask(chen, whole).location == f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}"


def test_a_typed_batch_number_leads_to_its_page(
    chen: FlaskClient, shelf: Shelf
) -> None:
    assert ask(chen, f" {LOT.lower()} ").location == f"/01/{GTIN}/10/{LOT}"


def test_a_batch_number_of_two_products_is_a_choice(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        duck = session.scalars(sa.select(Article).filter_by(code="YB150")).one()
        session.add(Lot(article_id=duck.id, code=LOT, ai10=LOT))
    page = ask(chen, LOT).text
    assert f'href="/01/{GTIN}/10/{LOT}"' in page
    assert f'href="/01/09506000134376/10/{LOT}"' in page


def test_a_suppliers_lot_is_no_answer(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        beef = session.scalars(sa.select(Article).filter_by(code="BEEF")).one()
        session.add(Lot(article_id=beef.id, code="B-1", ai10="B-1", origin="S1"))
    assert ask(chen, "B-1").status_code == 400


def test_a_batch_without_a_barcode_is_shown(
    house: Installation, chen: FlaskClient, shelf: Shelf
) -> None:
    with house.plant.writing() as session:
        bulk = Article(code="ST", kind="product", name="食堂装", name_en="Catering")
        session.add(bulk)
        session.flush()
        session.add(Lot(article_id=bulk.id, code="C-1", ai10="C-1"))
    page = ask(chen, "C-1").text
    assert "No recall information" in page
    assert "Catering" in page


@pytest.mark.parametrize(
    "typed", ["", "hello", "6901234567890", "<script>alert(1)</script>", "长" * 10_000]
)
def test_what_cannot_be_read_comes_back_with_one_sentence(
    chen: FlaskClient, shelf: Shelf, typed: str
) -> None:
    answer = ask(chen, typed)
    assert answer.status_code == 400
    assert 'class="error"' in answer.text
    assert "<script>alert" not in answer.text
    assert "长" * 10_000 in answer.text or typed != "长" * 10_000


def test_a_photo_of_one_code(chen: FlaskClient, shelf: Shelf) -> None:
    url = f"HTTPS://Q.EXAMPLE.CN/01/{GTIN}/10/{LOT}/21/{shelf.clear}"
    answer = ask(chen, photo=photo_of(url, "https://u.wechat.com/abc"))
    assert answer.location == f"/01/{GTIN}/10/{LOT}/21/{shelf.clear}"


def test_a_photo_of_several_codes_is_a_choice(chen: FlaskClient, shelf: Shelf) -> None:
    page = ask(
        chen,
        photo=photo_of(f"HTTPS://X.CN/T/{shelf.clear}", f"HTTPS://X.CN/T/{'0' * 16}"),
    ).text
    assert f'href="/t/{shelf.clear}"' in page
    assert f'href="/t/{"0" * 16}"' in page


def test_a_photo_waits_for_its_turn_and_no_longer(
    chen: FlaskClient, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "WAIT", 0.05)
    with photos.photo_turn(), photos.photo_turn():
        answer = ask(chen, "kept", photo=photo_of())
        assert answer.status_code == 503
        assert "Wait half a minute" in answer.text
        assert 'value="kept"' in answer.text
    assert ask(chen, photo=photo_of()).status_code == 404


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        (photo_of("https://u.wechat.com/abc"), "but not one of our packs"),
        (photo_of(), "No code can be read in this photo"),
        (b"%PDF-1.4 not a picture", "Expected a whole JPEG, PNG, WebP or HEIC picture"),
        (b"\x89PNG\r\n\x1a\n broken", "Expected a whole JPEG, PNG, WebP or HEIC"),
    ],
    ids=["another code", "no code", "not a picture", "damaged"],
)
def test_a_photo_that_does_not_help(
    chen: FlaskClient, shelf: Shelf, photo: bytes, sentence: str
) -> None:
    answer = ask(chen, photo=photo)
    assert answer.status_code in (400, 404)
    assert sentence in answer.text
    assert 'name="code"' in answer.text  # the typing field is right there
