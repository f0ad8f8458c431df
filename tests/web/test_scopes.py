"""A scope in the quality room: every way to ask, decisions, and kept scopes."""

import html
import re
from datetime import datetime, timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask.testing import FlaskClient
from staff_pages import change, said, shown
from werkzeug.datastructures import MultiDict

from lotmark.labels.jobs.tables import PrintJob
from lotmark.recall.scope.tables import SavedScope
from lotmark.trace import clock, people
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Article, Line, Lot, Partner
from lotmark.trace.production.batches import open_batch, record_applied
from lotmark.trace.production.codes import issue_codes
from lotmark.trace.production.tables import (
    Cleaning,
    CycleLoad,
    EquipmentCycle,
    LotInput,
    ProcessCheck,
)
from lotmark.trace.stock.service import move_stock
from lotmark.trace.stock.tables import Shipment
from lotmark.web.installation import Installation
from lotmark.web.worker import check_kept_scopes

BATCH, SECOND = "L2-261124-01", "L2-261124-02"


@pytest.fixture(autouse=True)
def made(house: Installation) -> None:
    """Batches 1 and 2 of 100 packs ran on line 2; 40 of batch 1 went to K01.

    Lot 3, beef of supplier S01, went into batch 1. Complaint and print job are about
    batch 1, as are a failed check and retort load R1-7.
    """
    now, me = clock.now(), people.system()
    with house.plant.writing() as session:
        beef, line = session.get_one(Article, 1), session.get_one(Line, 2)
        line.labels_at_packing = True
        for code, begun in ((BATCH, now - timedelta(minutes=9)), (SECOND, now)):
            lot = open_batch(session, beef, line, code, now.date(), 100, me, begun)
            issue_codes(session, lot.id, 100, 1, me, begun)
            record_applied(session, lot.id, ItemSet.range(0, 100), me, begun)
            lot.status, lot.artwork = "released", "V7"
        supplier = Partner(code="S01", kind="supplier", name="牧场", name_en="Ranch")
        session.add(supplier)
        session.flush()
        raw = Lot(
            article_id=3,
            origin="S01",
            code="BY261001",
            ai10="BY261001",
            status="released",
            supplier_id=supplier.id,
            received_on=now.date(),
        )
        truck = Shipment(number="FH-1", site_id=1, consignee_id=1, shipped_at=now)
        cycle = EquipmentCycle(
            site_id=1,
            number="R1-7",
            equipment="R1",
            kind="retort",
            started_at=now,
            result="fail",
        )
        session.add_all(
            [
                raw,
                truck,
                cycle,
                cleaning(now - timedelta(hours=3), "pass"),
                cleaning(now - timedelta(hours=1), "fail"),
                cleaning(now + timedelta(hours=1), "pass"),
                ProcessCheck(
                    lot_id=1,
                    line_id=2,
                    at=now,
                    kind="metal",
                    value="Fe 2",
                    result="fail",
                ),
                PrintJob(
                    number="DY-1",
                    request_key="k",
                    lot_id=1,
                    lo=10,
                    hi=20,
                    labels=10,
                    stock="roll-60x40",
                    format="pdf",
                    created_by="li",
                    created_at=now,
                ),
            ]
        )
        session.flush()
        session.add_all(
            [
                LotInput(
                    input_id=raw.id, output_id=1, kind="consumption", quantity=9, at=now
                ),
                CycleLoad(cycle_id=cycle.id, lot_id=1, quantity=100),
                CycleLoad(cycle_id=cycle.id, lot_id=2, quantity=100),
            ]
        )
        move_stock(
            session,
            1,
            find_place(session, "YL1/L2").id,
            find_place(session, "K01/T").id,
            quantity=40,
            at=now,
            document="FH-1",
            shipment_id=truck.id,
            actor=me,
            now=now,
        )


def cleaning(at: datetime, result: str) -> Cleaning:
    return Cleaning(
        line_id=2,
        started_at=at,
        ended_at=at + timedelta(minutes=30),
        kind="wet",
        result=result,
    )


@pytest.fixture
def qian(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("qian")


def keep(client: FlaskClient, address: str, title: str = "") -> str:
    """Keep the scope shown at an address, as the page's form would; its number."""
    form = shown(client, address).split('action="/quality/scopes"')[1]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    data = MultiDict([(name, html.unescape(text)) for name, text in pairs])
    data["title"] = title
    page = client.get("/admin/components").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data["csrf_token"] = token[1]
    kept = client.post("/quality/scopes", data=data)
    assert kept.status_code == 302, said(kept)
    return str(kept.location).rsplit("/", 1)[1]


def local_hour(hours: int) -> str:
    return f"{clock.now() + timedelta(hours=8 + hours):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (f"lot={BATCH},{SECOND}", "200 packs of 2 batches"),
        (f"lot={BATCH}&items=3", "Items 3 are named as unsafe"),
        ("job=DY-1", "Items 10-19 are named as unsafe"),
        ("artwork=V7&article=BJ200", "Its label has version V7 of the artwork"),
        ("supplier=S01&received_from={today}", "It was received of supplier S01"),
        ("produced_from={today}&article=BJ200", "It was produced from"),
        ("produced_from={today}&on_line=YL1/L2", "It was produced from"),
        ("cycle=R1-7", "It was in equipment cycle YL1/R1-7."),
        ("equipment=R1&used_from={from}&used_to={to}", "It was in YL1/R1 in the"),
        ("cleaning=2", "It ran on line YL1/L2 in the suspect time"),
        ("check=1", "It ran on line YL1/L2 in the suspect time"),
        ("shipment=FH-1", "It travelled in shipment FH-1."),
        ("place=YL1/L2&there_from={from}&there_to={to}", "It was at YL1/L2 some time"),
        ("consignee=K01&there_from={from}&there_to={to}", "Consignee K01 had it"),
    ],
)
def test_every_way_to_ask(qian: FlaskClient, asked: str, sentence: str) -> None:
    today = clock.now().date().isoformat()
    times = {"from": local_hour(-1), "to": local_hour(1), "today": today}
    page = shown(qian, f"/quality/scope?{asked.format(**times)}")
    assert sentence in page
    assert "Quantities add up: 100.0 %" in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("items=3", "Items belong to exactly one lot"),
        ("job=DY-9", "No print job DY-9."),
        ("artwork=V7", "An artwork version belongs to an article"),
        ("supplier=S01", "A supplier needs the days of receipt"),
        ("supplier=S09&received_from=2026-11-24", "No partner S09 is recorded."),
        ("supplier=S01&received_from=tomorrow", "Expected a day such as 2026-11-24"),
        ("place=FG1", "A place, consignee, case or pallet needs both times"),
        ("complaint=KS-26-0001", "No complaint KS-26-0001 is recorded."),
        ("equipment=R1", "Equipment needs both times"),
        ("equipment=R9&used_from=2026-11-24T08:00", "No load of a retort, kettle or"),
        ("cleaning=99", "No cleaning 99 is recorded."),
        ("check=x", "Expected the number of a record, got x."),
        (f"lot={BATCH}&hazard=ghosts", "The kind of a hazard is one of"),
        ("produced_from=2026-11-24&produced_to=2026-11-20", "Exchange the two days."),
    ],
)
def test_what_cannot_be_read_says_why(
    qian: FlaskClient, asked: str, sentence: str
) -> None:
    refused = qian.get(f"/quality/scope?{asked}")
    assert refused.status_code in (400, 404)
    assert sentence in said(refused)


def test_a_probable_batch_is_left_out_by_a_tick(qian: FlaskClient) -> None:
    address = f"/quality/scope?lot={BATCH}&origin=line"
    assert "200 packs of 2 batches" in shown(qian, address)
    page = shown(qian, f"{address}&leave=2")
    assert "100 packs of 1 batch" in page
    assert "Not counted: 1 batch" in page


def test_narrowing_shows_its_reason_and_what_is_not_known(qian: FlaskClient) -> None:
    asked = f"line=YL1/L2&from={local_hour(0)}&to={local_hour(0)}&origin=label"
    page = shown(qian, f"/quality/scope?{asked}&narrow=metal+detector+log")
    assert "Narrowed below the batch" in page
    assert "metal detector log" in page
    assert "Two persons must agree before a narrowed scope is locked." in page
    assert "packing times are known of 100 of its 100 packs" in page


def test_a_start_without_a_clean_break_is_to_be_approved(qian: FlaskClient) -> None:
    page = shown(qian, "/quality/scope?check=1&hazard=allergen")
    assert "To be approved" in page
    assert "before the suspect time on YL1/L2" in page


def test_a_kept_scope_raises_an_alarm_and_gets_a_new_version(
    qian: FlaskClient, house: Installation
) -> None:
    number = keep(qian, f"/quality/scope?lot={BATCH}&origin=label", "胀袋")
    assert number == "FW-26-0001" or number.startswith("FW-")
    page = shown(qian, f"/quality/scopes/{number}")
    assert "All records so far give the same batches" in page
    assert "Up to date" in shown(qian, "/quality/scopes")
    with house.plant.writing() as session:
        session.add(
            LotInput(input_id=1, output_id=2, kind="rework", quantity=1, at=clock.now())
        )
    page = shown(qian, f"/quality/scopes/{number}")
    assert "Records that came later change this scope" in page
    assert "not affected" in page
    check_kept_scopes(house, clock.now())
    assert "Out of date: 1" in shown(qian, "/quality/scopes")
    new = change(qian, f"/quality/scopes/{number}/renew")
    assert new.location == f"/quality/scopes/{number}-2"
    page = shown(qian, new.location)
    assert f"What changed since {number}" in page
    assert "200 packs of 2 batches" in page
    assert "A newer version was computed" in shown(qian, f"/quality/scopes/{number}")
    assert change(qian, f"/quality/scopes/{number}/renew").status_code == 409


def test_decisions_are_kept(qian: FlaskClient, house: Installation) -> None:
    number = keep(qian, f"/quality/scope?lot={BATCH}&origin=line&leave=2")
    assert "100 packs of 1 batch" in shown(qian, f"/quality/scopes/{number}")
    with house.plant.reading() as session:
        saved = session.scalars(sa.select(SavedScope)).one()
        assert saved.positions["made"] == 100


def test_the_facts_of_a_kept_scope_are_told(qian: FlaskClient) -> None:
    number = keep(qian, "/quality/scope?check=1&hazard=allergen")
    page = shown(qian, f"/quality/scopes/{number}")
    assert "Check that failed" in page
    assert "Metal detection" in page
    assert "allergen" in page


def test_a_scope_whose_lot_is_gone_says_so(
    qian: FlaskClient, house: Installation
) -> None:
    number = keep(qian, f"/quality/scope?lot={BATCH}")
    with house.plant.writing() as session:
        session.get_one(Lot, 1).code = "corrected"
    gone = qian.get(f"/quality/scopes/{number}")
    assert gone.status_code == 404
    assert f"No lot BJ200/{BATCH} is recorded." in said(gone)


def test_the_form_is_there_before_anything_is_asked(qian: FlaskClient) -> None:
    page = shown(qian, "/quality/scope")
    for name in ("lot", "complaint", "line", "cleaning", "supplier", "consignee"):
        assert f'name="{name}"' in page
    assert "Keep this scope" not in page
    assert "Kept scopes" in page


def test_a_scope_that_cannot_be_narrowed_says_so(qian: FlaskClient) -> None:
    page = shown(qian, f"/quality/scope?lot={BATCH}&narrow=metal+detector+log")
    assert "Not narrowed" in page
    assert "Every batch counts whole." in page
    assert "Two persons must agree" not in page


def test_nothing_to_keep_is_refused(qian: FlaskClient) -> None:
    refused = change(qian, "/quality/scopes", lot="NOBODY", title="x")
    assert refused.status_code == 404
    assert "No lot NOBODY is recorded." in said(refused)
    assert qian.get("/quality/scopes/FW-26-0009").status_code == 404
    assert "No scope is kept yet." in shown(qian, "/quality/scopes")
