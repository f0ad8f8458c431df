"""The quality room: one hand stops goods, two let them go, and the picture is whole."""

import csv
import html
import re
from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from werkzeug.test import TestResponse

from lotmark.trace import clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Line, Lot, Partner
from lotmark.trace.production.batches import open_batch, record_applied
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.marks import mark_items
from lotmark.trace.production.tables import Cleaning, LotInput
from lotmark.trace.stock.service import make_stock, move_stock
from lotmark.trace.stock.tables import Hold, Shipment
from lotmark.web.installation import Installation

LOT = "/quality/lots/1"


@pytest.fixture(autouse=True)
def made(house: Installation) -> None:
    """Batch 1: 100 packs of 25 kg beef (lot 2), 40 of them on a truck to K01."""
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        beef = session.get_one(Article, 1)
        line = session.get_one(Line, 2)
        lot = open_batch(session, beef, line, "L2-261124-01", now.date(), 100, me, now)
        issue_codes(session, lot.id, 100, 1, me, now)
        record_applied(session, lot.id, ItemSet.range(0, 100), me, now)
        raw = Lot(
            article_id=3,
            origin="S01",
            code="BY261001",
            ai10="BY261001",
            status="released",
        )
        session.add(raw)
        session.flush()
        store = find_place(session, "FG1").id
        make_stock(
            session,
            raw,
            store,
            quantity=25_000_000,
            at=now,
            document="D1",
            actor=me,
            now=now,
        )
        session.add(
            LotInput(
                input_id=raw.id,
                output_id=lot.id,
                kind="consumption",
                quantity=20_500_000,
                at=now,
            )
        )
        session.add(
            Cleaning(
                line_id=2,
                started_at=now - timedelta(hours=3),
                ended_at=now - timedelta(hours=2),
                kind="full",
                result="pass",
                verified_by="钱宁",
            )
        )
        lot.status = "released"  # or none of it may leave
        truck = Shipment(
            number="FH-1",
            site_id=1,
            consignee_id=1,
            driver_phone="020-0000-0101",
            shipped_at=now,
        )
        session.add(truck)
        session.flush()
        move_stock(
            session,
            lot.id,
            find_place(session, "YL1/L2").id,
            find_place(session, "K01/T").id,
            quantity=40,
            at=now,
            document="FH-1",
            shipment_id=truck.id,
            actor=me,
            now=now,
        )


@pytest.fixture
def qian(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")


def hold(client: FlaskClient, **changes: str) -> None:
    form = {"hazard": "health", "reason": "two swollen packs"} | changes
    assert change(client, f"{LOT}/hold", **form).location == LOT


def state_of(house: Installation) -> list[str]:
    with house.plant.reading() as session:
        return list(session.scalars(sa.select(Hold.state).order_by(Hold.id)))


def test_the_batch_page_says_where_everything_is(qian: FlaskClient) -> None:
    page = shown(qian, LOT)
    for words in ("60.0 %", "40.0 %", "North Bridge Frozen Foods (on the way)"):
        assert words in page
    assert "60 packs in our hands freeze at once:" in page
    assert "40 packs are outside: a hold does not reach them." in page
    assert "Full cleaning" in page


def test_tail_labels_are_a_warning_on_both_batch_pages(
    qian: FlaskClient, house: Installation
) -> None:
    assert "Labels contradict the runs" not in shown(qian, LOT)
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
        line.labels_at_packing = True
        day, later = now.date(), now + timedelta(hours=1)
        other = open_batch(session, beef, line, "L2-261124-09", day, 9, me, later)
        tail = later + timedelta(minutes=1)
        some = ItemSet.range(95, 100)
        mark_items(session, 1, some, "applied", me, tail, since=tail)
    page = shown(qian, LOT)
    assert "Labels contradict the runs" in page
    assert "L2-261124-09" in page
    page = shown(qian, f"/quality/lots/{other.id}")
    assert "labels of another batch went on" in page


def test_search_takes_every_character_as_it_is(qian: FlaskClient) -> None:
    assert "L2-261124-01" in shown(qian, "/quality?q=261124")
    assert "L2-261124-01" in shown(qian, "/quality?q=braised+L2")
    assert "L2-261124-01" not in shown(qian, "/quality?q=L2_261124")
    assert "Nothing here matches “%”." in shown(qian, "/quality?q=%25")
    assert "BY261001" in shown(qian, "/quality?show=received")


def test_the_button_counts_the_lots_it_shows(
    qian: FlaskClient, house: Installation
) -> None:
    """Two holds on one lot are one lot on hold."""
    for reason in ("胀袋", "异物"):
        change(qian, f"{LOT}/hold", hazard="quality", reason=reason)
    page = shown(qian, "/quality?show=held")
    assert "Holds in force: 2" in page
    assert re.search(r'aria-current="true">On hold 1<', page)
    assert page.count('<tr><th scope="row">') == 1


def test_one_hand_holds(qian: FlaskClient, house: Installation) -> None:
    hold(qian)
    page = shown(qian, LOT)
    assert "FC-26-0001" in page
    assert "Consumers read: do not eat it" not in page
    assert change(qian, f"{LOT}/caution").location == LOT
    assert "Consumers read: do not eat it" in shown(qian, LOT)
    assert "Holds in force: 1" in shown(qian, "/quality")
    assert state_of(house) == ["active"]


def test_a_hold_and_its_warning_come_together_or_not_at_all(
    qian: FlaskClient, house: Installation
) -> None:
    refused = change(
        qian, f"{LOT}/hold", hazard="quality", reason="dented", caution="on"
    )
    assert refused.status_code == 409
    assert "has no health hold: place one before the caution." in said(refused)
    assert state_of(house) == []


def test_a_reason_is_needed(qian: FlaskClient, house: Installation) -> None:
    refused = change(qian, f"{LOT}/hold", hazard="health", reason=" ")
    assert refused.status_code == 400
    assert "A field that is needed is empty." in said(refused)
    assert state_of(house) == []


def test_two_persons_lift_it(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    hold(qian, caution="on")
    sun, fang = log_in("sun"), log_in("fang")
    request = f"{LOT}/holds/FC-26-0001/request"
    release = f"{LOT}/holds/FC-26-0001/release"
    early = change(fang, release)
    assert early.status_code == 409
    assert change(sun, request, reason="incubation test good").location == LOT
    assert "You placed this hold." in shown(qian, LOT)
    alone = change(qian, release)
    assert alone.status_code == 409
    assert "this one needs a second person" in said(alone)
    assert state_of(house) == ["release_requested"]
    assert "Waiting for a second signature: 1" in shown(fang, "/quality")
    page = shown(fang, LOT)
    assert "孙雅 asks to lift it: incubation test good" in page
    assert "It is signed with your name: 方总监." in page
    assert change(fang, release).location == LOT
    assert state_of(house) == ["released"]
    page = shown(fang, LOT)
    assert "Hold lifted" in page
    assert "Consumers read: do not eat it" not in page


def test_who_asked_may_not_sign(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    hold(qian)
    fang = log_in("fang")
    change(fang, f"{LOT}/holds/FC-26-0001/request", reason="looks fine")
    assert "You asked to lift it." in shown(fang, LOT)
    assert change(fang, f"{LOT}/holds/FC-26-0001/release").status_code == 409
    assert state_of(house) == ["release_requested"]


def test_the_trace_picture_and_its_table(qian: FlaskClient) -> None:
    page = shown(qian, f"{LOT}/trace")
    assert page.count('class="node ') == 2
    assert '/quality/lots/2/trace?way=both&steps=all"' in page
    assert page.count("20.5 kg") == 2  # on the curve and in the table
    alone = shown(qian, "/quality/lots/2/trace?way=back")
    assert "Nothing is recorded about what this lot was made of" in alone


def test_the_scope_adds_up_and_can_be_shared(qian: FlaskClient) -> None:
    address = "/quality/scope?lot=L2-261124-01"
    page = shown(qian, address)
    assert "100 packs of 1 batch" in page
    assert "Quantities add up: 100.0 %" in page
    assert 'href="tel:020-0000-0001"' in page
    assert 'href="tel:020-0000-0101"' in page
    assert "This lot is named as unsafe." in page
    assert f'data-copy="http://localhost{address}"' in page


def test_whom_to_ring_is_a_file_too(qian: FlaskClient, house: Installation) -> None:
    with house.plant.writing() as session:
        session.get_one(Partner, 1).contact = "=cmd|'/c calc'!A1"
    asked = "lot=L2-261124-01&origin=unknown"
    page = html.unescape(shown(qian, f"/quality/scope?{asked}"))
    address = f"/quality/scope/consignees.csv?{asked}"
    assert f'href="{address}"' in page
    (row,) = _rows(qian.get(address))
    assert (row["consignee"], row["phone"]) == ("K01", "020-0000-0001")
    assert (row["there_at_most"], row["coming"], row["ever_sent"]) == ("0", "40", "40")
    assert row["contact"].startswith("'=")
    kept = change(qian, "/quality/scopes", lot="L2-261124-01", title="胀袋").location
    address = f"{kept}/consignees.csv"
    assert f'href="{address}"' in shown(qian, kept)
    assert _rows(qian.get(address)) == [row]


def _rows(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_a_scope_from_an_ingredient_or_a_line(qian: FlaskClient) -> None:
    page = shown(qian, "/quality/scope?input_lot=BY261001&origin=ingredient")
    assert "It consumed lot BEEF/BY261001, which is affected." in page
    now = clock.now() + timedelta(hours=8)
    window = f"from={now:%Y-%m-%dT%H:%M}&to={now:%Y-%m-%dT%H:%M}"
    page = shown(qian, f"/quality/scope?line=YL1/L2&{window}")
    assert "It ran on line YL1/L2 in the suspect time" in page


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ("lot=NOBODY", 404, "No lot NOBODY is recorded."),
        ("line=L2", 400, "A line needs both times"),
        ("line=L2&from=now&to=then", 400, "Expected a time such as"),
        ("cycle=R9", 404, "No equipment cycle R9 is recorded."),
        ("lot=L2-261124-01&origin=gods", 400, "The origin of a hazard is one of"),
        (
            "line=L2&from=2026-11-24T10:00&to=2026-11-24T09:00",
            400,
            "Exchange the two times.",
        ),
    ],
)
def test_facts_that_cannot_be(
    qian: FlaskClient, asked: str, status: int, sentence: str
) -> None:
    refused = qian.get(f"/quality/scope?{asked}")
    assert refused.status_code == status
    assert sentence in said(refused)


def test_a_request_to_lift_may_be_declined(
    qian: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    hold(qian)
    sun = log_in("sun")
    change(sun, f"{LOT}/holds/FC-26-0001/request", reason="looks fine")
    empty = change(qian, f"{LOT}/holds/FC-26-0001/decline", why=" ")
    assert empty.status_code == 400
    assert (
        change(qian, f"{LOT}/holds/FC-26-0001/decline", why="test it first").location
        == LOT
    )
    assert state_of(house) == ["active"]


def test_no_such_lot(qian: FlaskClient) -> None:
    assert qian.get("/quality/lots/99").status_code == 404
    assert qian.get("/quality/lots/99/trace").status_code == 404


def lot_status(house: Installation) -> tuple[str, str]:
    with house.plant.reading() as session:
        lot = session.get_one(Lot, 1)
        return lot.status, lot.certificate


def test_a_batch_is_inspected_then_released(
    qian: FlaskClient, house: Installation
) -> None:
    with house.plant.writing() as session:
        session.get_one(Lot, 1).status = "produced"
    early = change(qian, f"{LOT}/pass", certificate="YL-J-9")
    assert early.status_code == 409
    assert change(qian, f"{LOT}/test").location == LOT
    assert "Release this batch" in shown(qian, LOT)
    assert change(qian, f"{LOT}/pass", certificate=" ").status_code == 400
    refused = change(qian, f"{LOT}/pass", certificate="YL-J-9")
    assert refused.status_code == 409
    assert "no passed outgoing inspection on record" in said(refused)
    assert 'value="YL-J-9"' in refused.text  # what was typed stays
    hold(qian)
    assert change(qian, f"{LOT}/pass", certificate="YL-J-9").status_code == 409
    assert lot_status(house) == ("testing", "")


def test_the_language_switch_leads_back_from_a_refused_form(qian: FlaskClient) -> None:
    qian.environ_base["HTTP_REFERER"] = f"http://localhost{LOT}"
    refused = change(qian, f"{LOT}/hold", reason="", hazard="health")
    assert refused.status_code == 400
    assert f"back={LOT}" in refused.text.replace("%2F", "/")
