"""Inspections, papers and retained samples: what is kept with a lot."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from batch_work import LI, QIAN, SUN, WANG, keep, receive

from lotmark.trace import files
from lotmark.trace.db import Database
from lotmark.trace.errors import Conflict, Forbidden, InvalidInput, NotFound
from lotmark.trace.identity.items import ItemSet
from lotmark.trace.parties.lots import find_place
from lotmark.trace.parties.tables import Lot
from lotmark.trace.production.inspections import (
    Finding,
    inspections_of,
    record_inspection,
)
from lotmark.trace.production.label_balance import label_balance
from lotmark.trace.production.papers import add_paper, papers_of
from lotmark.trace.production.samples import (
    keep_sample,
    kept_quantity,
    kept_until,
    remove_sample,
    samples_of,
)
from lotmark.trace.stock.holds import place_hold
from lotmark.trace.stock.queries import balances

GOOD: dict[str, Any] = {"kind": "outgoing", "result": "pass", "certificate": "YL-J-1"}


def test_an_inspection_keeps_its_findings_and_its_report(
    plant: Database, made: int, now: datetime
) -> None:
    findings = [
        Finding("Total plate count", "≤ 50,000 CFU/g", "1,200 CFU/g"),
        Finding("", " ", ""),  # a line left empty
        Finding("Nitrite", "≤ 30 mg/kg", "12 mg/kg"),
    ]
    with plant.writing() as session:
        files.keep(session, "cd" * 32, 3, "application/pdf", now)
        record_inspection(
            session,
            made,
            **GOOD,
            at=now,
            lab="示例食品检验所",
            method="GB 4789.2",
            findings=findings,
            report="cd" * 32,
            actor=SUN,
            now=now,
        )
    with plant.reading() as session:
        (kept,) = inspections_of(session, made)
        assert kept.findings[1] == ["Nitrite", "≤ 30 mg/kg", "12 mg/kg"]
        assert (len(kept.findings), kept.lab, kept.report) == (
            2,
            "示例食品检验所",
            "cd" * 32,
        )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "receiving"}, "one of outgoing, incubation, retained, returned"),
        ({"result": "maybe"}, "one of pass, fail, got maybe"),
        ({"certificate": " "}, "number of the inspection certificate"),
        ({"at": timedelta(days=3)}, "a time in the past"),
        ({"findings": [Finding("Salt", "", "")]}, "what was found in every line"),
        ({"findings": [Finding("", "5", "6")]}, "what was found in every line"),
        ({"findings": [Finding("Salt", "x" * 300, "6")]}, "at most 200 characters"),
        ({"findings": [Finding("a", "b", "c")] * 61}, "at most 60 lines"),
    ],
)
def test_inspections_that_cannot_be(
    plant: Database,
    made: int,
    now: datetime,
    change: dict[str, object],
    sentence: str,
) -> None:
    told: dict[str, Any] = {"at": now, **GOOD, **change}
    if isinstance(told["at"], timedelta):
        told["at"] = now + told["at"]
    with pytest.raises(InvalidInput, match=sentence), plant.writing() as session:
        record_inspection(session, made, actor=SUN, now=now, **told)
    with plant.reading() as session:
        assert not inspections_of(session, made)


def test_li_inspects_nothing(plant: Database, made: int, now: datetime) -> None:
    with pytest.raises(Forbidden), plant.writing() as session:
        record_inspection(session, made, **GOOD, at=now, actor=LI, now=now)


def test_papers_are_kept_once(plant: Database, now: datetime) -> None:
    with plant.writing() as session:
        lot = receive(session, "BY261001", now)
        paper: dict[str, Any] = {
            "kind": "animal_quarantine",
            "number": " 00312 ",
            "file": None,
        }
        one = add_paper(session, lot.id, **paper, actor=WANG, now=now)
        two = add_paper(session, lot.id, **paper, actor=WANG, now=now)
        assert one is two
        paper["number"] = "00313"
        add_paper(session, lot.id, **paper, actor=QIAN, now=now)
        assert [p.number for p in papers_of(session, [lot.id])[lot.id]] == [
            "00312",
            "00313",
        ]
        with pytest.raises(InvalidInput, match="the paper's number, a file of it"):
            add_paper(
                session,
                lot.id,
                kind="other",
                number=" ",
                file=None,
                actor=WANG,
                now=now,
            )
        with pytest.raises(Forbidden):
            add_paper(session, lot.id, **paper, actor=LI, now=now)
        with pytest.raises(NotFound):
            add_paper(session, 99, **paper, actor=WANG, now=now)


def test_a_sample_moves_in_the_ledger_and_out_again(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        sample = find_place(session, "sample").id
        kept = keep(session, made, now, 3)
        ledger = balances(session, [made])[made]
        assert ledger.balances[sample].quantity == 3
        assert kept_quantity(session, made) == 3
        remove_sample(session, kept, "period over", SUN, now)
        ledger = balances(session, [made])[made]
        assert ledger.balances[sample].quantity == 0
        assert kept_quantity(session, made) == 0
        (row,) = samples_of(session, made)
        assert (row.removed_by, row.removed_reason) == ("sun", "period over")
        with pytest.raises(Conflict, match="was already taken away"):
            remove_sample(session, kept, "again", SUN, now)


def test_scanned_samples_are_known_item_by_item(
    plant: Database, made: int, now: datetime
) -> None:
    packs = ItemSet.range(7, 9)
    with plant.writing() as session:
        keep_sample(
            session,
            made,
            place_id=find_place(session, "YL1/L2").id,
            items=packs,
            shelf="B3",
            actor=SUN,
            now=now,
        )
        here = balances(session, [made])[made].balances
        assert here[find_place(session, "sample").id].known == packs
        balance = label_balance(session, made)
        assert balance.taken == packs
        assert not balance.sampled  # they are on packs: the ledger counts them


def test_samples_that_an_import_brought_get_their_record(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        keep(session, made, now, 2)
        place = find_place(session, "sample").id
        with pytest.raises(Conflict, match="has 0 at sample, but 1 were to"):
            keep_sample(
                session,
                made,
                place_id=place,
                quantity=1,
                shelf="B4",
                actor=SUN,
                now=now,
            )


@pytest.mark.parametrize(
    ("quantity", "shelf", "error"),
    [(0, "B3", InvalidInput), (2, " ", InvalidInput), (101, "B3", Conflict)],
)
def test_samples_that_cannot_be(
    plant: Database,
    made: int,
    now: datetime,
    quantity: int,
    shelf: str,
    error: type[Exception],
) -> None:
    with pytest.raises(error), plant.writing() as session:
        keep_sample(
            session,
            made,
            place_id=find_place(session, "YL1/L2").id,
            quantity=quantity,
            shelf=shelf,
            actor=SUN,
            now=now,
        )
    with plant.reading() as session:
        assert not samples_of(session, made)


def test_samples_under_a_hold_are_evidence(
    plant: Database, made: int, now: datetime
) -> None:
    with plant.writing() as session:
        place_hold(session, [made], reason="swollen", actor=QIAN, now=now)
        kept = keep(session, made, now)  # inward, even now
        with pytest.raises(Conflict, match="on hold"):
            remove_sample(session, kept, "used up", SUN, now)


@pytest.mark.parametrize(
    ("produced", "expires", "until"),
    [
        (date(2026, 2, 1), date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 2, 1), date(2027, 5, 23), date(2027, 11, 23)),
        (date(2026, 2, 1), None, date(2028, 2, 1)),
        (None, None, date(2028, 11, 24)),
    ],
)
def test_samples_stay_six_months_beyond_the_shelf_life(
    produced: date | None, expires: date | None, until: date
) -> None:
    lot = Lot(produced_on=produced, expires_on=expires)
    assert kept_until(lot, date(2026, 11, 24)) == until
