"""The desk: complaints grouped, handled in order, and private things kept private."""

import re
from typing import Any

import pytest
import small_plant
import sqlalchemy as sa
from complaining import complain
from flask.testing import FlaskClient
from staff_pages import change, said, shown

from lotmark.recall.complaints.tables import Complaint, ComplaintPhoto
from lotmark.trace import audit, clock, files, people
from lotmark.trace.parties.tables import Article, Line
from lotmark.trace.production.batches import open_batch
from lotmark.web.installation import Installation

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6300010000050001"
)


def file(house: Installation, **changes: Any) -> str:
    """File a complaint of consumer Chen; its number."""
    with house.plant.writing() as session:
        return complain(session, clock.now(), **changes).number


@pytest.fixture
def lot_id(house: Installation) -> int:
    """A batch of beef on line 2."""
    with house.plant.writing() as session:
        beef = session.get_one(Article, 1)
        line = session.get_one(Line, 2)
        now, me = clock.now(), people.system()
        lot = open_batch(session, beef, line, "L2-261112-01", now.date(), 1000, me, now)
        return lot.id


@pytest.fixture
def zhou(log_in: small_plant.LogIn) -> FlaskClient:
    return log_in("zhou")


def state_of(house: Installation, number: str) -> str:
    with house.plant.reading() as session:
        wanted = sa.select(Complaint.state).where(Complaint.number == number)
        return session.scalars(wanted).one()


def test_an_empty_desk_says_so(zhou: FlaskClient) -> None:
    assert "No complaint is waiting." in shown(zhou, "/desk")
    assert "You have no open complaint." in shown(zhou, "/desk?mine=1")
    assert "Nothing here matches “beef”." in shown(zhou, "/desk?q=beef")


def test_same_symptom_and_batch_stand_together(
    zhou: FlaskClient, house: Installation, lot_id: int
) -> None:
    numbers = [file(house, lot_id=lot_id) for _ in range(5)]
    page = shown(zhou, "/desk")
    assert "Complaints waiting: 5" in page
    assert "Swollen or leaking × Five-spice braised beef 200 g" in page
    assert "days: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5" in page
    assert "2 more" in page
    assert numbers[4] not in page
    assert numbers[4] in shown(zhou, f"/desk?group=swollen.{lot_id}")
    assert "Several about one batch" in page


def test_filters_are_addresses(
    zhou: FlaskClient, house: Installation, lot_id: int
) -> None:
    mine, other = file(house, lot_id=lot_id), file(house, kind="label")
    change(zhou, f"/desk/{mine}/accept")
    for address, there, missing in (
        ("/desk?mine=1", mine, other),
        ("/desk?state=waiting", other, mine),
        ("/desk?q=braised", mine, other),
    ):
        listed, _, _ = shown(zhou, address).partition("<aside")
        assert f"/desk/{there}" in listed
        assert f"/desk/{missing}" not in listed
    listed, _, _ = shown(zhou, "/desk?state=done").partition("<aside")
    assert "/desk/KS" not in listed


def test_a_case_is_taken_to_its_end(zhou: FlaskClient, house: Installation) -> None:
    number = file(house)
    case = f"/desk/{number}"
    assert "You become its first-responsible owner." in shown(zhou, case)
    for step, form, state in (
        ("accept", {}, "acknowledged"),
        ("investigate", {}, "investigating"),
        ("answer", {"text": "We send you a new pack."}, "proposed"),
        ("answer", {"text": "We send you two new packs."}, "proposed"),
        ("note", {"text": "She agrees."}, "proposed"),
        ("close", {"text": ""}, "closed"),
    ):
        if step == "answer":
            form = form | {"seen": version_of(zhou, case)}
        assert change(zhou, f"{case}/{step}", **form).location == case
        assert state_of(house, number) == state
    page = shown(zhou, case)
    assert "We send you two new packs." in page
    assert "She agrees." in page
    assert "Nothing: this case is done." in page


def version_of(client: FlaskClient, case: str) -> str:
    """The version of the case that its page was drawn from."""
    found = re.search(r'name="seen" value="(\d+)"', shown(client, case))
    assert found
    return found[1]


def test_steps_out_of_order_change_nothing(
    zhou: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    number = file(house)
    refused = change(zhou, f"/desk/{number}/close", text="")
    assert refused.status_code == 409
    assert "Not done" in said(refused)
    assert state_of(house, number) == "received"
    change(zhou, f"/desk/{number}/accept")
    late = change(log_in("he"), f"/desk/{number}/accept")
    assert late.status_code == 409
    assert "周岚" in shown(zhou, f"/desk/{number}")


def test_a_health_complaint_is_never_put_aside(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    number = file(house, kind="ill")
    he = log_in("he")
    assert "Not a complaint about our product" not in shown(he, f"/desk/{number}")
    refused = change(he, f"/desk/{number}/put-aside", text="spam")
    assert refused.status_code == 409
    assert "never put aside" in said(refused)


def test_a_refused_text_is_still_there(zhou: FlaskClient, house: Installation) -> None:
    number = file(house)
    change(zhou, f"/desk/{number}/accept")
    change(zhou, f"/desk/{number}/investigate")
    refused = change(zhou, f"/desk/{number}/answer", text="字" * 2001)
    assert refused.status_code == 400
    assert "Expected at most 2,000 characters, got 2,001." in said(refused)
    assert "字" * 2001 in refused.text
    seen = version_of(zhou, f"/desk/{number}")
    empty = change(zhou, f"/desk/{number}/answer", text=" ", seen=seen)
    assert "Write the answer first" in said(empty)


def test_an_answer_to_a_closed_case_is_not_lost(
    zhou: FlaskClient, log_in: small_plant.LogIn, house: Installation
) -> None:
    number = file(house, kind="other")
    case = f"/desk/{number}"
    change(zhou, f"{case}/accept")
    seen = version_of(zhou, case)
    he = log_in("he")
    change(he, f"{case}/answer", text="Refund.", seen=seen)
    overtaken = change(zhou, f"{case}/answer", text="New pack.", seen=seen)
    assert overtaken.status_code == 409
    assert "changed while you were writing" in said(overtaken)
    assert "New pack." in overtaken.text
    change(he, f"{case}/close", text="")
    late = change(zhou, f"{case}/answer", text="New pack.", seen=seen)
    assert late.status_code == 409
    assert "What you wrote; it was not sent" in late.text
    assert "New pack." in late.text


def test_contact_and_health_are_for_those_who_need_them(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    number = file(
        house,
        kind="ill",
        contact="130 0000 0000",
        consent=True,
        health_text="vomiting since noon",
        health_consent=True,
    )
    change(log_in("zhou"), f"/desk/{number}/accept")
    seen = {
        login: (
            'href="tel:13000000000"' in shown(log_in(login), f"/desk/{number}"),
            "vomiting since noon" in shown(log_in(login), f"/desk/{number}"),
        )
        for login in ("zhou", "he", "qian", "sun")
    }
    assert seen == {
        "zhou": (True, False),
        "he": (True, True),
        "qian": (False, True),
        "sun": (False, False),
    }


def test_who_saw_private_things_is_noted_once_an_hour(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    said = {"contact": "130 0000 0000", "health_text": "vomiting since noon"}
    number = file(house, kind="ill", consent=True, health_consent=True, **said)
    plain = file(house)
    for login in ("he", "sun"):
        for _ in range(2):
            shown(log_in(login), f"/desk/{number}")
            shown(log_in(login), f"/desk/{plain}")
    with house.plant.reading() as session:
        row = audit.AuditRow
        looks = sa.select(row.actor, row.action, row.subject, row.data).where(
            row.action.like("complaint.see%")
        )
        assert session.execute(looks.order_by(row.id)).all() == [
            ("he", "complaint.see_contact", "complaint:1", "{}"),
            ("he", "complaint.see_health", "complaint:1", "{}"),
        ]


def test_photos_of_complaints_and_nothing_else(
    log_in: small_plant.LogIn, house: Installation
) -> None:
    number = file(house)
    with house.plant.writing() as session:
        now, folder = clock.now(), house.settings.files
        photo = files.store(session, folder, PIXEL, "image/png", now).sha256
        labels = files.store(session, folder, b"%PDF-", "application/pdf", now).sha256
        complaint = session.scalars(sa.select(Complaint).filter_by(number=number)).one()
        session.add(ComplaintPhoto(complaint_id=complaint.id, sha256=photo))
    sun = log_in("sun")
    assert f"/desk/photos/{photo}" in shown(sun, f"/desk/{number}")
    with sun.get(f"/desk/photos/{photo}") as sent:
        assert sent.data == PIXEL
        assert sent.mimetype == "image/png"
    assert sun.get(f"/desk/photos/{labels}").status_code == 404
    assert log_in("li").get(f"/desk/photos/{photo}").status_code == 403


def test_a_batch_is_one_click_from_its_hold(
    log_in: small_plant.LogIn, house: Installation, lot_id: int
) -> None:
    number = file(house, lot_id=lot_id)
    assert f"/quality/lots/{lot_id}?why={number}#hold" in shown(
        log_in("qian"), f"/desk/{number}"
    )
    assert "Hold this batch" not in shown(log_in("zhou"), f"/desk/{number}")


def test_no_such_case(zhou: FlaskClient) -> None:
    missing = zhou.get("/desk/KS-26-4711")
    assert missing.status_code == 404
    assert "No complaint KS-26-4711 is recorded." in missing.text
