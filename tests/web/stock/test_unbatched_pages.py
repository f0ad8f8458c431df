"""Goods without a batch on the pages: put on record, estimated, named in two steps."""

import json
from contextlib import nullcontext
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pdf_words import text_of
from staff_pages import change, said, shown
from stock_pages import at
from stored_goods import CODE, Store

from lotmark.web.cli.context import Context
from lotmark.web.cli.main import group
from lotmark.web.installation import Installation

SCHEMA = Path(__file__).parents[3] / "docs" / "trace.schema.json"


def left(client: FlaskClient, store: Store, **more: str) -> str:
    """Goods that left for the shop; the address of their page."""
    form = {
        "consignee": str(store.shop),
        "article": str(store.product),
        "site": str(store.site),
        "quantity": "60",
        "unit": "piece",
        "shipped_at": "2026-11-20T10:00",
        "number": "送货单 17",
        **more,
    }
    answer = change(client, "/stock/unbatched/new", **form)
    assert answer.status_code == 302, said(answer)
    return answer.location.split("?")[0]


def test_it_is_estimated_and_named_in_two_steps(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    page = left(wang, store, delivered="yes")
    assert "60" in shown(wang, page)
    assert "送货单 17" in shown(wang, "/stock/unbatched")
    assert at(house, store, "FG1") == 200
    field = f"of-{store.lot_id}-{store.places['FG1']}"
    assert f'name="{field}"' in shown(wang, page)
    looked = change(wang, page, step="check", **{field: "60"})
    assert 'value="book"' in looked.text
    assert at(house, store, "FG1") == 200
    done = change(wang, page, step="book", **{field: "60"})
    assert done.status_code == 302, said(done)
    assert (at(house, store, "FG1"), at(house, store, "K01")) == (140, 60)
    assert CODE in shown(wang, done.location)
    assert "送货单 17" not in shown(wang, "/stock/unbatched")
    assert wang.get(page).status_code == 404


def test_the_page_of_a_lot_names_who_may_have_some(
    wang: FlaskClient, store: Store
) -> None:
    page = f"/quality/lots/{store.lot_id}"
    assert "送货单 17" not in shown(wang, page)
    left(wang, store)
    assert "送货单 17" in shown(wang, page)


def test_the_command_names_who_may_have_some(
    wang: FlaskClient,
    store: Store,
    house: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left(wang, store)
    monkeypatch.setattr(Context, "house", lambda _: nullcontext(house))
    traced = CliRunner().invoke(group, ["trace", CODE])
    assert "may include up to 60 piece: shipment 送货单 17" in traced.output
    printed = CliRunner().invoke(group, ["trace", CODE, "--json"])
    document = json.loads(printed.output)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    checker = jsonschema.Draft202012Validator
    checker(schema, format_checker=checker.FORMAT_CHECKER).validate(document)
    (one,) = document["may_include"]
    told = one["shipment"], one["quantity"], one["on_the_way"], one["phone"]
    assert told == ("送货单 17", 60, True, "020-0000-0001")


def test_the_dossier_names_who_may_have_some_and_whom_to_ring(
    wang: FlaskClient, store: Store
) -> None:
    paper = f"/quality/lots/{store.lot_id}/dossier.pdf"
    title = "May include: shipped, batch unknown"
    assert title not in text_of(wang.get(paper).data)
    left(wang, store)
    text = text_of(wang.get(paper).data)
    for words in (
        title,
        "送货单 17",
        "2026-11-20",
        "020-0000-0001",
        "as far as is written",
    ):
        assert words in text, words


def test_more_than_left_is_refused(
    wang: FlaskClient, store: Store, house: Installation
) -> None:
    page = left(wang, store)
    field = f"of-{store.lot_id}-{store.places['FG1']}"
    refused = change(wang, page, step="book", **{field: "61"})
    assert refused.status_code == 409
    assert "60 left without a batch" in said(refused) or "只有 60" in said(refused)
    assert at(house, store, "FG1") == 200


def test_what_is_missing_on_the_form_is_said(wang: FlaskClient, store: Store) -> None:
    form = {"quantity": "5", "unit": "piece", "shipped_at": "2099-01-01T10:00"}
    form |= {"article": str(store.product), "site": str(store.site)}
    form |= {"consignee": str(store.shop)}
    refused = change(wang, "/stock/unbatched/new", **form)
    assert refused.status_code == 400
    assert said(refused)
