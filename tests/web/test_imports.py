"""Importing in the browser: the worker brings files in, or says why not."""

import csv
import io
import re
from contextlib import closing
from datetime import timedelta

import pytest
import small_plant
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lotmark.trace import clock, outbox
from lotmark.trace.audit import AuditRow
from lotmark.trace.exchange import orders
from lotmark.trace.exchange.kinds import KINDS
from lotmark.trace.exchange.tables import ImportFile, ImportOrder
from lotmark.trace.files import StoredFile, path_of, sweep
from lotmark.trace.parties.tables import Partner, Site
from lotmark.web import worker
from lotmark.web.imports import work
from lotmark.web.installation import Installation

SITES = "code,name,time_zone\nYL7,七厂,Asia/Shanghai\nYL8,八厂,\n"
PARTNERS = "code,kind,name,contact,phone\nC77,consignee,北桥,孙立,020-1\n"
BAD = "code,name,time_zone\nYL7,七厂,Mars\n=1+1,八厂,\n"


@pytest.fixture
def wang(log_in: small_plant.LogIn) -> FlaskClient:
    """The warehouse keeper, who may import."""
    return log_in("wang")


def send(client: FlaskClient, *files: tuple[str, str], key: str = "") -> str:
    """Send files by the form; the number of the import."""
    page = client.get("/imports").text
    token, fresh = (
        re.search(rf'name="{name}" value="([^"]+)"', page)
        for name in ("csrf_token", "key")
    )
    assert token
    assert fresh
    answer = client.post(
        "/imports",
        data={
            "csrf_token": token[1],
            "key": key or fresh[1],
            "files": [(io.BytesIO(text.encode()), name) for name, text in files],
        },
    )
    assert answer.status_code == 302, answer.text
    return answer.location.rpartition("/")[2]


def found(house: Installation, number: str) -> ImportOrder:
    with house.plant.reading() as session:
        return orders.find_order(session, number)


def test_files_come_in_and_lead_to_their_lists(
    house: Installation, wang: FlaskClient
) -> None:
    number = send(wang, ("sites.csv", SITES), ("partners.csv", PARTNERS))
    waiting = wang.get(f"/imports/{number}").text
    assert "Waiting to be imported" in waiting
    assert "It begins in a moment" in waiting
    assert worker.work_once(house) == 1
    page = wang.get(f"/imports/{number}").text
    assert "Rows brought in: 3" in page
    assert 'href="/records/sites"' in page
    assert 'href="/records/partners"' in page
    assert "王库" in page
    with house.plant.reading() as session:
        assert session.scalars(sa.select(Site).filter_by(code="YL8")).one()
        assert session.scalars(sa.select(Partner).filter_by(code="C77")).one()
        assert set(session.scalars(sa.select(ImportFile.imported_by))) == {"wang"}
        actions = set(session.scalars(sa.select(AuditRow.action)))
    assert {"import.order", "import.files"} & actions
    assert wang.get("/imports").text.count(number) == 2
    listed = wang.get("/records/imports").text
    assert "sites.csv" in listed


def test_what_was_imported_can_be_fetched_as_it_was_sent(
    house: Installation, wang: FlaskClient
) -> None:
    number = send(wang, ("../../sites.csv", SITES))
    worker.work_once(house)
    ((name, sha256, size),) = found(house, number).files
    assert (name, size) == ("sites.csv", len(SITES.encode()))
    with closing(wang.get(f"/imports/{number}/files/{sha256}")) as answer:
        assert answer.data == SITES.encode()
        assert "attachment" in answer.headers["Content-Disposition"]
    others = path_of(house.settings.files, "0" * 64)
    others.parent.mkdir(parents=True, exist_ok=True)
    others.write_text("not of this import")
    assert wang.get(f"/imports/{number}/files/{'0' * 64}").status_code == 404


def test_one_bad_row_keeps_all_out_and_is_told(
    house: Installation, wang: FlaskClient
) -> None:
    number = send(wang, ("<b>bad.csv", BAD), ("partners.csv", PARTNERS))
    worker.work_once(house)
    page = wang.get(f"/imports/{number}").text
    assert "Nothing was changed" in page
    assert "&lt;b&gt;bad" in page
    assert "<b>bad" not in page
    assert "Mars" in page
    with house.plant.reading() as session:
        codes = ("YL7", "YL8")
        assert not session.scalars(sa.select(Site).where(Site.code.in_(codes))).all()
        assert not session.scalars(sa.select(Partner).filter_by(code="C77")).all()
        assert "import.refuse" in set(session.scalars(sa.select(AuditRow.action)))
    answer = wang.get(f"/imports/{number}/bad.csv")
    rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert [(row["Row"], row["Column"]) for row in rows] == [("2", "time_zone")]


def test_bad_rows_are_told_in_the_readers_language(
    house: Installation, wang: FlaskClient
) -> None:
    number = send(wang, ("sites.csv", BAD))
    worker.work_once(house)
    wang.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    page = wang.get(f"/imports/{number}").text
    assert "时区" in page
    assert "Expected" not in page
    rows = wang.get(f"/imports/{number}/bad.csv").data.decode("utf-8-sig")
    assert rows.splitlines()[0] == "文件,行,列,问题"


def test_hundreds_of_bad_rows_are_counted_and_all_in_the_file(
    house: Installation, wang: FlaskClient
) -> None:
    lines = "".join(f"A{n},厂,Mars\n" for n in range(350))
    number = send(wang, ("sites.csv", "code,name,time_zone\n" + lines))
    worker.work_once(house)
    page = wang.get(f"/imports/{number}").text
    assert "What stands in the way: 350" in page
    assert page.count("Mars") == 200
    assert wang.get(f"/imports/{number}/bad.csv").data.count(b"Mars") == 350


def test_a_repeated_file_is_recognised(house: Installation, wang: FlaskClient) -> None:
    send(wang, ("sites.csv", SITES))
    worker.work_once(house)
    again = send(wang, ("other name.csv", SITES))
    worker.work_once(house)
    page = wang.get(f"/imports/{again}").text
    assert "Nothing new in these files" in page
    assert "Imported before: these changed nothing" in page
    assert 'data-label="Imported by">王库<' in page
    third = send(wang, ("sites.csv", SITES), ("partners.csv", PARTNERS))
    worker.work_once(house)
    assert "Rows brought in: 1" in wang.get(f"/imports/{third}").text


def test_a_form_sent_twice_is_one_import(
    house: Installation, wang: FlaskClient
) -> None:
    first = send(wang, ("sites.csv", SITES), key="k1")
    assert send(wang, ("sites.csv", SITES), key="k1") == first
    assert worker.work_once(house) == 1
    assert worker.work_once(house) == 0


def test_other_files_under_the_same_form_are_refused(wang: FlaskClient) -> None:
    send(wang, ("sites.csv", SITES), key="k1")
    with pytest.raises(AssertionError, match="with other files"):
        send(wang, ("partners.csv", PARTNERS), key="k1")


def test_a_form_without_a_file_says_so(wang: FlaskClient) -> None:
    with pytest.raises(AssertionError, match="Expected 1 to 50 files, got 0"):
        send(wang)


def test_what_is_no_table_is_refused_with_its_reason(
    house: Installation, wang: FlaskClient
) -> None:
    number = send(wang, ("photo.csv", "\x00\x01\x02"))
    worker.work_once(house)
    assert found(house, number).state == "refused"
    assert "photo.csv" in wang.get(f"/imports/{number}").text


def test_an_import_done_twice_counts_once(
    house: Installation, wang: FlaskClient
) -> None:
    """A worker that stood still too long loses its claim and changes nothing."""
    number = send(wang, ("sites.csv", SITES))
    with house.plant.writing() as session:
        (lost,) = outbox.claim(session, clock.now())
    with house.plant.writing() as session:
        session.execute(sa.update(outbox.Effect).values(leased_until=None))
    assert worker.work_once(house) == 1
    done = found(house, number).finished_at
    work.do_order(house, lost)
    assert found(house, number).finished_at == done
    with house.plant.writing() as session:
        session.execute(sa.update(ImportOrder).values(state="running"))
        session.execute(sa.delete(ImportFile))
        session.execute(sa.delete(Site).where(Site.code.in_(("YL7", "YL8"))))
    with pytest.raises(outbox.ClaimLost):
        work.do_order(house, lost)
    with house.plant.reading() as session:
        assert not session.scalars(sa.select(Site).filter_by(code="YL7")).all()


def test_progress_is_kept_while_it_goes_on(
    house: Installation, wang: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page shows after a reload is what the worker noted last."""
    number = send(wang, ("sites.csv", SITES))
    told: list[str] = []
    pages: list[str] = []
    noted = orders.note_progress

    def watch(
        session: Session, order_id: int, step: str, done: int, total: int
    ) -> None:
        noted(session, order_id, step, done, total)
        session.commit()
        told.append(wang.get(f"/imports/{number}/progress").text)
        pages.append(wang.get(f"/imports/{number}").text)

    monkeypatch.setattr(work, "note_progress", watch)
    worker.work_once(house)
    assert '"running read"' in told[0]
    assert any('"running write"' in one for one in told)
    assert "Nothing is changed yet" in pages[0]
    assert found(house, number).state == "done"


def test_files_that_nobody_imported_for_days_are_gone_and_it_says_so(
    house: Installation, wang: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = send(wang, ("sites.csv", SITES))
    with house.plant.reading() as session:
        sweep(session, house.settings.files, clock.now() + timedelta(days=2))
    worker.work_once(house)
    assert "Send them again" in wang.get(f"/imports/{number}").text
    with house.plant.reading() as session:
        assert not session.scalars(sa.select(StoredFile)).all()


def test_a_fault_of_ours_is_tried_again_and_told_at_the_end(
    house: Installation, wang: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = send(wang, ("sites.csv", SITES))

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(work, "bring_files", break_down)
    for _ in range(len(outbox.BACKOFF) + 1):
        with house.plant.writing() as session:
            session.execute(sa.update(outbox.Effect).values(due_at=clock.now()))
        worker.work_once(house)
    assert found(house, number).state == "failed"
    page = wang.get(f"/imports/{number}").text
    assert "could not import these files" in page
    assert "disk on fire" in page


def test_labels_do_not_wait_behind_an_import(
    house: Installation, wang: FlaskClient
) -> None:
    send(wang, ("sites.csv", SITES))
    assert worker.work_once(house, worker.SHORT) == 0
    assert worker.work_once(house, worker.LONG) == 1


def test_large_files_are_let_in_for_those_who_may(
    app: Flask, wang: FlaskClient, log_in: small_plant.LogIn
) -> None:
    li = log_in("li")
    app.config["MAX_CONTENT_LENGTH"] = 4000
    large = SITES + "x" * 4000
    assert send(wang, ("large.csv", large)).startswith("DR-")
    body = {"files": (io.BytesIO(large.encode()), "large.csv")}
    assert li.post("/imports", data=body).status_code == 413


def test_every_kind_has_its_page_and_templates(wang: FlaskClient) -> None:
    start = wang.get("/imports").text
    for kind in KINDS:
        page = wang.get(f"/imports/kinds/{kind.name}")
        assert page.status_code == 200
        for column in kind.columns:
            assert f'<th scope="row">{column.name}</th>' in page.text
        for code in ("zh", "en"):
            for form in ("csv", "xlsx"):
                address = f"/imports/templates/{kind.name}/{code}.{form}"
                assert address in start
                assert wang.get(address).status_code == 200
    assert wang.get("/imports/templates/lots/xx.csv").status_code == 404
    assert wang.get("/imports/kinds/nothing").status_code == 404
