"""The warehouse's first pages: what is where, spare stock, and who may do what."""

import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, shown
from stock_pages import begin
from stored_goods import CASES, CODE, Store

from lotmark.trace.stock.tables import LogisticUnit
from lotmark.web.installation import Installation


def test_the_first_page_shows_what_is_where(
    wang: FlaskClient, house: Installation
) -> None:
    page = shown(wang, "/stock")
    assert "Finished goods" in page
    assert "200" in page
    assert CODE in shown(wang, "/stock?q=beef L2")
    assert "Nothing here matches" in shown(wang, "/stock?q=%25nothing_")


def test_a_place_lists_its_batches(wang: FlaskClient, store: Store) -> None:
    assert CODE in shown(wang, f"/stock/places/{store.places['FG1']}")
    assert "Nothing stands here" in shown(wang, f"/stock/places/{store.places['RM1']}")
    assert wang.get(f"/stock/places/{store.places['K01']}").status_code == 400
    assert wang.get("/stock/places/999").status_code == 404


def test_spare_stock_and_its_share(
    wang: FlaskClient, store: Store, log_in: small_plant.LogIn
) -> None:
    assert "10 %" in shown(wang, "/stock/spare")
    form = {"article": str(store.product), "percent": "7.5"}
    assert change(wang, "/stock/spare", **form).status_code == 403
    qian = log_in("qian")
    for wrong in ("", "a", "7.55", "101", "-1"):
        assert change(
            qian, "/stock/spare", **{**form, "percent": wrong}
        ).status_code == (400)
    assert change(qian, "/stock/spare", **form).status_code == 302
    assert "7.5 %" in shown(wang, "/stock/spare")


def test_who_may_do_nothing_here_is_told(log_in: small_plant.LogIn) -> None:
    refused = log_in("zhou").get("/stock")
    assert refused.status_code == 403


def test_who_only_packs_sees_only_that(log_in: small_plant.LogIn, store: Store) -> None:
    page = shown(log_in("li"), "/stock")
    assert "Cases and pallets" in page
    assert "/stock/receive" not in page
    assert "/stock/places" not in page


def test_text_with_markup_stays_text(wang: FlaskClient, store: Store) -> None:
    mean = "<script>alert(1)</script>"
    form = {"from": str(store.places["FG1"]), "to": "1", "goods": mean}
    page = change(wang, "/stock/move", step="check", **form).text
    assert mean not in page
    assert "&lt;script&gt;" in page


def test_every_unit_kept_its_row(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    case = begin(wang, store, CASES[0])
    change(wang, f"{case}/pack", code=store.serials[0])
    change(wang, f"{case}/state", deed="dissolve")
    with house.plant.reading() as session:
        unit = session.scalars(sa.select(LogisticUnit)).one()
        assert (unit.sscc, unit.state) == (CASES[0], "dissolved")
    refused = change(wang, f"{case}/pack", code=store.serials[0])
    assert refused.status_code == 409
