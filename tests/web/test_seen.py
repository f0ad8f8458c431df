"""Packs read at a place: what a scope proposes can be done, and then it knows more."""

import small_plant
from staff_pages import change, said, shown
from stored_goods import CODE, fill_store

from lotmark.trace.stock.queries import balances
from lotmark.web.installation import Installation


def test_reading_the_packs_that_are_left_tells_which_went(
    house: Installation, log_in: small_plant.LogIn
) -> None:
    store = fill_store(house)
    wang = log_in("wang")
    here = str(store.places["FG1"])
    with house.plant.reading() as session:
        before = balances(session, [store.lot_id])[store.lot_id].balances
        known = before[store.places["FG1"]].known
    sent = known.count - 3
    goods = {"from": here, "goods": f"{CODE} {sent}", "consignee": str(store.shop)}
    change(wang, "/stock/ship", step="book", **goods)
    left = known - known.take(sent)
    page = shown(wang, "/stock/seen?place=FG1")
    assert 'value="FG1"' in page
    form = {"place": "FG1", "goods": f"{CODE} #{left}"}
    assert change(wang, "/stock/seen", **form).status_code == 302
    with house.plant.reading() as session:
        now = balances(session, [store.lot_id])[store.lot_id].balances
    assert now[store.places["FG1"]].known == left
    assert any(at.known == known.take(sent) for at in now.values())


def test_what_was_not_read_is_not_noted(
    house: Installation, log_in: small_plant.LogIn
) -> None:
    fill_store(house)
    wang = log_in("wang")
    counted = change(wang, "/stock/seen", place="FG1", goods=f"{CODE} 3")
    assert counted.status_code == 400
    assert "Here packs are read one by one" in said(counted)
    some = {"place": "FG1", "goods": f"{CODE} #0", "all": "1"}
    refused = change(wang, "/stock/seen", **some)
    assert refused.status_code == 409
    assert "others there have a number too" in said(refused)
    assert (
        change(wang, "/stock/seen", place="X9", goods=f"{CODE} #0").status_code == 404
    )
